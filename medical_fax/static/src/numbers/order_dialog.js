import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const ASK_AGAIN = 1000; // milliseconds
const ENDS = ["done", "failed"];

/**
 * Orders a number: an area code, one of its free numbers, what it costs, and then the
 * number itself. It may be closed at any time; an order that was made goes on.
 *
 * - page: "code", "number", or "result"
 */
export class OrderDialog extends Component {
    static template = "medical_fax.OrderDialog";
    static components = { CopyButton, Dialog };
    static props = { accountId: Number, account: String, provider: String, close: Function };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.bodyRef = useRef("body");
        this.state = useState({
            page: "code",
            text: "",
            codes: null,
            code: "",
            offers: [],
            note: "",
            number: "",
            isAsking: false,
            error: "",
            order: null,
        });
        this.search = useDebounced(() => this.searchCodes(), 200);
        // What is next to do has the focus, and is read out.
        useEffect(
            (body) => {
                body?.querySelector("[data-first]")?.focus();
            },
            () => [this.bodyRef.el, this.state.page]
        );
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get title() {
        return _t("Order a number at %s", this.props.provider);
    }

    get askingText() {
        return _t("Asking %s…", this.props.provider);
    }

    get freeText() {
        return _t("Free numbers in %s", this.state.code);
    }

    get chosen() {
        return this.state.offers.find((offer) => offer.number === this.state.number);
    }

    get orderText() {
        return _t("Order %s", this.chosen?.display || "");
    }

    get copyText() {
        return _t("Copy");
    }

    get copiedText() {
        return _t("Copied");
    }

    get isOver() {
        return ENDS.includes(this.state.order?.state);
    }

    call(method, ...args) {
        return this.orm.call("fax.account", method, [[this.props.accountId], ...args]);
    }

    /** Call, and say a refusal beside what was asked for. */
    async ask(method, ...args) {
        Object.assign(this.state, { isAsking: true, error: "" });
        try {
            return await this.call(method, ...args);
        } catch (error) {
            if (!(error instanceof RPCError) || !error.data?.message) {
                throw error;
            }
            this.state.error = error.data.message;
        } finally {
            this.state.isAsking = false;
        }
    }

    async searchCodes() {
        const codes = await this.keepLast.add(
            this.call("search_area_codes", this.state.text)
        );
        this.state.codes = this.state.text.trim() ? codes : null;
    }

    async chooseCode(code) {
        if (this.state.isAsking) {
            return;
        }
        this.state.code = code;
        const answer = await this.ask("free_numbers", code);
        if (answer) {
            const [first] = answer.offers;
            Object.assign(this.state, {
                offers: answer.offers,
                note: answer.note,
                number: first ? first.number : "",
                page: "number",
            });
        }
    }

    back() {
        Object.assign(this.state, { page: "code", error: "" });
    }

    async order() {
        if (this.state.isAsking) {
            return;
        }
        const id = await this.ask("order_number", this.state.number);
        if (id) {
            this.orderId = id;
            this.state.page = "result";
            await this.follow();
        }
    }

    /** Ask how far the order is until it has ended. */
    async follow() {
        this.state.order = await this.call("number_order_state", this.orderId);
        if (!this.isOver) {
            this.timer = browser.setTimeout(() => this.follow(), ASK_AGAIN);
        }
    }
}

function openOrder(env, { params }) {
    env.services.dialog.add(
        OrderDialog,
        {
            accountId: params.account_id,
            account: params.account,
            provider: params.provider,
        },
        {
            onClose: () =>
                env.services.action.doAction({
                    type: "ir.actions.client",
                    tag: "soft_reload",
                }),
        }
    );
}

registry.category("actions").add("medical_fax.order_number", openOrder);
