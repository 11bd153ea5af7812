import { Component, useExternalListener, useRef, useState } from "@odoo/owl";
import { hasTouch } from "@web/core/browser/feature_detection";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { checkFileSize } from "@web/core/utils/files";
import { useBus, useService } from "@web/core/utils/hooks";
import { useSortable } from "@web/core/utils/sortable_owl";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { composerIds, saveQuietly, useQuickValue } from "./composer_state";

/**
 * Files that go with the fax: dropped anywhere on the dialog, pasted, chosen or
 * photographed; ordered by dragging or by buttons. Each is checked by the server at
 * once; a bad one stays in the list with what to do about it.
 */
export class FilesField extends Component {
    static template = "medical_fax.FilesField";
    static props = { ...standardFieldProps, skippedField: String };

    setup() {
        this.orm = useService("orm");
        this.quick = useQuickValue(this, this.props.name, []);
        this.quickSkipped = useQuickValue(this, this.props.skippedField, {});
        this.notification = useService("notification");
        this.uploader = useService("file_upload");
        this.ui = useService("ui");
        this.rootRef = useRef("root");
        this.listRef = useRef("list");
        this.hasCamera = hasTouch();
        this.state = useState({ uploads: [], said: "" });
        this.listenForFiles();
        useSortable({
            enable: () => this.files.length > 1,
            ref: this.listRef,
            elements: ".o_fax_file",
            handle: ".o_fax_file_handle",
            onDrop: ({ element, previous }) => this.onSorted(element, previous),
        });
    }

    listenForFiles() {
        const component = this;
        const dialogRef = {
            get el() {
                return component.rootRef.el?.closest(".modal-content, .o_form_view");
            },
        };
        useDropzone(dialogRef, (ev) => this.addFiles(ev.dataTransfer.files), "o_fax_dropzone");
        useExternalListener(document, "paste", (ev) => this.onPaste(ev), { capture: true });
        useBus(this.uploader.bus, "FILE_UPLOAD_LOADED", ({ detail }) =>
            this.onUploaded(detail.upload)
        );
        useBus(this.uploader.bus, "FILE_UPLOAD_ERROR", ({ detail }) => this.forget(detail.upload));
    }

    get files() {
        return this.quick.value;
    }

    get skipped() {
        return this.quickSkipped.value;
    }

    skippedPages(file) {
        return this.skipped[file.id] || [];
    }

    pagesText(file) {
        return file.pages === 1 ? _t("1 page") : _t("%s pages", file.pages);
    }

    skippedText(file) {
        return _t("Left out: %s", this.skippedPages(file).join(", "));
    }

    upLabel(file) {
        return _t("Move %s up", file.name);
    }

    downLabel(file) {
        return _t("Move %s down", file.name);
    }

    removeLabel(file) {
        return _t("Remove %s", file.name);
    }

    // TAKING FILES IN

    onChosen(ev) {
        this.addFiles(ev.target.files);
        ev.target.value = "";
    }

    onPaste(ev) {
        const { clipboardData } = ev;
        const isHere = this.ui.activeElement.contains(this.rootRef.el);
        // A word processor puts a picture beside the text that one means to paste.
        const isText =
            ev.target.matches?.("input, textarea, [contenteditable]") &&
            clipboardData.types.includes("text/plain");
        if (isHere && !isText && clipboardData.files.length) {
            ev.preventDefault();
            this.addFiles(clipboardData.files);
        }
    }

    async addFiles(files) {
        const allowed = [...files].filter((file) => checkFileSize(file.size, this.notification));
        if (!allowed.length) {
            return;
        }
        const upload = await this.uploader.upload("/web/binary/upload_attachment", allowed, {
            buildFormData: (data) => {
                data.append("model", this.props.record.resModel);
                data.append("id", this.props.record.resId);
            },
        });
        this.state.uploads.push(upload);
    }

    forget(upload) {
        this.state.uploads = this.state.uploads.filter((other) => other.id !== upload.id);
    }

    async onUploaded(upload) {
        if (!this.state.uploads.some((other) => other.id === upload.id)) {
            return; // somebody else's
        }
        const answers = JSON.parse(upload.xhr.responseText ?? upload.xhr.response);
        for (const { error } of answers.filter((answer) => answer.error)) {
            this.notification.add(error, { type: "danger", sticky: true });
        }
        const ids = answers.filter((answer) => answer.id).map((answer) => answer.id);
        try {
            await this.takeIn(ids);
        } finally {
            this.forget(upload);
        }
    }

    async takeIn(ids) {
        if (!ids.length) {
            return;
        }
        const { record } = this.props;
        await saveQuietly(record); // the server adds to what it knows
        const files = await this.orm.call("fax.composer", "action_add_files", [
            composerIds(record),
            ids,
        ]);
        this.state.said = _t(
            "Added: %s",
            files
                .slice(-ids.length)
                .map((f) => f.name)
                .join(", ")
        );
        await this.quick.update(files);
    }

    percent(upload) {
        return Math.round((upload.progress || 0) * 100);
    }

    // THE LIST

    update(files) {
        return this.quick.update(files);
    }

    remove(file) {
        this.state.said = _t("Removed: %s", file.name);
        return this.update(this.files.filter((other) => other.id !== file.id));
    }

    /** Move a file by some places, for those who do not drag. */
    move(file, places) {
        const files = this.files.filter((other) => other.id !== file.id);
        const index = this.files.findIndex((other) => other.id === file.id) + places;
        files.splice(index, 0, file);
        this.state.said = _t("%(name)s is now file %(place)s", {
            name: file.name,
            place: index + 1,
        });
        return this.update(files);
    }

    onSorted(element, previous) {
        const idOf = (el) => Number(el.dataset.id);
        const file = this.files.find((other) => other.id === idOf(element));
        const files = this.files.filter((other) => other !== file);
        const index = previous ? files.findIndex((other) => other.id === idOf(previous)) + 1 : 0;
        files.splice(index, 0, file);
        return this.update(files);
    }

    putBack(file) {
        const { [file.id]: pages, ...others } = this.skipped;
        return this.quickSkipped.update(others);
    }
}

registry.category("fields").add("fax_files", {
    component: FilesField,
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ skippedField: options.skipped_field || "skipped_pages" }),
});
