import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const LOOKS = {
    draft: ["fa-pencil", "muted"],
    queued: ["fa-clock-o", "info"],
    held: ["fa-pause-circle", "warning"],
    submitting: ["fa-paper-plane", "info"],
    submitted: ["fa-share", "info"],
    uncertain: ["fa-question-circle", "warning"],
    delivered: ["fa-check-circle", "success"],
    partial: ["fa-adjust", "danger"],
    failed: ["fa-times-circle", "danger"],
    cancelled: ["fa-ban", "muted"],
    received: ["fa-inbox", "info"],
    filed: ["fa-folder-o", "success"],
    archived: ["fa-archive", "muted"],
    blocked: ["fa-ban", "muted"],
    refused: ["fa-ban", "muted"],
};

/** A fax's fate: icon and words, never colour alone. */
export class FaxStatusField extends Component {
    static template = "medical_fax.FaxStatusField";
    static props = { ...standardFieldProps };

    get words() {
        return this.props.record.data[this.props.name];
    }

    get look() {
        const [icon, tone] = LOOKS[this.props.record.data.state] || LOOKS.draft;
        return `fa fa-fw ${icon} o_fax_tone_${tone}`;
    }
}

registry.category("fields").add("fax_status", {
    component: FaxStatusField,
    supportedTypes: ["char"],
    listViewWidth: [190, 360],
    fieldDependencies: [{ name: "state", type: "selection", readonly: true }],
});
