import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Leaves a form that would make a second entry of the address book, and opens the one
 * that is there. A usual button cannot do it: it saves the form first, which is refused.
 */
export class FaxUseEntry extends Component {
    static template = "medical_fax.FaxUseEntry";
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
    }

    get isShown() {
        // From a dialog the page behind would be left, with what is being written there.
        return this.props.record.data.duplicate_id && !this.env.inDialog;
    }

    async onClick() {
        const { record } = this.props;
        const resId = record.data.duplicate_id.id;
        await record.discard();
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                res_model: "fax.contact",
                res_id: resId,
                views: [[false, "form"]],
            },
            { stackPosition: "replaceCurrentAction" }
        );
    }
}

export const faxUseEntry = {
    component: FaxUseEntry,
    fieldDependencies: [{ name: "duplicate_id", type: "many2one", readonly: true }],
};

registry.category("view_widgets").add("fax_use_entry", faxUseEntry);
