import { Component, reactive, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const ASK_AFTER = [4, 10, 25]; // seconds after a fax has left, as long as it is not final
const SCHEDULED_SHOWN = 10; // seconds
const FINAL_STATES = ["delivered", "partial", "failed", "cancelled"];

/** Above the page, so that one stands where one was: what was sent, and Undo. */
export class SentNotices extends Component {
    static template = "medical_fax.SentNotices";
    static props = { notices: Object, undo: Function, close: Function };

    setup() {
        this.notices = useState(this.props.notices);
    }

    undoText(notice) {
        return notice.countsDown ? _t("Undo (%s)", notice.left) : _t("Undo");
    }
}

/** "Dr Lee", or "Dr Lee and 2 more". */
function recipientsText([first, ...others]) {
    return others.length
        ? _t("%(first)s and %(count)s more", { first, count: others.length })
        : first;
}

function noticeText({ recipients, pages, scheduled_at: at }) {
    const to = recipientsText(recipients);
    if (at) {
        return _t("Scheduled for %(at)s: to %(to)s", { at, to });
    }
    return pages === 1
        ? _t("On its way to %s, 1 page", to)
        : _t("On its way to %(to)s, %(pages)s pages", { to, pages });
}

/**
 * Sent faxes, until their undo period ends. It then wakes the queue, and looks at the
 * provider a few times, so that the fate is there while one still looks.
 */
export const sentNoticeService = {
    dependencies: ["notification", "orm"],

    start(env, { notification, orm }) {
        const notices = reactive([]);
        let lastId = 0;

        const find = (id) => notices.find((notice) => notice.id === id);

        function forget(id) {
            const index = notices.findIndex((notice) => notice.id === id);
            if (index >= 0) {
                browser.clearInterval(notices[index].timer);
                notices.splice(index, 1);
            }
        }

        function add(params) {
            const isScheduled = Boolean(params.scheduled_at);
            const notice = {
                id: ++lastId,
                messageIds: params.message_ids,
                text: noticeText(params),
                isScheduled,
                countsDown: !isScheduled && params.undo_seconds > 0,
                hasUndo: isScheduled || params.undo_seconds > 0,
                left: (isScheduled ? SCHEDULED_SHOWN : params.undo_seconds) || 4,
                isUndoing: false,
            };
            const end = Date.now() + notice.left * 1000;
            notice.timer = browser.setInterval(() => tick(notice.id, end), 250);
            notices.push(notice);
            if (!isScheduled && !notice.hasUndo) {
                follow(notice.messageIds);
            }
        }

        function tick(id, end) {
            const notice = find(id);
            notice.left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
            if (!notice.left && !notice.isUndoing) {
                forget(id);
                if (notice.countsDown) {
                    follow(notice.messageIds);
                }
            }
        }

        /** Put away; what was sent is sent when its time comes. */
        function close(id) {
            const notice = find(id);
            forget(id);
            if (notice.countsDown) {
                browser.setTimeout(() => follow(notice.messageIds), notice.left * 1000);
            }
        }

        async function undo(id) {
            const notice = find(id);
            notice.isUndoing = true;
            try {
                const left = await orm.call("fax.message", "action_undo", [notice.messageIds]);
                if (left === true) {
                    notification.add(_t("Taken back, nothing was sent"), { type: "info" });
                } else {
                    notification.add(
                        _t("Taken back, except what had left already: %s", left.join(", ")),
                        { type: "warning", sticky: true }
                    );
                }
            } finally {
                forget(id);
                env.bus.trigger("medical_fax:changed", { ids: notice.messageIds });
            }
        }

        /** Nobody is told when this fails: the queue comes by every minute anyway. */
        async function follow(ids) {
            try {
                await orm.silent.call("fax.message", "action_send_due", [ids]);
                let passed = 0;
                for (const seconds of ASK_AFTER) {
                    await new Promise((resolve) =>
                        browser.setTimeout(resolve, (seconds - passed) * 1000)
                    );
                    passed = seconds;
                    const open = await openFaxes(ids);
                    if (!open.length) {
                        break;
                    }
                    await orm.silent.call("fax.message", "action_ask_provider", [open]);
                }
            } catch (error) {
                console.warn("Fax status not asked for", error.message);
            }
        }

        async function openFaxes(ids) {
            const faxes = await orm.silent.read("fax.message", ids, ["state"]);
            return faxes.filter((fax) => !FINAL_STATES.includes(fax.state)).map((fax) => fax.id);
        }

        registry.category("main_components").add("medical_fax.SentNotices", {
            Component: SentNotices,
            props: { notices, undo, close },
        });
        return { add };
    },
};

registry.category("services").add("medical_fax.sent_notice", sentNoticeService);

/** What `fax.composer.action_send` returns: close, say it, go on with the next one. */
async function onSent(env, action) {
    const { next, refused = [], instead_of: dealtWith = [], ...params } = action.params;
    if (refused.length) {
        env.services.notification.add(refused.join("\n"), {
            title: _t("Not sent again"),
            type: "warning",
            sticky: true,
        });
    }
    env.services["medical_fax.sent_notice"].add(params);
    if (!next) {
        await env.services.action.doAction({ type: "ir.actions.act_window_close" });
    }
    env.bus.trigger("medical_fax:dealt_with", { ids: dealtWith });
    env.bus.trigger("medical_fax:changed", { ids: [...params.message_ids, ...dealtWith] });
    return next;
}

registry.category("actions").add("medical_fax.sent", onSent);
