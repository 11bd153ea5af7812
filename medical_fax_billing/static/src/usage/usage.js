import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { UsageChart } from "./usage_chart";
import { UsageDays } from "./usage_days";

/**
 * What a wallet was used for in a month, what is left and where that came from, until
 * when it is enough, and each fax. Every picture has its figures beside it.
 */
export class Usage extends Component {
    static template = "medical_fax_billing.Usage";
    static components = { UsageChart, UsageDays };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keep = new KeepLast();
        this.state = useState({ usage: null, log: { rows: [], has_more: false } });
        const { params = {}, context = {} } = this.props.action;
        onWillStart(() => this.load(params.wallet_id || context.wallet_id || false));
    }

    get usage() {
        return this.state.usage;
    }

    get wallet() {
        return this.usage.wallet;
    }

    get isEmpty() {
        const { sent, received, parts } = this.usage;
        return !sent && !received && !parts.some((part) => part.value);
    }

    get directions() {
        return { out: _t("Sent"), in: _t("Received") };
    }

    async load(walletId, month = false) {
        const [usage, log] = await this.keep.add(
            Promise.all([
                this.orm.call("medical.credit.wallet", "get_usage", [walletId, month]),
                this.orm.call("medical.credit.wallet", "get_usage_log", [walletId]),
            ])
        );
        Object.assign(this.state, { usage, log });
    }

    choose(ev) {
        return this.load(Number(ev.target.value), this.usage.month);
    }

    show(month) {
        return this.load(this.wallet.id, month);
    }

    async more() {
        const { rows } = this.state.log;
        const log = await this.orm.call("medical.credit.wallet", "get_usage_log", [
            this.wallet.id,
            rows.length,
        ]);
        this.state.log = { ...log, rows: [...rows, ...log.rows] };
    }

    async openWallet(method) {
        const action = await this.orm.call("medical.credit.wallet", method, [[this.wallet.id]]);
        return this.action.doAction(action);
    }

    openFax(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "fax.message",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("medical_fax_billing.usage", Usage);
