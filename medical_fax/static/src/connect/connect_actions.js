import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ConnectDialog } from "./connect_dialog";

const reload = (env) => env.services.action.doAction({ type: "ir.actions.client", tag: "soft_reload" });

/** What `fax.account.action_enter_key` returns: the dialog, and then the form anew. */
function openConnect(env, { params }) {
    let isConnected = false;
    env.services.dialog.add(
        ConnectDialog,
        {
            accountId: params.account_id,
            page: params.page || "key",
            onConnected: () => {
                isConnected = true;
            },
        },
        { onClose: () => isConnected && reload(env) }
    );
}

function disconnectText({ waiting, under_way: underWay, provider, instead }) {
    const lines = [_t("The key is forgotten. The history of faxes is kept.")];
    if (waiting && instead) {
        lines.unshift(
            _t("Faxes that wait (%(count)s) go by %(account)s, where they can.", {
                count: waiting,
                account: instead,
            })
        );
    } else if (waiting === 1) {
        lines.unshift(_t("1 fax waits. It stays here until the account is connected again."));
    } else if (waiting) {
        lines.unshift(
            _t("%s faxes wait. They stay here until the account is connected again.", waiting)
        );
    } else {
        lines.unshift(_t("No fax waits."));
    }
    if (underWay) {
        lines.splice(
            1,
            0,
            _t(
                "%(count)s are with %(provider)s: how they end is not heard of before the account is connected again.",
                { count: underWay, provider }
            )
        );
    }
    return lines.join("\n");
}

/** What `fax.account.action_ask_disconnect` returns: how many faxes wait, and a choice. */
function askDisconnect(env, { params }) {
    env.services.dialog.add(ConfirmationDialog, {
        title: _t("Disconnect %s?", params.account),
        body: disconnectText(params),
        confirmLabel: _t("Disconnect"),
        confirmClass: "btn-danger o_fax_disconnect",
        confirm: async () => {
            await env.services.orm.call("fax.account", "action_disconnect", [[params.account_id]]);
            await reload(env);
        },
        cancelLabel: _t("Stay connected"),
        cancel: () => {},
    });
}

registry.category("actions").add("medical_fax.connect", openConnect);
registry.category("actions").add("medical_fax.disconnect", askDisconnect);
