import { status } from "@odoo/owl";
import { useBus } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";

/**
 * Views of faxes reload when a fax changes. What one is doing there stays: a list
 * with ticked rows waits for the next change.
 */
function useFaxReload(controller) {
    if (controller.props.resModel === "fax.message") {
        let isWaiting = false;
        useBus(controller.env.bus, "medical_fax:changed", async ({ detail }) => {
            if (!controller.model.isReady) {
                // Loading now would cut the first load short, and the page stay blank.
                if (isWaiting) {
                    return;
                }
                isWaiting = true;
                await controller.model.whenReady;
                isWaiting = false;
            }
            if (status(controller) !== "mounted") {
                return;
            }
            const { root } = controller.model;
            const isOther = root.resId && !(detail?.ids || []).includes(root.resId);
            if (!isOther && !root.selection?.length) {
                controller.model.load();
            }
        });
    }
}

for (const Controller of [FormController, KanbanController, ListController]) {
    patch(Controller.prototype, {
        setup() {
            super.setup(...arguments);
            useFaxReload(this);
        },
    });
}
