import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useChildRef, useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { composerIds, useComposerState, useQuickValue } from "../composer/composer_state";
import { RecipientAutoComplete } from "./recipient_autocomplete";
import { RecipientRow } from "./recipient_row";
import {
    addRecipients,
    groupCaption,
    looksLikeNumber,
    recipientDetail,
    recipientKey,
    recipientProblem,
    recipientTitle,
} from "./recipient";

/**
 * Recipients as tags with an input that completes by any part of name, organization
 * or number. A number that is in no address book asks for one thing more, a name, in
 * the line below; a contact of the chart without a number asks for that.
 */
export class RecipientsField extends Component {
    static template = "medical_fax.RecipientsField";
    static components = { RecipientAutoComplete, RecipientRow };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.composer = useComposerState(this.props.record);
        this.quick = useQuickValue(this, this.props.name, []);
        this.inputRef = useChildRef();
        this.inputControl = { clear() {} };
        this.composer.focusRecipients = () => this.inputRef.el?.focus();
        this.state = useState({ said: "", focusRow: "" });
        this.title = recipientTitle;
        this.detail = recipientDetail;
        this.problem = recipientProblem;
        this.key = recipientKey;
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({ detail }) =>
            detail.proms.push(this.commitText())
        );
        useEffect(
            (input) => this.onInputThere(input),
            () => [this.inputRef.el]
        );
    }

    /** The cursor stands here when the dialog opens; and the dialog gets a name. */
    onInputThere(input) {
        input?.focus({ preventScroll: true });
        input?.closest("[role=dialog]")?.setAttribute("aria-label", _t("Fax"));
    }

    get recipients() {
        return this.quick.value;
    }

    /** Those that need one thing more before they are complete. */
    get rows() {
        return this.recipients.filter((r) => r.is_new || r.asks_number);
    }

    get errorId() {
        return `${this.props.id}_error`;
    }

    get sources() {
        return [
            {
                options: (request) => this.loadOptions(request),
                placeholder: _t("Searching…"),
                optionSlot: "recipient",
            },
        ];
    }

    get placeholder() {
        return this.recipients.length ? _t("Add another") : _t("Name, organization or fax number");
    }

    // SUGGESTIONS

    async loadOptions(request) {
        const [suggestions, checked] = await Promise.all([
            this.orm.call("fax.composer", "action_suggest", [
                composerIds(this.props.record),
                request,
            ]),
            looksLikeNumber(request) ? this.checkNumber(request) : null,
        ]);
        const options = this.suggestionOptions(suggestions);
        if (checked && !checked.error) {
            options.push(...this.numberOptions(checked, suggestions));
        }
        if (!options.length) {
            options.push({ label: this.emptyText(request), data: { isCaption: true } });
        }
        return options;
    }

    suggestionOptions(suggestions) {
        const options = [];
        const chosen = new Set(this.recipients.filter((r) => !r.offered).map(recipientKey));
        let lastGroup = "";
        for (const recipient of suggestions) {
            if (chosen.has(recipientKey(recipient))) {
                continue;
            }
            if (recipient.group !== lastGroup) {
                lastGroup = recipient.group;
                options.push({
                    label: groupCaption(lastGroup),
                    cssClass: "o_fax_caption",
                    data: { isCaption: true },
                });
            }
            options.push({
                label: recipientTitle(recipient),
                data: { recipient },
                onSelect: () => this.pick(recipient),
            });
        }
        return options;
    }

    /** Others with this number that the suggestions do not show, then the number. */
    numberOptions(checked, suggestions) {
        const shown = new Set(suggestions.map(recipientKey));
        const others = checked.known.filter((other) => !shown.has(recipientKey(other)));
        const names = checked.known.map(recipientTitle).join(", ");
        return [
            ...this.suggestionOptions(others.map((other) => ({ ...other, group: "book" }))),
            {
                label: _t("Fax to %s", checked.display),
                data: { number: checked, also: names && _t("also used by %s", names) },
                onSelect: () => this.addNumber(checked),
            },
        ];
    }

    emptyText(request) {
        return request
            ? _t("Nobody found. Type the whole fax number to add a recipient.")
            : _t("Type a name, an organization or a fax number.");
    }

    // NUMBERS

    checkNumber(text) {
        const number = this.props.record.data.number_id;
        return this.orm.call("fax.composer", "action_check_number", [text, number?.id || false]);
    }

    /** Take in what stands in the input, as one leaves it or sends. */
    async commitText() {
        const text = this.inputRef.el?.value.trim() || "";
        if (!text) {
            this.composer.recipientError = "";
            return;
        }
        if (!looksLikeNumber(text)) {
            this.composer.recipientError = _t(
                "“%s” is no recipient yet: pick one from the list, or type a fax number.",
                text
            );
            return;
        }
        const checked = await this.checkNumber(text);
        if (text !== this.inputRef.el?.value.trim()) {
            return; // picked, or typed on, in the meantime
        }
        this.composer.recipientError = checked.error;
        if (!checked.error) {
            await (checked.known.length === 1
                ? this.pick(checked.known[0])
                : this.addNumber(checked, { focus: false }));
        }
    }

    addNumber(checked, { focus = true } = {}) {
        const { known, ...number } = checked;
        const recipient = {
            ...number,
            contact_id: false,
            name: "",
            organization: "",
            is_new: true,
            also: known,
        };
        this.state.focusRow = focus ? recipientKey(recipient) : "";
        return this.add([recipient]);
    }

    // THE LIST

    pick(recipient) {
        if (recipient.list) {
            return this.add(recipient.list.filter((member) => member.number));
        }
        const { group, ...picked } = recipient;
        if (!picked.number) {
            picked.asks_number = true;
            this.state.focusRow = recipientKey(picked);
        }
        return this.add([picked]);
    }

    add(added) {
        this.inputControl.clear();
        this.composer.recipientError = "";
        this.state.said = _t("Added: %s", added.map(recipientTitle).join(", "));
        return this.update(addRecipients(this.recipients, added));
    }

    keepLabel(recipient) {
        return _t("Keep %s too", recipientTitle(recipient));
    }

    removeLabel(recipient) {
        return _t("Remove %s", recipientTitle(recipient));
    }

    keep(recipient) {
        return this.change(recipientKey(recipient), { offered: false });
    }

    remove(recipient) {
        const key = recipientKey(recipient);
        this.state.said = _t("Removed: %s", recipientTitle(recipient));
        this.inputRef.el?.focus();
        return this.update(this.recipients.filter((other) => recipientKey(other) !== key));
    }

    removeLast() {
        const last = this.recipients.at(-1);
        return last && this.remove(last);
    }

    /** Replace one in place, under its old key. */
    change(key, values) {
        return this.update(
            this.recipients.map((r) => (recipientKey(r) === key ? { ...r, ...values } : r))
        );
    }

    /** Another entry of the address book that has the same number. */
    replace(key, recipient) {
        return this.update(this.recipients.map((r) => (recipientKey(r) === key ? recipient : r)));
    }

    update(recipients) {
        this.composer.sendError = "";
        return this.quick.update(recipients);
    }

    onRowDone() {
        this.state.focusRow = "";
        this.inputRef.el?.focus();
    }
}

registry.category("fields").add("fax_recipients", {
    component: RecipientsField,
    supportedTypes: ["json"],
});
