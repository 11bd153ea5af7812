import { Component, useRef, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useAutoresize } from "@web/core/utils/autoresize";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useLiveInput } from "./live_input";

/**
 * Subject or notes with the saved texts beside it; the preview follows the typing.
 *
 *     <field name="subject" widget="fax_saved_text"
 *            options="{'text_field': 'subject_text_id', 'kind': 'subject'}"/>
 */
export class SavedTextField extends Component {
    static template = "medical_fax.SavedTextField";
    static components = { Dropdown, DropdownItem };
    static props = {
        ...standardFieldProps,
        textField: String,
        kind: String,
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.inputRef = useRef("input");
        this.state = useState({ texts: null });
        if (this.isLong) {
            useAutoresize(this.inputRef, { minimumHeight: 56 });
        }
        this.live = useLiveInput({
            ref: this.inputRef,
            model: this.props.record.model,
            getValue: () => this.props.record.data[this.props.name] || "",
            setValue: (value) => this.props.record.update({ [this.props.name]: value }),
        });
    }

    get isLong() {
        return this.props.kind === "notes";
    }

    get textsLabel() {
        return this.isLong ? _t("Saved notes") : _t("Saved subjects");
    }

    async loadTexts() {
        this.state.texts = await this.orm.searchRead(
            "fax.text",
            [["kind", "=", this.props.kind]],
            ["name"]
        );
    }

    async onPick(text) {
        await this.live.commit();
        // The form's onchange fills the text in, with its placeholders replaced.
        await this.props.record.update({
            [this.props.textField]: { id: text.id, display_name: text.name },
        });
        this.inputRef.el?.focus();
    }
}

registry.category("fields").add("fax_saved_text", {
    component: SavedTextField,
    supportedTypes: ["char", "text"],
    extractProps: ({ options, placeholder }) => ({
        textField: options.text_field,
        kind: options.kind,
        placeholder,
    }),
});
