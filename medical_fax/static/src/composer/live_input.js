import { useEffect } from "@odoo/owl";
import { useBus } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const TYPING_PAUSE = 300; // ms

/**
 * Hand over what is typed while one types, untrimmed, and never overwrite what has
 * not been handed over yet.
 *
 * @param {Object} params
 * @param {Ref} params.ref of the input or textarea
 * @param {Object} params.model the form's model, which asks for changes before saving
 * @param {() => string} params.getValue the value in the record
 * @param {(value: string) => Promise} params.setValue
 * @returns {{onInput: Function, commit: Function}} both for the template
 */
export function useLiveInput({ ref, model, getValue, setValue }) {
    let lastValue = "";
    let pending = 0; // handed over, and not in the record yet

    const isDirty = () => ref.el && ref.el.value !== lastValue;

    async function commit() {
        if (!isDirty()) {
            return;
        }
        lastValue = ref.el.value;
        pending++;
        try {
            await setValue(lastValue);
        } finally {
            pending--;
        }
    }

    useEffect(() => {
        // Read before the condition, so that the component observes it in any case.
        const value = getValue();
        if (ref.el && !pending && !isDirty()) {
            ref.el.value = value;
            lastValue = value;
        }
    });
    useBus(model.bus, "NEED_LOCAL_CHANGES", ({ detail }) => detail.proms.push(commit()));
    return { onInput: useDebounced(commit, TYPING_PAUSE), commit };
}
