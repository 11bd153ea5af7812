import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Smart button with the number of faxes of a record, for the form of any model:
 *
 *     <widget name="fax_smart_button" options="{'partner_field': 'partner_id'}"/>
 *
 * Without `partner_field` it counts the faxes made from the record itself, with it
 * those about that patient.
 */
export class FaxSmartButton extends Component {
    static template = "medical_fax.FaxSmartButton";
    static props = { ...standardWidgetProps, partnerField: { type: String, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ count: 0 });
        onWillStart(() => this.load());
        // The form keeps this component when it shows another record or reloads.
        onWillUpdateProps((nextProps) => this.load(nextProps));
        useBus(this.env.bus, "medical_fax:changed", () => this.load());
    }

    getDomain({ record, partnerField }) {
        return partnerField
            ? [["patient_id", "=", record.data[partnerField].id]]
            : [["made_from", "=", `${record.resModel},${record.resId}`]];
    }

    async load(props = this.props) {
        const isSaved = Boolean(props.record.resId);
        this.state.count = isSaved
            ? await this.orm.searchCount("fax.message", this.getDomain(props))
            : 0;
    }

    async onClick() {
        const action = await this.action.loadAction("medical_fax.fax_message_action");
        const { record, partnerField } = this.props;
        if (partnerField) {
            // As a facet, so that one may take it away and look further.
            const partnerId = record.data[partnerField].id;
            return this.action.doAction(
                { ...action, context: {} },
                { additionalContext: { search_default_patient_id: partnerId } }
            );
        }
        return this.action.doAction({ ...action, domain: this.getDomain(this.props), context: {} });
    }

    get label() {
        return _t("Faxes");
    }
}

registry.category("view_widgets").add("fax_smart_button", {
    component: FaxSmartButton,
    extractProps: ({ options }) => ({ partnerField: options.partner_field }),
});
