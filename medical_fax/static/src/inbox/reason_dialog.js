import { Component, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

/** Asks for a reason, which is kept; nothing goes on without one. */
export class FaxReasonDialog extends Component {
    static template = "medical_fax.ReasonDialog";
    static components = { Dialog };
    static props = {
        title: String,
        text: String,
        confirmLabel: String,
        confirm: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ reason: "", isBusy: false });
        useAutofocus({ refName: "reason" });
        this.reasonRef = useRef("reason");
    }

    async onConfirm() {
        const reason = this.state.reason.trim();
        if (!reason || this.state.isBusy) {
            this.reasonRef.el.focus();
            return;
        }
        this.state.isBusy = true;
        try {
            await this.props.confirm(reason);
            this.props.close();
        } finally {
            this.state.isBusy = false;
        }
    }
}
