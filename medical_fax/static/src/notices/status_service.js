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
        const none = { ids: [], close: () => {} };
        const said = new Map(); // of each fax, what became of it last
        let open = none;

        /** One notice for all that failed and were neither looked at nor dealt with. */
        function notify(ids) {
            open.close();
            open = none;
            if (!ids.length) {
                return;
            }
            const text =
                ids.length === 1
                    ? _t("A fax needs you: %s", said.get(ids[0]))
                    : _t("%s faxes need you", ids.length);
            const close = notification.add(text, {
                type: "danger",
                sticky: true,
                className: "o_fax_failure",
                buttons: [{ name: _t("Open"), onClick: () => show(ids) }],
                onClose: () => {
                    open = none;
                },
            });
            open = { ids, close };
        }

        function dealtWith(ids) {
            const left = open.ids.filter((id) => !ids.includes(id));
            if (left.length < open.ids.length) {
                notify(left);
            }
        }

        function show(ids) {
            notify([]);
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

        env.bus.addEventListener("medical_fax:looked_at", () => notify([]));
        env.bus.addEventListener("medical_fax:dealt_with", ({ detail }) => dealtWith(detail.ids));
        bus.subscribe("medical_fax.status", ({ id, state, words }) => {
            env.bus.trigger("medical_fax:changed", { ids: [id] });
            said.set(id, words);
            if (FAILED.includes(state)) {
                notify([...new Set([...open.ids, id])]);
            } else {
                dealtWith([id]);
            }
        });
    },
};

registry.category("services").add("medical_fax.status", faxStatusService);
