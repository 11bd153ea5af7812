import { reactive } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

/**
 * Whether to show the ways into the composer. Only what is shown depends on it: the
 * server checks again.
 */
export const faxAccessService = {
    start() {
        const access = reactive({ canFax: false, canRead: false, ready: null });
        access.ready = Promise.all([
            user.hasGroup("medical_fax.group_fax_user"),
            user.hasGroup("medical_fax.group_fax_denied"),
        ]).then(([isUser, isDenied]) => {
            access.canFax = isUser && !isDenied;
            access.canRead = isUser;
        });
        return access;
    },
};

registry.category("services").add("medical_fax.access", faxAccessService);
