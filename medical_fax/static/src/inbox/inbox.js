import { Component, onWillStart, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { useDebounced } from "@web/core/utils/timing";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { PageViewer } from "../page_viewer/page_viewer";
import { parsePages } from "./page_numbers";
import { FaxReasonDialog } from "./reason_dialog";

const WIDTH = 900; // dots
const LARGE_WIDTH = 1728; // all dots of a fax line
const PRESENCE = 20000; // ms: others see for 45 s who has a fax open
const TYPING = 250; // ms

/**
 * Received faxes that wait, one of them open with its pages and the offers for the
 * chart. A digit takes an offer, Enter files there and goes on to the next fax.
 */
export class FaxInbox extends Component {
    static template = "medical_fax.Inbox";
    static components = { PageViewer };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.rootRef = useRef("root");
        this.searchRef = useRef("search");
        this.userId = user.userId;
        this.keep = new KeepLast();
        this.found = new KeepLast();
        this.state = useState({
            faxes: [],
            fax: null,
            chosen: null,
            pages: "",
            text: "",
            results: [],
            isBusy: false,
            isOpen: false,
            last: null,
        });
        this.search = useDebounced(() => this.findPatients(), TYPING);
        onWillStart(async () => {
            this.setupData = await this.call("get_inbox_setup");
            await this.load();
            const wanted = this.props.action.params?.message_id;
            const first = this.state.faxes.find((fax) => fax.id === wanted);
            const id = first ? wanted : this.state.faxes[0]?.id;
            if (id) {
                await this.open(id);
                this.state.isOpen = Boolean(first);
            }
        });
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        // What one does oneself ends with the list loaded anew.
        useBus(this.env.bus, "medical_fax:changed", () => this.state.isBusy || this.load());
        useEffect(
            () => {
                const timer = browser.setInterval(() => this.stay(), PRESENCE);
                this.rootRef.el?.focus();
                return () => browser.clearInterval(timer);
            },
            () => []
        );
    }

    call(method, ...args) {
        return this.orm.call("fax.message", method, args);
    }

    // What is shown

    async load() {
        this.state.faxes = await this.call("get_inbox");
    }

    async open(id) {
        const fax = await this.keep.add(this.call("get_inbox_fax", [id]));
        Object.assign(this.state, {
            fax,
            chosen: null,
            pages: "",
            text: "",
            results: [],
            isOpen: true,
        });
    }

    /** Tell the others that it is still open here, and see who else has it. */
    async stay() {
        if (this.state.fax && !document.hidden) {
            const { fax } = this.state;
            fax.open_by = await this.orm.silent.call("fax.message", "keep_inbox_fax", [[fax.id]]);
        }
    }

    formatTime(text) {
        const at = deserializeDateTime(text);
        const now = luxon.DateTime.now();
        if (at.hasSame(now, "day")) {
            return at.toLocaleString(luxon.DateTime.TIME_SIMPLE);
        }
        const form = { month: "short", day: "numeric" };
        return at.toLocaleString(at.hasSame(now, "year") ? form : { ...form, year: "numeric" });
    }

    images(width) {
        const { document_id: id, pages } = this.state.fax;
        return Array.from(
            { length: pages },
            (_value, index) => `/medical_fax/document/${id}/page/${index}?width=${width}`
        );
    }

    get smallImages() {
        return this.images(WIDTH);
    }

    get largeImages() {
        return this.images(LARGE_WIDTH);
    }

    get offers() {
        return this.state.text.trim().length > 1 ? this.state.results : this.state.fax.candidates;
    }

    get isPartly() {
        const { pages_left: left, pages } = this.state.fax;
        return left.length < pages;
    }

    get leftWords() {
        return this.state.fax.pages_left.map((index) => index + 1).join(", ");
    }

    // Choosing

    choose(offer) {
        this.state.chosen = offer;
    }

    onSearchInput(ev) {
        this.state.text = ev.target.value;
        this.state.chosen = null;
        this.search();
    }

    async findPatients() {
        this.state.results = await this.found.add(this.call("get_patients", this.state.text));
    }

    onSearchKeydown(ev) {
        if (ev.key === "Escape") {
            this.state.text = "";
            this.state.results = [];
            this.rootRef.el.focus();
        } else if (ev.key === "Enter" && this.offers.length) {
            ev.preventDefault();
            if (this.state.chosen) {
                this.file();
            } else {
                this.choose(this.offers[0]);
            }
        }
        ev.stopPropagation();
    }

    // Filing

    get next() {
        const { faxes, fax } = this.state;
        const index = faxes.findIndex((each) => each.id === fax?.id);
        return faxes[index + 1] || faxes[index - 1];
    }

    async guarded(act) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await act();
        } finally {
            this.state.isBusy = false;
        }
    }

    /** List and fax change together, so that no key meets the fax before. */
    async goOn(next) {
        const faxes = await this.call("get_inbox");
        const there = next && faxes.some((fax) => fax.id === next.id);
        const id = there ? next.id : faxes[0]?.id;
        const fax = id ? await this.call("get_inbox_fax", [id]) : null;
        Object.assign(this.state, {
            faxes,
            fax,
            chosen: null,
            pages: "",
            text: "",
            results: [],
            isOpen: Boolean(fax),
        });
        this.rootRef.el?.focus();
    }

    file() {
        const { fax, chosen } = this.state;
        if (!fax || !chosen) {
            return;
        }
        const pages = this.state.pages.trim() ? parsePages(this.state.pages, fax.pages) : undefined;
        if (pages === null) {
            this.notification.add(_t("Write pages as 1-3, 5."), { type: "warning" });
            return;
        }
        return this.guarded(async () => {
            const next = this.next;
            const { filing_id: filingId, is_done: isDone } = await this.call(
                "action_file",
                [fax.id],
                chosen.partner_id,
                pages ?? null,
                chosen.reason
            );
            this.tellUndo(fax, filingId, _t("%(fax)s filed to %(patient)s", { fax: fax.name, patient: chosen.name }));
            await this.goOn(isDone ? next : fax);
        });
    }

    tellUndo(fax, filingId, text) {
        this.state.last?.close();
        const close = this.notification.add(text, {
            type: "success",
            className: "o_fax_filed",
            buttons: [{ name: _t("Undo"), onClick: () => this.undo() }],
        });
        this.state.last = { faxId: fax.id, filingId, close };
    }

    /** Tell what became of a fax, with a button that brings it back. */
    tellBack(text, fax, bring) {
        const onClick = () =>
            this.guarded(async () => {
                close();
                await bring();
                await this.goOn(fax);
            });
        const buttons = [{ name: _t("Undo"), onClick }];
        const close = this.notification.add(text, { type: "success", buttons });
    }

    undo() {
        const { last } = this.state;
        if (!last) {
            return;
        }
        return this.guarded(async () => {
            last.close();
            this.state.last = null;
            const reason = _t("Taken back at once");
            await this.orm.call("fax.filing", "action_undo", [[last.filingId], reason]);
            await this.goOn({ id: last.faxId });
        });
    }

    putAway() {
        const { fax } = this.state;
        return this.guarded(async () => {
            const next = this.next;
            await this.call("action_put_away", [fax.id]);
            this.tellBack(_t("%s put away", fax.name), fax, () =>
                this.call("action_take_in", [fax.id])
            );
            await this.goOn(next);
        });
    }

    block() {
        const { fax } = this.state;
        this.dialog.add(FaxReasonDialog, {
            title: _t("Block this sender"),
            text: _t(
                "Faxes of %s no longer come into the inbox. They are kept under Received.",
                fax.number
            ),
            confirmLabel: _t("Block"),
            confirm: async (reason) => {
                const next = this.next;
                await this.call("action_block_sender", [fax.id], reason);
                await this.goOn(next);
            },
        });
    }

    async categorize(ev) {
        const id = parseInt(ev.target.value) || false;
        const { fax } = this.state;
        const next = this.next;
        await this.call("action_categorize", [fax.id], id);
        await this.load();
        if (this.state.faxes.some((each) => each.id === fax.id)) {
            await this.open(fax.id);
        } else {
            const { person } = this.setupData.categories.find((each) => each.id === id);
            const text = _t("%(fax)s given to %(person)s", { fax: fax.name, person });
            this.notification.add(text, { type: "success" });
            await this.goOn(next);
        }
    }

    /** Give it to a person, take it oneself, or give it back (no id). */
    assign(personId) {
        const { fax } = this.state;
        const wasMine = fax.mine;
        const next = this.next;
        return this.guarded(async () => {
            await this.call("action_assign", [fax.id], personId || false);
            const person = fax.people.find((each) => each.id === personId);
            if (!person) {
                await this.goOn(fax);
                return;
            }
            const words = { fax: fax.name, person: person.name };
            this.tellBack(_t("%(fax)s given to %(person)s", words), fax, () =>
                this.call("action_assign", [fax.id], wasMine ? this.userId : false)
            );
            await this.goOn(next);
        });
    }

    onPersonChange(ev) {
        return this.assign(parseInt(ev.target.value));
    }

    fetchAgain() {
        const { fax } = this.state;
        return this.guarded(async () => {
            await this.call("action_fetch_again", [fax.id]);
            this.notification.add(_t("The provider is asked for the pages of %s.", fax.name), {
                type: "info",
            });
        });
    }

    async subscribe(number, isWanted) {
        await this.orm.call("fax.number", "action_subscribe", [[number.id], isWanted]);
        number.told = isWanted;
    }

    // Making whom it is about

    newPatient() {
        const { patient_model: model, partner_field: field } = this.setupData;
        this.dialog.add(FormViewDialog, {
            resModel: model,
            title: _t("New patient"),
            context: { default_name: this.state.text.trim() || undefined },
            onRecordSaved: async (record) => {
                const partner = field ? record.data[field] : { id: record.resId };
                const name = record.data.name || record.data.display_name || this.state.text;
                this.choose({ partner_id: partner.id, name, detail: "", reason: "chosen", words: "" });
                this.state.text = "";
                this.state.fax.candidates.unshift(this.state.chosen);
            },
        });
    }

    toContact() {
        const { fax } = this.state;
        const file = async (contactId) => {
            const next = this.next;
            const told = await this.call("action_file_contact", [fax.id], contactId);
            this.tellUndo(fax, told.filing_id, _t("%s filed to the address book", fax.name));
            await this.goOn(next);
        };
        if (fax.contact_id) {
            return this.guarded(() => file(fax.contact_id));
        }
        this.dialog.add(FormViewDialog, {
            resModel: "fax.contact",
            title: _t("New contact"),
            context: { default_number_typed: fax.number },
            onRecordSaved: (record) => file(record.resId),
        });
    }

    /** Reply, forward, sign and return. */
    goOnWith(method) {
        return this.guarded(async () => {
            const action = await this.call(method, [this.state.fax.id]);
            await this.action.doAction(action);
        });
    }

    openForm() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "fax.message",
            res_id: this.state.fax.id,
            views: [[false, "form"]],
        });
    }

    openReceived() {
        return this.action.doAction("medical_fax.fax_message_action_received");
    }

    // Keys

    onKeydown(ev) {
        const isTyping = ev.target.closest?.("input, textarea, select, [contenteditable=true], .modal");
        if (isTyping || ev.ctrlKey || ev.altKey || ev.metaKey || document.querySelector(".modal")) {
            return;
        }
        const act = this.keyAction(ev.key, ev.target);
        if (act) {
            ev.preventDefault();
            act();
        }
    }

    keyAction(key, target) {
        const { fax, isBusy } = this.state;
        if (isBusy) {
            return null;
        }
        if (key === "u" && this.state.last) {
            return () => this.undo();
        }
        if (!fax) {
            return null;
        }
        const offer = /^[1-9]$/.test(key) && this.offers[parseInt(key) - 1];
        if (offer) {
            return () => this.choose(offer);
        }
        // On a button Enter presses it, unless an offer is what it stands on.
        const isButton = target.closest?.("button, a") && !target.closest(".o_fax_offer");
        if (key === "Enter" && this.state.chosen && !isButton) {
            return () => this.file();
        }
        const keys = {
            "/": () => this.searchRef.el.focus(),
            j: () => this.step(1),
            k: () => this.step(-1),
            a: () => this.putAway(),
            t: () => fax.mine || this.assign(this.userId),
        };
        return keys[key];
    }

    step(by) {
        const { faxes, fax } = this.state;
        const next = faxes[faxes.findIndex((each) => each.id === fax.id) + by];
        if (next) {
            this.open(next.id);
        }
    }
}

registry.category("actions").add("medical_fax.inbox", FaxInbox);
registry.category("actions").add("medical_fax.filing_undone", async (env, { params }) => {
    await env.services.action.doAction({ type: "ir.actions.act_window_close" });
    env.services.notification.add(params.text, { type: "info" });
    env.bus.trigger("medical_fax:changed", { ids: params.message_ids });
});
