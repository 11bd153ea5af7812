import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * Each step that the server offers: its words, its picture, and what does it. Those
 * beside stand as buttons of their own, so that one press is enough. Other addons add
 * theirs.
 */
export const STEPS = {
    missing: {
        label: _t("Send what is missing"),
        icon: "fa-files-o",
        method: "action_resend_missing",
    },
    plain: {
        label: _t("Send as a plain copy"),
        icon: "fa-picture-o",
        method: "action_resend_plain",
    },
    resend: { label: _t("Resend"), icon: "fa-repeat", method: "action_resend" },
    number: {
        label: _t("Resend to another number"),
        icon: "fa-hashtag",
        method: "action_resend_to_number",
    },
    edit: {
        label: _t("Edit and send as new"),
        icon: "fa-pencil",
        method: "action_edit_and_send",
    },
    called: { label: _t("Called them"), icon: "fa-phone", method: "action_called", isBeside: true },
    nothing: {
        label: _t("Nothing to do"),
        icon: "fa-check",
        method: "action_nothing_to_do",
        isBeside: true,
    },
    ask: {
        label: _t("Ask the provider again"),
        icon: "fa-refresh",
        method: "action_ask_provider",
    },
    arrived: {
        label: _t("It arrived"),
        icon: "fa-check",
        method: "action_arrived",
        isBeside: true,
    },
    missed: {
        label: _t("It did not arrive"),
        icon: "fa-times",
        method: "action_missed",
        isBeside: true,
    },
    release: { label: _t("Send now"), icon: "fa-paper-plane", method: "action_release" },
    file: { label: _t("File"), icon: "fa-inbox", method: "action_file_in_inbox" },
    undo: { label: _t("Do not send"), icon: "fa-ban", method: "action_undo", isBeside: true },
};
const SAID = {
    ask: _t("The provider is being asked. The answer shows here."),
    release: _t("It is on its way."),
    undo: _t("Taken back, nothing was sent"),
};

/**
 * What one can do about a fax now: the usual step as a button, the others in a menu.
 * Used in rows, where a click must not open the fax.
 */
export class FaxNextSteps extends Component {
    static template = "medical_fax.FaxNextSteps";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ isBusy: false });
    }

    get steps() {
        const keys = (this.props.record.data[this.props.name] || "").split(" ");
        return keys.filter((key) => key in STEPS).map((key) => ({ key, ...STEPS[key] }));
    }

    get first() {
        return this.steps[0];
    }

    get beside() {
        return this.steps.slice(1).filter((step) => step.isBeside);
    }

    get others() {
        return this.steps.slice(1).filter((step) => !step.isBeside);
    }

    async take({ key, method }) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        const id = this.props.record.resId;
        // Not by useService: the list may be loaded anew meanwhile, and what follows
        // would then be lost with this row.
        const { action, notification, orm } = this.env.services;
        try {
            const result = await orm.call("fax.message", method, [[id]]);
            if (result?.type) {
                await action.doAction(result);
            } else {
                this.env.bus.trigger("medical_fax:changed", { ids: [id] });
                notification.add(SAID[key], { type: "info" });
            }
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("fields").add("fax_next_steps", {
    component: FaxNextSteps,
    supportedTypes: ["char"],
    listViewWidth: [230, 280],
});
