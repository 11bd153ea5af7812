import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { PageViewer } from "./page_viewer";

const WIDTH = 700; // dots
const LARGE_WIDTH = 1728; // all dots of a fax line

/** The frozen pages of a fax, on the link to its document. */
export class PagesField extends Component {
    static template = "medical_fax.PagesField";
    static components = { PageViewer };
    static props = { ...standardFieldProps, pagesField: String };

    get documentId() {
        return this.props.record.data[this.props.name]?.id;
    }

    get pages() {
        return this.props.record.data[this.props.pagesField];
    }

    get images() {
        return this.makeUrls(WIDTH);
    }

    get largeImages() {
        return this.makeUrls(LARGE_WIDTH);
    }

    makeUrls(width) {
        return Array.from(
            { length: this.pages },
            (_value, index) =>
                `/medical_fax/document/${this.documentId}/page/${index}?width=${width}`
        );
    }
}

registry.category("fields").add("fax_pages", {
    component: PagesField,
    supportedTypes: ["many2one"],
    extractProps: ({ options }) => ({ pagesField: options.pages_field || "pages" }),
    fieldDependencies: [{ name: "pages", type: "integer", readonly: true }],
});
