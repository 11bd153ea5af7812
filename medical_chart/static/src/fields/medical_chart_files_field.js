import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { registry } from "@web/core/registry";
import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";

/** Attachments of a chart entry: thumbnails that open in the viewer. */
export class MedicalChartFilesField extends Many2ManyBinaryField {
    static template = "medical_chart.MedicalChartFilesField";

    setup() {
        super.setup();
        this.viewer = useFileViewer();
    }

    /** In the order in which they were added. */
    get files() {
        return super.files.sort((a, b) => a.id - b.id);
    }

    get viewerFiles() {
        return this.files.map((file) =>
            Object.assign(new FileModel(), {
                id: file.id,
                name: file.name,
                mimetype: file.mimetype,
                type: "binary",
            })
        );
    }

    /** Show a picture, PDF or text at once; download what cannot be shown. */
    onFileOpen(id) {
        const files = this.viewerFiles;
        const file = files.find((candidate) => candidate.id === id);
        if (file.isViewable) {
            this.viewer.open(file, files);
        } else {
            window.location = this.getUrl(id);
        }
    }
}

registry.category("fields").add("medical_chart_files", {
    ...many2ManyBinaryField,
    component: MedicalChartFilesField,
});
