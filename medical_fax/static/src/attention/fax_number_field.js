import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useAutofocus } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useLiveInput } from "../composer/live_input";

/** A fax number that the server looks at while one types; the cursor stands in it. */
export class FaxNumberField extends Component {
    static template = "medical_fax.FaxNumberField";
    static props = { ...standardFieldProps, placeholder: { type: String, optional: true } };

    setup() {
        const { record, name } = this.props;
        this.input = useAutofocus({ refName: "input", mobile: true });
        this.live = useLiveInput({
            ref: this.input,
            model: record.model,
            getValue: () => this.props.record.data[name] || "",
            setValue: (value) => this.props.record.update({ [name]: value }),
        });
    }
}

registry.category("fields").add("fax_number", {
    component: FaxNumberField,
    supportedTypes: ["char"],
    extractProps: ({ placeholder }) => ({ placeholder }),
});
