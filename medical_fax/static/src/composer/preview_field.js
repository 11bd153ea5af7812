import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { PageViewer } from "../page_viewer/page_viewer";
import { composerIds, saveQuietly, useComposerState } from "./composer_state";

const PAUSE = 400; // ms without a change before the pages are made

/**
 * The very pages that would leave, made anew a moment after each change. Nothing
 * waits for them: one preview is under way at a time, and the last change wins.
 */
export class PreviewField extends Component {
    static template = "medical_fax.PreviewField";
    static components = { PageViewer };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.composer = useComposerState(this.props.record);
        this.state = useState({ flags: {} });
        this.isRunning = false;
        this.isStale = false;
        this.isGone = false;
        this.lastContent = "";
        this.refreshSoon = useDebounced(() => this.refresh(), PAUSE);
        useRecordObserver((record) => this.onRecordChange(record));
        onMounted(() => this.refresh());
        onWillUnmount(() => {
            this.isGone = true;
        });
    }

    // MAKING THE PAGES

    /** Everything on the form may change the pages, but for what is computed. */
    onRecordChange(record) {
        const content = {};
        for (const name of record.fieldNames) {
            const { type, readonly } = record.fields[name];
            const value = record.data[name];
            if (!readonly && !["one2many", "many2many", "binary"].includes(type)) {
                content[name] = type === "many2one" ? value && value.id : String(JSON.stringify(value));
            }
        }
        const text = JSON.stringify(content);
        if (this.lastContent && text !== this.lastContent) {
            this.composer.making = true;
            this.refreshSoon();
        }
        this.lastContent = text;
    }

    async refresh() {
        this.isStale = true;
        if (this.isRunning) {
            return;
        }
        this.isRunning = true;
        this.composer.making = true;
        try {
            while (this.isStale && !this.isGone) {
                this.isStale = false;
                await this.makePages();
            }
        } finally {
            this.isRunning = false;
            this.composer.making = false;
        }
    }

    async makePages() {
        const { record } = this.props;
        await saveQuietly(record);
        const preview = await this.orm.silent.call("fax.composer", "action_preview", [
            composerIds(record),
        ]);
        if (preview.key !== this.composer.preview.key) {
            this.state.flags = {};
        }
        // The pages that are shown stay until there are others.
        this.composer.preview = preview.error
            ? { ...this.composer.preview, error: preview.error }
            : preview;
        if (!preview.error) {
            this.loadFlags(this.index || 0);
        }
    }

    // WHAT STANDS ON THEM

    get preview() {
        return this.composer.preview;
    }

    get resId() {
        return this.props.record.resId;
    }

    getUrl(index, width) {
        const { key } = this.preview;
        return `/medical_fax/composer/${this.resId}/page/${index}?key=${key}&width=${width}`;
    }

    getItem(index) {
        return this.preview.items?.[index] || {};
    }

    getCaption(index) {
        const { kind, source, page } = this.getItem(index);
        if (kind === "cover") {
            return _t("cover");
        }
        return kind === "file" ? _t("%(file)s, page %(page)s", { file: this.fileName(source), page }) : "";
    }

    fileName(source) {
        const file = (this.props.record.data.files || []).find((f) => String(f.id) === String(source));
        return file ? file.name : _t("attachment");
    }

    // FLAGS, ONE PAGE AFTER ANOTHER

    onShow(index) {
        this.index = index;
        this.loadFlags(index);
    }

    /** The page in view first, then the others, as long as these pages are shown. */
    async loadFlags(first) {
        const { key, pages = 0 } = this.preview;
        const run = (this.flagsRun = Symbol());
        const others = Array.from({ length: pages }, (_value, index) => index);
        for (const index of [first, ...others]) {
            if (this.isGone || this.isStale || run !== this.flagsRun || key !== this.preview.key) {
                return;
            }
            if (index < pages && !this.state.flags[index]) {
                const flags = await this.orm.silent.call("fax.composer", "action_page_flags", [
                    composerIds(this.props.record),
                    index,
                ]);
                if (key === this.preview.key) {
                    this.state.flags[index] = flags;
                }
            }
        }
    }

    // LEAVING PAGES OUT

    get skipped() {
        return this.props.record.data.skipped_pages || {};
    }

    get leftOut() {
        return Object.entries(this.skipped).flatMap(([source, pages]) =>
            pages.map((page) => ({
                source,
                page,
                text: _t("%(file)s, page %(page)s is left out", { file: this.fileName(source), page }),
            }))
        );
    }

    canLeaveOut(index) {
        return this.getItem(index).kind === "file";
    }

    leaveOut(index) {
        const { source, page } = this.getItem(index);
        return this.skip(source, [...(this.skipped[source] || []), page].sort((a, b) => a - b));
    }

    putBack({ source, page }) {
        return this.skip(source, this.skipped[source].filter((other) => other !== page));
    }

    skip(source, pages) {
        const { [source]: former, ...skipped } = this.skipped;
        if (pages.length) {
            skipped[source] = pages;
        }
        return this.props.record.update({ skipped_pages: skipped });
    }
}

registry.category("fields").add("fax_preview", {
    component: PreviewField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "files", type: "json" },
        { name: "skipped_pages", type: "json" },
    ],
});
