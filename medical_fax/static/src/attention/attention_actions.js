import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const actions = registry.category("actions");

function changed(env, ids) {
    env.bus.trigger("medical_fax:changed", { ids });
}

/** Something about faxes was written: views and counters follow. */
async function onChanged(env, { params }) {
    await env.services.action.doAction({ type: "ir.actions.act_window_close" });
    changed(env, params.message_ids);
}

/** Faxes were dealt with, which can be taken back for as long as the notice stands. */
async function onPutAway(env, { params }) {
    await onChanged(env, { params });
    const { message_ids: ids, count } = params;
    env.bus.trigger("medical_fax:dealt_with", { ids });
    const close = env.services.notification.add(
        count === 1 ? _t("Dealt with") : _t("%s faxes dealt with", count),
        {
            type: "info",
            className: "o_fax_put_away",
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: async () => {
                        close();
                        await env.services.orm.call("fax.message", "action_take_back", [ids]);
                        changed(env, ids);
                    },
                },
            ],
        }
    );
}

actions.add("medical_fax.changed", onChanged);
actions.add("medical_fax.put_away", onPutAway);
