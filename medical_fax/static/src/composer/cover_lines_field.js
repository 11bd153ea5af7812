import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useQuickValue } from "./composer_state";

/**
 * The lines of a cover that the provider draws, as it will cut them. A recipient's line
 * that is too long may be shortened; that is kept with the recipient.
 */
export class CoverLinesField extends Component {
    static template = "medical_fax.CoverLinesField";
    static props = { ...standardFieldProps };

    setup() {
        this.quick = useQuickValue(this, "recipients", []);
    }

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }

    /** Only a recipient's line has a text of its own on the cover. */
    isEditable(line) {
        return line.recipient !== undefined && Boolean(line.cut || line.typed);
    }

    id(line) {
        return `${this.props.id}_${line.recipient}`;
    }

    inputLabel(line) {
        return _t("Shorter, at most %s characters", line.most);
    }

    shorten(line, text) {
        const recipients = this.quick.value.map((recipient, index) =>
            index === line.recipient ? { ...recipient, cover_recipient: text.trim() } : recipient
        );
        return this.quick.update(recipients);
    }
}

registry.category("fields").add("fax_cover_lines", {
    component: CoverLinesField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "recipients", type: "json", readonly: false }],
});
