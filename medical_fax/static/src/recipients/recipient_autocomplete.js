import { AutoComplete } from "@web/core/autocomplete/autocomplete";

/**
 * The web client's autocomplete, as a listbox that a screen reader understands, and
 * which never throws away what was typed: Escape and a click outside only close it.
 */
export class RecipientAutoComplete extends AutoComplete {
    static template = "medical_fax.RecipientAutoComplete";
    static props = {
        ...AutoComplete.props,
        describedBy: { type: String, optional: true },
        invalid: { type: Boolean, optional: true },
        onBackspace: { type: Function, optional: true },
        // Gets a method `clear`, for what was taken in without picking an option.
        control: { type: Object, optional: true },
    };

    setup() {
        super.setup();
        if (this.props.control) {
            this.props.control.clear = () => this.clear();
        }
    }

    clear() {
        this.inEdition = false;
        this.state.value = "";
        if (this.inputRef.el) {
            this.inputRef.el.value = "";
        }
        this.close();
    }

    get listId() {
        return `${this.props.id}_list`;
    }

    cancel() {
        this.close();
    }

    /** What one typed last is looked up a moment later: by then one may be elsewhere. */
    async open(useInput) {
        if (document.activeElement === this.inputRef.el) {
            await super.open(useInput);
        }
    }

    onInputBlur() {
        if (!this.ignoreBlur) {
            this.close();
        }
        super.onInputBlur();
    }

    onInputClick() {
        if (this.isOpened) {
            this.close();
        } else {
            this.open(true);
        }
    }

    onInputFocus(ev) {
        this.props.onFocus(ev);
    }

    async onInputKeydown(ev) {
        const isEmpty = !this.inputRef.el.value;
        if (isEmpty && ev.key === " " && !this.isOpened) {
            ev.preventDefault();
            ev.stopPropagation();
            return this.open(true);
        }
        if (isEmpty && ev.key === "Backspace" && !ev.repeat) {
            return this.props.onBackspace?.();
        }
        return super.onInputKeydown(ev);
    }
}
