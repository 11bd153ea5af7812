import { _t } from "@web/core/l10n/translation";

/**
 * Plain functions on recipients: dicts as `fax.composer` hands them out, with
 * `contact_id`, `partner_id`, `name`, `organization`, `number`, `display`, `error`,
 * `offered`, and, on those added here, `is_new` (a number without an entry).
 */

const PREFIX = /^\s*(fax|tel|phone|f|t)\b\s*[.:]?/iu;
const EXTENSION = /(?:ext|extension|poste|x)\.?\s*\p{Nd}+\s*$/iu;

/** Whether a text can only be meant as a number: three digits and no other words. */
export function looksLikeNumber(text) {
    const rest = text.replace(PREFIX, "").replace(EXTENSION, "");
    const digits = rest.match(/\p{Nd}/gu) || [];
    return digits.length >= 3 && !/\p{L}/u.test(rest);
}

/** What tells one recipient from another, also before it has a number. */
export function recipientKey(recipient) {
    if (recipient.contact_id) {
        return `contact-${recipient.contact_id}`;
    }
    return recipient.partner_id ? `partner-${recipient.partner_id}` : `number-${recipient.number}`;
}

export function recipientTitle(recipient) {
    return recipient.name || recipient.organization || recipient.display;
}

/** Organization and number, as far as they are not the title already. */
export function recipientDetail(recipient) {
    const title = recipientTitle(recipient);
    const parts = [recipient.organization, recipient.display];
    return parts.filter((part) => part && part !== title).join(" · ");
}

/** What must be mended before this recipient can be faxed, in words, or "". */
export function recipientProblem(recipient) {
    if (recipient.error) {
        return recipient.error;
    }
    return recipient.number ? "" : _t("The fax number is missing.");
}

/** The captions of the groups of suggestions, in no order: the server orders them. */
export function groupCaption(group) {
    const captions = {
        source: _t("From the chart"),
        circle: _t("Patient's circle"),
        patient: _t("Last for this patient"),
        mine: _t("Your last"),
        list: _t("Lists"),
        book: _t("Address book"),
    };
    return captions[group] || "";
}

/**
 * The list with others added: what was only offered gives way to the first pick, and
 * no machine is called twice.
 */
export function addRecipients(recipients, added) {
    const result = recipients.filter((recipient) => !recipient.offered);
    for (const recipient of added) {
        const isThere = result.some(
            (other) =>
                recipientKey(other) === recipientKey(recipient) ||
                (recipient.number && other.number === recipient.number)
        );
        if (!isThere) {
            result.push(recipient);
        }
    }
    return result;
}
