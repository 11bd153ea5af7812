import { Component, onMounted, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useLiveInput } from "../composer/live_input";
import { recipientTitle } from "./recipient";

/**
 * The one thing that a recipient lacks: the name of a new number, so that it is kept
 * in the address book, or the fax number of a contact of the chart.
 */
export class RecipientRow extends Component {
    static template = "medical_fax.RecipientRow";
    static props = {
        id: String,
        recipient: Object,
        model: Object,
        autofocus: Boolean,
        checkNumber: Function,
        onChange: Function,
        onReplace: Function,
        onDone: Function,
    };

    setup() {
        this.inputRef = useRef("input");
        this.title = recipientTitle;
        this.live = useLiveInput({
            ref: this.inputRef,
            model: this.props.model,
            getValue: () => this.value,
            setValue: (value) => this.setValue(value),
        });
        onMounted(() => {
            if (this.props.autofocus) {
                this.inputRef.el.focus();
            }
        });
    }

    get asksNumber() {
        return Boolean(this.props.recipient.asks_number);
    }

    get value() {
        const { name, display } = this.props.recipient;
        return (this.asksNumber ? display : name) || "";
    }

    get label() {
        const { recipient } = this.props;
        return this.asksNumber
            ? _t("Fax number of %s", recipientTitle(recipient))
            : _t("Name for %s", recipient.display);
    }

    get placeholder() {
        return this.asksNumber ? "" : _t("Kept in the address book");
    }

    async setValue(value) {
        if (!this.asksNumber) {
            return this.props.onChange({ name: value });
        }
        if (!value.trim()) {
            return this.props.onChange({ number: "", display: "", error: "" });
        }
        const { known, ...number } = await this.props.checkNumber(value);
        return this.props.onChange(number);
    }

    /** A number is checked as one leaves it, a name goes along while one types. */
    onInput() {
        if (!this.asksNumber) {
            this.live.onInput();
        }
    }

    async onKeydown(ev) {
        if (ev.key === "Enter" && !ev.ctrlKey && !ev.metaKey) {
            ev.preventDefault();
            await this.live.commit();
            if (!this.props.recipient.error) {
                this.props.onDone();
            }
        }
    }
}
