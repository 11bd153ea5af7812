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
        useBus(controller.env.bus, "medical_fax:changed", ({ detail }) => {
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
