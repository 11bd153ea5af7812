import { registry } from "@web/core/registry";

/** In the history: what failed for a reason, by reason. */
function groupByReason(label) {
    return [
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        {
            trigger: ".o_filter_menu .o_menu_item:contains('Failed for a reason')",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains('Recipient can fix it')",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains('Sending again helps')",
            run: "click",
        },
        {
            trigger: ".o_group_by_menu .o_menu_item:contains('Reason')",
            run: "click",
        },
        { trigger: `.o_group_header:contains('${label}')` },
    ];
}

/** By the menus, so that the page is not loaded anew. */
function menu(section, entry) {
    return [
        { trigger: `.o_menu_sections button:contains('${section}')`, run: "click" },
        { trigger: `.o-dropdown--menu .dropdown-item:contains('${entry}')`, run: "click" },
    ];
}

registry.category("web_tour.tours").add("medical_fax_failure_texts", {
    url: "/odoo/fax-history",
    steps: () => [
        ...groupByReason("Line busy"),
        ...menu("Configuration", "Failure texts"),
        { trigger: ".o_data_cell:contains('Line busy')", run: "click" },
        { trigger: ".o_field_widget[name=code]:contains('busy')" },
        {
            trigger: ".o_field_widget[name=advice] textarea",
            run: "edit Ring them first.",
        },
        { trigger: ".o_field_widget[name=name] input", run: "edit Engaged" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        ...menu("Faxes", "All faxes"),
        ...groupByReason("Engaged"),
        { trigger: ".o_group_header:contains('Engaged')", run: "click" },
        { trigger: ".o_data_row:contains('Engaged') .o_data_cell", run: "click" },
        { trigger: ".alert-danger:contains('Ring them first.')" },
    ],
});
