import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A choice by the browser's own select: short, and known to phones and readers. */
export class SelectField extends Component {
    static template = "medical_fax.SelectField";
    static props = { ...standardFieldProps };

    get options() {
        return this.props.record.fields[this.props.name].selection;
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    onChange(ev) {
        return this.props.record.update({ [this.props.name]: ev.target.value });
    }
}

registry.category("fields").add("fax_select", {
    component: SelectField,
    supportedTypes: ["selection"],
});
