import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const CHANGING = ["web_save", "web_save_multi", "write", "update_field_translations"];

/**
 * Views know the reasons of failures by their labels, and the browser keeps views:
 * who changes a label sees it in the list of faxes at once.
 */
export const faxFailureLabelsService = {
    start() {
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            const { model, method } = detail.data.params;
            if (model === "fax.failure" && CHANGING.includes(method)) {
                rpcBus.trigger("CLEAR-CACHES", "get_views");
            }
        });
    },
};

registry.category("services").add("medical_fax.failure_labels", faxFailureLabelsService);
