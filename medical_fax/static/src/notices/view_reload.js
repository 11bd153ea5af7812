import { status } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useBus } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { ListController } from "@web/views/list/list_controller";

const DIALOG_PAUSE = 150; // milliseconds between two looks whether a dialog is gone

/**
 * A dialog that closes waits until the view behind it has reloaded. Loading that view at
 * this moment would cut the reload short, and the dialog would stay for ever.
 */
async function noDialog() {
    while (document.body.classList.contains("modal-open")) {
        await new Promise((resolve) => browser.setTimeout(resolve, DIALOG_PAUSE));
    }
}

/**
 * Views of faxes reload when a fax changes. What one is doing there stays: a list
 * with ticked rows waits for the next change.
 */
function useFaxReload(controller) {
    if (controller.props.resModel === "fax.message") {
        let waiting = null;
        useBus(controller.env.bus, "medical_fax:changed", async ({ detail }) => {
            const changed = detail?.ids || [];
            if (waiting) {
                waiting.push(...changed);
                return;
            }
            waiting = [...changed];
            // Loading now would also cut a first load short, and the page stay blank.
            await controller.model.whenReady;
            await noDialog();
            const ids = waiting;
            waiting = null;
            if (status(controller) !== "mounted") {
                return;
            }
            const { root } = controller.model;
            const isOther = root.resId && !ids.includes(root.resId);
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
