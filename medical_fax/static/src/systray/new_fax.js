import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** New fax, from anywhere, also by Alt+Shift+F. */
export class NewFax extends Component {
    static template = "medical_fax.NewFax";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.access = useState(useService("medical_fax.access"));
    }

    async onClick() {
        const action = await this.orm.call("fax.composer", "action_compose", []);
        await this.action.doAction(action);
    }
}

registry.category("systray").add("medical_fax.NewFax", { Component: NewFax }, { sequence: 30 });
