import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { debounce } from "@web/core/utils/timing";

const TOGETHER = 500; // ms: changes that come together are counted once
const EVERY = 300000; // ms: what is on hold for long comes up without any event
const MOST = 99;

/**
 * How many of the faxes that the user sees need somebody. Counted on the server when
 * any fax of the clinic gets into trouble or out of it.
 */
export const faxAttentionService = {
    dependencies: ["bus_service", "medical_fax.access", "orm"],

    start(env, { bus_service: bus, "medical_fax.access": access, orm }) {
        const attention = reactive({
            count: 0,
            get text() {
                return this.count > MOST ? `${MOST}+` : `${this.count}`;
            },
        });

        /** Nobody is told when this fails: the next change counts anew. */
        async function count() {
            try {
                attention.count = await orm.silent.call("fax.message", "get_attention_count", []);
            } catch (error) {
                console.warn("Faxes that need somebody not counted", error.message);
            }
        }

        access.ready.then(() => {
            if (!access.canFax) {
                return;
            }
            const soon = debounce(count, TOGETHER);
            env.bus.addEventListener("medical_fax:changed", soon);
            bus.subscribe("medical_fax.attention", () =>
                env.bus.trigger("medical_fax:changed", { ids: [] })
            );
            browser.setInterval(soon, EVERY);
            count();
        });
        return attention;
    },
};

registry.category("services").add("medical_fax.attention", faxAttentionService);
