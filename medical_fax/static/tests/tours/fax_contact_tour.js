import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("medical_fax_contact_use_entry", {
    url: "/odoo/fax-contacts",
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit dr. ann tourlée" },
        {
            content: "the international form is shown as one leaves the field",
            trigger: ".o_field_widget[name=number_typed] input",
            run: "edit 15145550199 && press Tab",
        },
        {
            trigger: ".o_field_widget[name=number_display]:contains('+1 514-555-0199')",
        },
        {
            content: "the entry that is there is offered, and its name can be read",
            trigger: ".alert:contains('already in the address book'):contains('Tourlee')",
        },
        {
            trigger: ".o_fax_use_entry:contains('Use this entry')",
            run: "click",
        },
        {
            content: "its form is open, and nothing is left unsaved",
            trigger: ".o_field_widget[name=organization] input:value('Tour Clinic')",
        },
        { trigger: "body:not(:has(.o_fax_use_entry))" },
        { trigger: ".o_form_view:not(:has(.o_form_button_save:visible))" },
        {
            content: "another name with the same number is explained and allowed",
            trigger: ".o_form_button_create",
            run: "click",
        },
        { trigger: ".o_field_widget[name=organization] input:not(:value('Tour Clinic'))" },
        { trigger: ".o_field_widget[name=name] input", run: "edit Dr Tour Roy" },
        {
            trigger: ".o_field_widget[name=number_typed] input",
            run: "edit 514 && press Tab",
        },
        { trigger: ".alert-danger:contains('too short')" },
        {
            trigger: ".o_field_widget[name=number_typed] input",
            run: "edit (514) 555-0199 && press Tab",
        },
        { trigger: ".alert-info:contains('also used by'):contains('Dr Ann Tourlee')" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
    ],
});
