import { PageCount } from "@medical_fax/composer/send_widgets";
import { composerIds } from "@medical_fax/composer/composer_state";
import { Component, useExternalListener, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useCredit } from "./credit_state";

/** The page count ends in the price: “= 8 credits, 88 left”. */
patch(PageCount.prototype, {
    sumText(each, pages, recipients) {
        const { credit } = this.composer.preview;
        if (!credit) {
            return super.sumText(each, pages, recipients);
        }
        return recipients > 1
            ? _t("%(each)s × %(recipients)s recipients = %(price)s", {
                  each,
                  recipients,
                  price: credit.sum,
              })
            : _t("%(each)s = %(price)s", { each, price: credit.sum });
    },
});

/** Who pays, what is left then, and what has a price of its own. */
export class FaxPrice extends Component {
    static template = "medical_fax_billing.FaxPrice";
    static props = { ...standardWidgetProps };

    setup() {
        this.credit = useCredit(this);
    }

    get offer() {
        return this.credit.offer;
    }

    get text() {
        const { wallet, after } = this.offer;
        const payer = _t("Paid from %s", wallet);
        return [payer, after, ...this.offer.abroad].filter(Boolean).join(" · ");
    }
}

/**
 * Too little credit: said as soon as the composer opens, and again when the pages are
 * counted. Sending stays possible, and the fax is held.
 */
export class FaxCredit extends Component {
    static template = "medical_fax_billing.FaxCredit";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.credit = useCredit(this);
        this.state = useState({ isAsked: false, isBusy: false });
        // One buys in another tab, and comes back.
        useExternalListener(window, "focus", () => this.refresh());
    }

    get offer() {
        return this.credit.offer;
    }

    get isAsked() {
        return this.state.isAsked || this.offer.is_asked;
    }

    async ask() {
        this.state.isBusy = true;
        try {
            const notice = await this.orm.call("fax.composer", "action_ask_for_credit", [
                composerIds(this.props.record),
            ]);
            this.state.isAsked = true;
            await this.action.doAction(notice);
        } finally {
            this.state.isBusy = false;
        }
    }

    async refresh() {
        const { composer } = this.credit;
        if (!this.offer?.is_short || !composer.preview.key) {
            return;
        }
        const credit = await this.orm.silent.call("fax.composer", "get_credit", [
            composerIds(this.props.record),
            composer.preview.pages + (composer.preview.provider_cover ? 1 : 0),
        ]);
        composer.preview = { ...composer.preview, credit };
    }
}

const fieldDependencies = [{ name: "credit", type: "json", readonly: true }];
const widgets = registry.category("view_widgets");
widgets.add("fax_price", { component: FaxPrice, fieldDependencies });
widgets.add("fax_credit", { component: FaxCredit, fieldDependencies });
