import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const WIDTH = 1200; // dots

/**
 * Pages of a received fax to sign: choose what to place, then where. The marks go on
 * another document; what came in stays as it is.
 */
export class FaxSignDialog extends Component {
    static template = "medical_fax.SignDialog";
    static components = { Dialog };
    static props = {
        messageId: Number,
        documentId: Number,
        pages: Number,
        number: String,
        date: String,
        signature: String,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.kinds = [
            { kind: "signature", label: _t("Signature"), icon: "fa-pencil" },
            { kind: "date", label: _t("Date"), icon: "fa-calendar" },
            { kind: "tick", label: _t("Tick"), icon: "fa-check" },
            { kind: "text", label: _t("Text"), icon: "fa-font" },
        ];
        this.state = useState({
            page: 0,
            kind: this.props.signature ? "signature" : "text",
            text: "",
            marks: [],
            isBusy: false,
        });
    }

    get image() {
        return `/medical_fax/document/${this.props.documentId}/page/${this.state.page}?width=${WIDTH}`;
    }

    get position() {
        return _t("Page %(page)s of %(pages)s", {
            page: this.state.page + 1,
            pages: this.props.pages,
        });
    }

    get shown() {
        return this.state.marks.filter((mark) => mark.page === this.state.page);
    }

    isOff(kind) {
        return kind === "signature" && !this.props.signature;
    }

    words(mark) {
        const words = { signature: "", date: this.props.date, tick: "✓" };
        return words[mark.kind] ?? mark.text;
    }

    describe(mark) {
        const { label } = this.kinds.find(({ kind }) => kind === mark.kind);
        return _t("%(mark)s. Delete removes it, arrow keys move it.", {
            mark: mark.text || label,
        });
    }

    turn(by) {
        const page = this.state.page + by;
        if (page >= 0 && page < this.props.pages) {
            this.state.page = page;
        }
    }

    add(x, y) {
        const { kind, page, text } = this.state;
        if (kind === "text" && !text.trim()) {
            return;
        }
        this.state.marks.push({ page, x, y, kind, text: kind === "text" ? text.trim() : "" });
    }

    place(ev) {
        const page = ev.currentTarget;
        // A page that is not there yet has no places.
        if (!page.querySelector("img").complete) {
            return;
        }
        const box = page.getBoundingClientRect();
        this.add((ev.clientX - box.left) / box.width, (ev.clientY - box.top) / box.height);
    }

    /** Without a mouse: at the foot of the page, then moved with the arrow keys. */
    placeByKey() {
        this.add(0.5, 0.9);
    }

    onMarkKeydown(ev, mark) {
        const steps = {
            ArrowLeft: [-0.01, 0],
            ArrowRight: [0.01, 0],
            ArrowUp: [0, -0.01],
            ArrowDown: [0, 0.01],
        };
        if (ev.key in steps) {
            ev.preventDefault();
            const [x, y] = steps[ev.key];
            mark.x = Math.min(1, Math.max(0, mark.x + x));
            mark.y = Math.min(1, Math.max(0, mark.y + y));
        } else if (ev.key === "Delete" || ev.key === "Backspace") {
            ev.preventDefault();
            this.remove(mark);
        }
        ev.stopPropagation();
    }

    remove(mark) {
        this.state.marks.splice(this.state.marks.indexOf(mark), 1);
    }

    async goOn() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const marks = this.state.marks.map((mark) => ({ ...mark }));
            const action = await this.orm.call("fax.message", "action_sign_and_return", [
                [this.props.messageId],
                marks,
            ]);
            this.props.close();
            await this.action.doAction(action);
        } finally {
            this.state.isBusy = false;
        }
    }
}

registry.category("actions").add("medical_fax.sign", (env, { params }) => {
    env.services.dialog.add(FaxSignDialog, {
        messageId: params.message_id,
        documentId: params.document_id,
        pages: params.pages,
        number: params.number || "",
        date: params.date,
        signature: params.signature,
    });
});
