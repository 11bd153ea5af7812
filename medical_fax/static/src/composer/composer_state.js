import { markRaw, reactive, toRaw, useState } from "@odoo/owl";

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
            reactive({
                making: false,
                preview: {},
                recipientError: "",
                sendError: "",
                pending: {},
            })
        );
    }
    return useState(states.get(model));
}

/**
 * A Json field that changes at once. The record takes a change over only after what
 * it is doing already (a save, an onchange), and a second change in the meantime must
 * build on the first one.
 *
 * @returns {{value: any, update: (value: any) => Promise}}
 */
export function useQuickValue(component, name, fallback) {
    const state = useComposerState(component.props.record);
    return {
        get value() {
            const pending = state.pending[name];
            return (pending ? pending.value : component.props.record.data[name]) || fallback;
        },
        async update(value) {
            const pending = markRaw({ value });
            state.pending[name] = pending;
            try {
                await component.props.record.update({ [name]: value });
            } finally {
                if (state.pending[name] === pending) {
                    delete state.pending[name];
                }
            }
        },
    };
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
