import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useQuickValue } from "./composer_state";

/**
 * The records that are in the fax, each with a box to leave it out, and those that
 * are left out anyway, with the reason. Ticks are kept in `excluded_keys`.
 */
export class ItemsField extends Component {
    static template = "medical_fax.ItemsField";
    static props = { ...standardFieldProps, excludedField: String };

    setup() {
        this.quick = useQuickValue(this, this.props.excludedField, []);
    }

    get items() {
        return this.props.record.data[this.props.name] || [];
    }

    get excluded() {
        return this.quick.value;
    }

    /** Those that the user may tick. */
    get choices() {
        return this.items.filter((item) => !item.reason);
    }

    get hasBoxes() {
        return this.items.length > 1;
    }

    isIn(item) {
        return !item.reason && !this.excluded.includes(item.key);
    }

    toggle(item) {
        const others = this.excluded.filter((key) => key !== item.key);
        return this.exclude(this.isIn(item) ? [...others, item.key] : others);
    }

    tickAll() {
        return this.exclude([]);
    }

    tickNone() {
        return this.exclude(this.choices.map((item) => item.key));
    }

    exclude(keys) {
        return this.quick.update(keys);
    }

    /** How the records follow each other; asked where there are several. */
    get switches() {
        return [
            { name: "newest_first", label: _t("Newest first") },
            { name: "page_per_section", label: _t("Each on a new page") },
        ];
    }

    toggleSwitch({ name }) {
        return this.props.record.update({ [name]: !this.props.record.data[name] });
    }

    get label() {
        return _t("Records in this fax");
    }
}

registry.category("fields").add("fax_items", {
    component: ItemsField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "items_summary", type: "char", readonly: true },
        { name: "newest_first", type: "boolean", readonly: false },
        { name: "page_per_section", type: "boolean", readonly: false },
    ],
    extractProps: ({ options }) => ({ excludedField: options.excluded_field || "excluded_keys" }),
});
