import { useComposerState } from "@medical_fax/composer/composer_state";

/**
 * What the composer's widgets know of the price: as it stands with the pages that were
 * made last, and until there are some, for one page.
 */
export function useCredit(component) {
    const composer = useComposerState(component.props.record);
    return {
        composer,
        get offer() {
            const { pages, credit } = composer.preview;
            return (pages ? credit : component.props.record.data.credit) || null;
        },
    };
}
