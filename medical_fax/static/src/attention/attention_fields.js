import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { FaxStatusField } from "../fax_status/fax_status_field";

const { DateTime } = luxon;

/** Who it was for, at which number, and whom to call. */
export class FaxRecipientField extends Component {
    static template = "medical_fax.FaxRecipientField";
    static props = { ...standardFieldProps };

    get data() {
        return this.props.record.data;
    }

    get name() {
        return this.data.partner_name || this.data.partner_organization || this.data.number_display;
    }

    get lines() {
        const { partner_organization: organization, number_display: number } = this.data;
        return [organization, number].filter((line) => line && line !== this.name);
    }

    get patient() {
        return this.data.patient_id?.display_name || "";
    }

    get call() {
        const phone = this.data.voice_phone;
        return phone && { phone, href: `tel:${phone.replace(/[^\d+]/g, "")}` };
    }
}

/** What happened, what to do about it, and how often it was tried. */
export class FaxTroubleField extends Component {
    static template = "medical_fax.FaxTroubleField";
    static components = { FaxStatusField };
    static props = { ...standardFieldProps };

    get data() {
        return this.props.record.data;
    }

    get advice() {
        const { state, unsure_reason: unsure, failure_advice: advice } = this.data;
        if (state === "held") {
            return "";
        }
        return [state === "uncertain" && unsure, advice].filter(Boolean).join(" ");
    }

    get tries() {
        const count = this.data.attempt_count;
        return count === 1 ? _t("1 try") : count ? _t("%s tries", count) : "";
    }
}

/** When it came up, and whose fax it is. */
export class FaxSinceField extends Component {
    static template = "medical_fax.FaxSinceField";
    static props = { ...standardFieldProps };

    get when() {
        const at = this.props.record.data[this.props.name];
        if (!at) {
            return "";
        }
        return at.hasSame(DateTime.now(), "day")
            ? _t("Today %s", at.toLocaleString(DateTime.TIME_SIMPLE))
            : at.toLocaleString({
                  month: "short",
                  day: "numeric",
                  hour: "numeric",
                  minute: "2-digit",
              });
    }

    get sender() {
        return this.props.record.data.user_id?.display_name || "";
    }
}

const fields = registry.category("fields");
const char = (name) => ({ name, type: "char", readonly: true });

fields.add("fax_recipient", {
    component: FaxRecipientField,
    supportedTypes: ["char"],
    listViewWidth: [150, 240],
    fieldDependencies: [
        char("partner_organization"),
        char("number_display"),
        char("voice_phone"),
        { name: "patient_id", type: "many2one", relation: "res.partner", readonly: true },
    ],
});
fields.add("fax_trouble", {
    component: FaxTroubleField,
    supportedTypes: ["char"],
    listViewWidth: [200, 600],
    fieldDependencies: [
        { name: "state", type: "selection", readonly: true },
        char("failure_advice"),
        char("unsure_reason"),
        { name: "attempt_count", type: "integer", readonly: true },
    ],
});
fields.add("fax_since", {
    component: FaxSinceField,
    supportedTypes: ["datetime"],
    listViewWidth: [110, 160],
    fieldDependencies: [
        { name: "user_id", type: "many2one", relation: "res.users", readonly: true },
    ],
});
