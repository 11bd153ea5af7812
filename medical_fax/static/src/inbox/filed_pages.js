import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { PageViewer } from "../page_viewer/page_viewer";

const WIDTH = 700; // dots
const LARGE_WIDTH = 1728; // all dots of a fax line

/** The pages of received faxes that were filed to a record, on its form. */
export class FaxFiledPages extends Component {
    static template = "medical_fax.FiledPages";
    static components = { PageViewer };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ filed: [] });
        const access = useService("medical_fax.access");
        const load = async ({ resModel, resId }) => {
            await access.ready;
            this.state.filed =
                access.canRead && resId
                    ? await this.orm.call("fax.filing", "get_filed", [resModel, resId])
                    : [];
        };
        onWillStart(() => load(this.props.record));
        onWillUpdateProps(({ record }) => {
            if (record.resId !== this.props.record.resId) {
                return load(record);
            }
        });
    }

    images({ document_id: id, pages }, width) {
        return Array.from(
            { length: pages },
            (_value, index) => `/medical_fax/document/${id}/page/${index}?width=${width}`
        );
    }

    small(filed) {
        return this.images(filed, WIDTH);
    }

    large(filed) {
        return this.images(filed, LARGE_WIDTH);
    }
}

registry.category("view_widgets").add("fax_filed_pages", { component: FaxFiledPages });
