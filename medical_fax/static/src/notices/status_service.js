import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const FAILED = ["failed", "partial", "uncertain", "held"];

/**
 * Hears of every change of one's faxes. Success is silent; a failure stays on the
 * screen until somebody opens it or puts it away. Open views reload by themselves.
 */
export const faxStatusService = {
    dependencies: ["action", "bus_service", "notification"],

    start(env, { action, bus_service: bus, notification }) {
        let open = { ids: [], close: () => {} };

        function forget(ids) {
            if (ids.some((id) => open.ids.includes(id))) {
                open.close();
                open = { ids: [], close: () => {} };
            }
        }

        function show(ids) {
            forget(ids);
            if (ids.length > 1) {
                return action.doAction("medical_fax.fax_message_action_attention");
            }
            return action.doAction({
                type: "ir.actions.act_window",
                name: _t("Not delivered"),
                res_model: "fax.message",
                res_id: ids[0],
                views: [[false, "form"]],
            });
        }

        /** One notice for all that failed and were not looked at yet. */
        function tell(id, words) {
            const ids = [...new Set([...open.ids, id])];
            open.close();
            const text =
                ids.length === 1
                    ? _t("A fax needs you: %s", words)
                    : _t("%s faxes need you", ids.length);
            const close = notification.add(text, {
                type: "danger",
                sticky: true,
                className: "o_fax_failure",
                buttons: [{ name: _t("Open"), onClick: () => show(ids) }],
                onClose: () => {
                    open = { ids: [], close: () => {} };
                },
            });
            open = { ids, close };
        }

        bus.subscribe("medical_fax.status", ({ id, state, words }) => {
            env.bus.trigger("medical_fax:changed", { ids: [id] });
            if (FAILED.includes(state)) {
                tell(id, words);
            }
        });
    },
};

registry.category("services").add("medical_fax.status", faxStatusService);
