import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/**
 * A list within a form whose rows open in their own form, not in a dialog: an entry
 * is read, signed and amended there, and the breadcrumb leads back.
 */
export class MedicalChartEntriesField extends X2ManyField {
    async openRecord(record) {
        return this.switchToForm(record, {});
    }

    getFormActionContext() {
        return {};
    }
}

registry.category("fields").add("medical_chart_entries", {
    ...x2ManyField,
    component: MedicalChartEntriesField,
    additionalClasses: ["o_field_one2many", "o_medical_chart_entries"],
});
