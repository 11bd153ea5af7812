import { STEPS } from "@medical_fax/attention/next_steps";
import { _t } from "@web/core/l10n/translation";

// What one can do about a fax that credit is lacking for.
Object.assign(STEPS, {
    ask_credit: {
        label: _t("Ask for credit"),
        icon: "fa-hand-paper-o",
        method: "action_ask_for_credit",
    },
    buy_credit: {
        label: _t("Buy credit"),
        icon: "fa-credit-card",
        method: "action_buy_credit",
    },
    resend_quota: {
        label: _t("Resend all out of credit"),
        icon: "fa-repeat",
        method: "action_resend_quota",
    },
});
