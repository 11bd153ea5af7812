import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Beside New fax, as long as faxes need somebody: how many, and the way to them. */
export class FaxAttention extends Component {
    static template = "medical_fax.FaxAttention";
    static props = {};

    setup() {
        this.action = useService("action");
        this.access = useState(useService("medical_fax.access"));
        this.attention = useState(useService("medical_fax.attention"));
    }

    get title() {
        const { count, text } = this.attention;
        return count === 1 ? _t("1 fax needs attention") : _t("%s faxes need attention", text);
    }

    onClick() {
        this.env.bus.trigger("medical_fax:looked_at");
        return this.action.doAction("medical_fax.fax_message_action_attention", {
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("medical_fax.FaxAttention", { Component: FaxAttention }, { sequence: 29 });
