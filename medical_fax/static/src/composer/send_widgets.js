import { Component, useState } from "@odoo/owl";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { composerIds, useComposerState } from "./composer_state";

const { DateTime } = luxon;

/**
 * The Send button. It is the first button of the dialog's footer, so Ctrl+Enter
 * presses it from anywhere in the dialog. A refusal is said beside it, and everything
 * stays as it was.
 */
export class SendButton extends Component {
    static template = "medical_fax.SendButton";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.composer = useComposerState(this.props.record);
        this.state = useState({ isSending: false });
    }

    get data() {
        return this.props.record.data;
    }

    get label() {
        const at = this.data.send_later && this.data.scheduled_at;
        if (at) {
            const isToday = at.hasSame(DateTime.now(), "day");
            const time = isToday
                ? at.toLocaleString(DateTime.TIME_SIMPLE)
                : formatDateTime(at, { showSeconds: false });
            return _t("Send at %s", time);
        }
        return this.hasNext ? _t("Send and next") : _t("Send");
    }

    get hasNext() {
        return (this.data.batch_faxes || []).some((fax) => !fax.sent && !fax.current);
    }

    get isDisabled() {
        return this.state.isSending || Boolean(this.data.stop_reason);
    }

    async onClick() {
        if (this.isDisabled) {
            return;
        }
        this.state.isSending = true;
        this.composer.sendError = "";
        try {
            await this.send();
        } catch (error) {
            if (!(error instanceof RPCError) || !error.data?.message) {
                throw error;
            }
            this.refuse(error.data.message);
        } finally {
            this.state.isSending = false;
        }
    }

    async send() {
        const { record } = this.props;
        // Asks every field for what is still being typed, the recipient's included.
        const isSaved = await record.save({ reload: false });
        if (!isSaved) {
            return;
        }
        if (this.composer.recipientError) {
            this.refuse(this.composer.recipientError);
            return;
        }
        const action = await this.orm.call("fax.composer", "action_send", [composerIds(record)]);
        await this.action.doAction(action);
    }

    refuse(message) {
        this.composer.sendError = message;
        if (this.composer.recipientError || !(this.data.recipients || []).length) {
            this.composer.focusRecipients?.();
        }
    }
}

/** Why Send was refused. */
export class SendError extends Component {
    static template = "medical_fax.SendError";
    static props = { ...standardWidgetProps };

    setup() {
        this.composer = useComposerState(this.props.record);
    }
}

/** How many pages will go through the line. */
export class PageCount extends Component {
    static template = "medical_fax.PageCount";
    static props = { ...standardWidgetProps };

    setup() {
        this.composer = useComposerState(this.props.record);
    }

    get text() {
        const { pages: ours, items, error, provider_cover: isDrawn } = this.composer.preview;
        if (error || !ours) {
            return "";
        }
        // A cover that the provider draws is not among ours, and counts.
        const pages = ours + (isDrawn ? 1 : 0);
        const recipients = (this.props.record.data.recipients || []).length;
        const each = this.pagesText(
            pages,
            isDrawn || items.some((item) => item.kind === "cover")
        );
        return this.sumText(each, pages, recipients);
    }

    /** Hook: what it comes to. Where pages are paid for, that is a price. */
    sumText(each, pages, recipients) {
        return recipients > 1
            ? _t("%(each)s × %(recipients)s recipients = %(total)s pages", {
                  each,
                  recipients,
                  total: pages * recipients,
              })
            : each;
    }

    pagesText(pages, hasCover) {
        if (pages === 1) {
            return hasCover ? _t("1 page, the cover") : _t("1 page");
        }
        return hasCover ? _t("%s pages incl. cover", pages) : _t("%s pages", pages);
    }
}

/** The faxes of one selection, a patient each: which is written now, which are sent. */
export class BatchField extends Component {
    static template = "medical_fax.BatchField";
    static props = { ...standardFieldProps };

    get faxes() {
        return this.props.record.data[this.props.name] || [];
    }

    get text() {
        return _t("%s patients, one fax each:", this.faxes.length);
    }
}

const widgets = registry.category("view_widgets");
widgets.add("fax_send", {
    component: SendButton,
    fieldDependencies: [
        { name: "batch_faxes", type: "json" },
        { name: "recipients", type: "json", readonly: false },
        { name: "scheduled_at", type: "datetime", readonly: false },
        { name: "send_later", type: "boolean", readonly: false },
        { name: "stop_reason", type: "char" },
    ],
});
widgets.add("fax_send_error", { component: SendError });
widgets.add("fax_page_count", {
    component: PageCount,
    fieldDependencies: [{ name: "recipients", type: "json", readonly: false }],
});
registry.category("fields").add("fax_batch", { component: BatchField, supportedTypes: ["json"] });
