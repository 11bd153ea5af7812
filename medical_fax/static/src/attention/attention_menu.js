import { useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { NavBar } from "@web/webclient/navbar/navbar";

const MENU = "medical_fax.menu_attention";

/** The menus with the counter in the name of ours, and of what it stands below. */
function withCounter(sections, text) {
    return sections.map((section) => {
        const children = withCounter(section.childrenTree || [], text);
        const isCounted = section.xmlid === MENU;
        return {
            ...section,
            childrenTree: children,
            name: isCounted ? `${section.name} (${text})` : section.name,
        };
    });
}

patch(NavBar.prototype, {
    setup() {
        super.setup(...arguments);
        this.faxAttention = useState(useService("medical_fax.attention"));
    },

    get currentAppSections() {
        const sections = super.currentAppSections;
        const { count, text } = this.faxAttention;
        return count ? withCounter(sections, text) : sections;
    },
});
