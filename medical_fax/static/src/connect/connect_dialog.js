import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { CallbackPage } from "./callback_page";

const OTHER = "other"; // no value of a choice: those are addresses and codes

/**
 * Connects an account: what to do at the provider, the key, and then, where the
 * provider calls back, what to enter there. A refusal is said beside the fields, and
 * what was typed stays.
 *
 * - page: "key", or "callback" of an account that is connected
 */
export class ConnectDialog extends Component {
    static template = "medical_fax.ConnectDialog";
    static components = { Dialog, CallbackPage };
    static props = {
        accountId: Number,
        page: { type: String, optional: true },
        onConnected: { type: Function, optional: true },
        close: Function,
    };
    static defaultProps = { page: "key", onConnected: () => {} };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.bodyRef = useRef("body");
        this.state = useState({
            page: this.props.page,
            isNew: false,
            isAsking: false,
            error: "",
            values: {},
            isOther: {},
            callback: null,
        });
        onWillStart(() => this.load());
        // What is next to do has the focus, and is read out.
        useEffect(
            (body) => {
                body?.querySelector("[data-first]")?.focus();
            },
            () => [this.bodyRef.el, this.state.page]
        );
        const errorRef = useRef("error");
        useEffect(
            (error) => {
                error?.scrollIntoView({ block: "nearest" });
            },
            () => [errorRef.el]
        );
    }

    async load() {
        if (this.state.page === "callback") {
            this.state.callback = await this.call("callback_form");
            return;
        }
        this.form = await this.call("connect_form");
        for (const field of this.fields) {
            const isOther = field.other && !this.isChoice(field, field.value);
            this.state.isOther[field.name] = isOther;
            this.state.values[field.name] = field.value;
        }
    }

    get fields() {
        return [...this.form.credentials, ...this.form.settings];
    }

    get title() {
        if (this.state.page === "callback") {
            return this.state.isNew
                ? _t("Connected. Hear of each fax at once")
                : _t("Hear of each fax at once");
        }
        const again = this.form.has_login
            ? _t("Enter another password for %s", this.form.provider)
            : _t("Enter another key for %s", this.form.provider);
        return this.form.is_connected
            ? again
            : _t("Connect %s", this.form.provider);
    }

    get askingText() {
        return _t("Asking %s…", this.form.provider);
    }

    isChoice(field, value) {
        return field.choices.some(([key]) => key === value);
    }

    id(field) {
        return `o_fax_connect_${field.name}`;
    }

    choice(field) {
        return this.state.isOther[field.name] ? OTHER : this.state.values[field.name];
    }

    onChoice(field, value) {
        this.state.isOther[field.name] = value === OTHER;
        this.state.values[field.name] = value === OTHER ? "" : value;
    }

    call(method, ...args) {
        return this.orm.call("fax.account", method, [[this.props.accountId], ...args]);
    }

    async connect() {
        if (this.state.isAsking) {
            return;
        }
        Object.assign(this.state, { isAsking: true, error: "" });
        try {
            this.connected(await this.call("connect", { ...this.state.values }));
        } catch (error) {
            if (!(error instanceof RPCError) || !error.data?.message) {
                throw error;
            }
            this.state.error = error.data.message;
        } finally {
            this.state.isAsking = false;
        }
    }

    /** Forget what was typed; go on to what the provider should know of us. */
    connected(callback) {
        this.state.values = {};
        this.props.onConnected();
        if (callback) {
            Object.assign(this.state, { callback, isNew: true, page: "callback" });
        } else {
            this.notification.add(_t("Connected"), { type: "success" });
            this.props.close();
        }
    }
}
