import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { PageViewer } from "../page_viewer/page_viewer";
import { composerIds, saveQuietly, useComposerState, useQuickValue } from "./composer_state";

const PAUSE = 400; // ms without a change before the pages are made
const AT_ONCE = 12; // pages drawn in one call
const LARGE_WIDTH = 1728; // all dots of a fax line

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
        this.quickSkipped = useQuickValue(this, "skipped_pages", {});
        this.state = useState({ images: {}, largeImages: {}, flags: {} });
        this.index = 0;
        this.asked = new Set();
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
                content[name] =
                    type === "many2one" ? value && value.id : String(JSON.stringify(value));
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
                await this.tryTo(() => this.makePages());
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
        if (preview.error) {
            // The pages that are shown stay until there are others.
            this.composer.preview = { ...this.composer.preview, error: preview.error };
            return;
        }
        if (preview.key !== this.composer.preview.key) {
            // The former pictures stay until the new ones replace them.
            this.state.largeImages = {};
            this.asked.clear();
        }
        this.composer.preview = preview;
        this.index = Math.min(this.index, preview.pages - 1);
        this.loadImages();
    }

    /** What goes wrong with the preview is said in it, and stops nothing else. */
    async tryTo(action) {
        try {
            await action();
            return true;
        } catch (error) {
            if (!(error instanceof RPCError)) {
                throw error;
            }
            const message = error.data?.message || error.message;
            this.composer.preview = { ...this.composer.preview, error: message };
            return false;
        }
    }

    // WHAT STANDS ON THEM

    get preview() {
        return this.composer.preview;
    }

    getItem(index) {
        return this.preview.items?.[index] || {};
    }

    getCaption(index) {
        const { kind, source, page } = this.getItem(index);
        if (kind === "cover") {
            return _t("cover");
        }
        return kind === "file"
            ? _t("%(file)s, page %(page)s", { file: this.fileName(source), page })
            : "";
    }

    fileName(source) {
        const file = (this.props.record.data.files || []).find(
            (f) => String(f.id) === String(source)
        );
        return file ? file.name : _t("attachment");
    }

    // PICTURES, SOME AT A TIME

    onShow(index, isZoomed) {
        this.index = index;
        this.loadImages();
        if (isZoomed) {
            this.tryTo(() => this.loadLarge(index));
        }
    }

    /** First those from the page in view on, then the others; one call at a time. */
    async loadImages() {
        if (this.isLoading) {
            return; // it looks at what is in view by itself
        }
        this.isLoading = true;
        try {
            let missing = this.missingPages();
            while (missing.length && !this.isGone && !this.isStale) {
                const isDrawn = await this.tryTo(() => this.draw(missing.slice(0, AT_ONCE)));
                missing = isDrawn ? this.missingPages() : [];
            }
        } finally {
            this.isLoading = false;
        }
    }

    missingPages() {
        const { pages = 0 } = this.preview;
        return Array.from({ length: pages }, (_value, i) => (i + this.index) % pages).filter(
            (index) => !this.asked.has(index)
        );
    }

    async draw(indexes) {
        const { key } = this.preview;
        const pages = await this.fetchPages(key, indexes);
        if (key !== this.preview.key) {
            return;
        }
        indexes.forEach((index) => this.asked.add(index));
        for (const { index, image, flags } of pages) {
            this.state.images[index] = image;
            this.state.flags[index] = flags;
        }
    }

    async loadLarge(index) {
        const { key } = this.preview;
        const [page] = await this.fetchPages(key, [index], LARGE_WIDTH);
        if (page && key === this.preview.key) {
            this.state.largeImages[index] = page.image;
        }
    }

    async fetchPages(key, ...args) {
        const pages = await this.orm.silent.call("fax.composer", "action_preview_pages", [
            composerIds(this.props.record),
            key,
            ...args,
        ]);
        return pages.map((page) => ({ ...page, image: `data:image/png;base64,${page.png}` }));
    }

    // LEAVING PAGES OUT

    get skipped() {
        return this.quickSkipped.value;
    }

    get leftOut() {
        return Object.entries(this.skipped).flatMap(([source, pages]) =>
            pages.map((page) => ({
                source,
                page,
                text: _t("%(file)s, page %(page)s is left out", {
                    file: this.fileName(source),
                    page,
                }),
            }))
        );
    }

    canLeaveOut(index) {
        return this.getItem(index).kind === "file";
    }

    leaveOut(index) {
        const { source, page } = this.getItem(index);
        return this.skip(
            source,
            [...(this.skipped[source] || []), page].sort((a, b) => a - b)
        );
    }

    putBack({ source, page }) {
        return this.skip(
            source,
            this.skipped[source].filter((other) => other !== page)
        );
    }

    skip(source, pages) {
        const { [source]: former, ...skipped } = this.skipped;
        if (pages.length) {
            skipped[source] = pages;
        }
        return this.quickSkipped.update(skipped);
    }
}

registry.category("fields").add("fax_preview", {
    component: PreviewField,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "files", type: "json", readonly: false },
        { name: "skipped_pages", type: "json", readonly: false },
    ],
});
