import { reactive, toRaw, useState } from "@odoo/owl";

const states = new WeakMap();

/**
 * What the composer's widgets tell each other, one state a dialog. The form's body
 * and its footer are two renderers of the same record, so neither can pass props.
 *
 * - making: a preview is on its way
 * - preview: what `action_preview` returned last: {key, pages, items} or {error}
 * - recipientError: what is wrong with what stands in the recipient field
 * - sendError: why Send was refused
 */
export function useComposerState(record) {
    const model = toRaw(record.model);
    if (!states.has(model)) {
        states.set(
            model,
            reactive({ making: false, preview: {}, recipientError: "", sendError: "" })
        );
    }
    return useState(states.get(model));
}

/**
 * Save what is in the record, without taking over what is still being typed: a field
 * that commits in the middle of a word would lose the space one has just typed.
 */
export function saveQuietly(record) {
    return record.model.mutex.exec(() => record._save({ reload: false }));
}

/** The ids that an RPC method of the composer needs. */
export function composerIds(record) {
    return [record.resId];
}
