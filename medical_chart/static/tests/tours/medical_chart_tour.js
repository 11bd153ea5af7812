import { registry } from "@web/core/registry";

const body = ".o_field_widget[name=body] .odoo-editor-editable";

/** From an empty clinic to a signed entry with a signed amendment. */
registry.category("web_tour.tours").add("medical_chart_sign_and_amend", {
    steps: () => [
        {
            content: "add a patient",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Zoé Tour-Patient",
        },
        {
            trigger: ".o_field_widget[name=phone] input",
            run: "edit +1 514-555-0199",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "the number is given and the chart opens",
            trigger: "[name=identity_line]:contains(/P[0-9]{5}/)",
        },
        {
            trigger: "button[name=action_new_entry]:contains(New entry)",
            run: "click",
        },
        {
            content: "the patient is plain to see, the SOAP template is filled in",
            trigger: "[name=patient_strip]:contains(Zoé Tour-Patient)",
        },
        {
            trigger: `${body}:contains(Assessment)`,
        },
        {
            trigger: ".o_field_widget[name=title] input, .o_field_widget[name=title] textarea",
            run: "edit Tour visit",
        },
        {
            trigger: body,
            run: "editor Walks without pain.",
        },
        {
            content: "sign, which saves first",
            trigger: "button[name=action_sign]",
            run: "click",
        },
        {
            trigger: ".modal-footer button:contains(Sign)",
            run: "click",
        },
        {
            content: "locked: signed by, and no field to type in",
            trigger: "[name=signature]:contains(LIC-4711)",
        },
        {
            trigger: ".o_form_view:not(:has(.o_field_widget[name=body] .odoo-editor-editable))",
        },
        {
            trigger: "button[name=action_amend]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=amendment_reason] input",
            run: "edit Side was noted wrongly",
        },
        {
            trigger: body,
            run: "editor The right knee, not the left.",
        },
        {
            trigger: "button[name=action_sign]",
            run: "click",
        },
        {
            trigger: ".modal-footer button:contains(Sign)",
            run: "click",
        },
        {
            content: "back to the original, which says that it was amended",
            trigger: "button[name=action_open_original]",
            run: "click",
        },
        {
            trigger: "[name=amended_banner]:contains(amended)",
        },
        {
            trigger: ".o_field_widget[name=body]:contains(Walks without pain.)",
        },
        {
            content: "to the patient: both are on the charting tab",
            trigger: "[name=patient_strip] a:contains(Zoé Tour-Patient)",
            run: "click",
        },
        {
            trigger: ".o_medical_chart_entries .o_data_row:contains(Amendment: Tour visit)",
        },
        {
            trigger: "button[name=action_charting_range]:contains(Today)",
            run: "click",
        },
        {
            content: "the dates are filled in; a row opens the entry's own form",
            trigger: ".o_field_widget[name=charting_date_from] input:not(:value(''))",
        },
        {
            trigger: ".o_medical_chart_entries .o_data_row:contains(/^((?!Amendment).)*$/) td[name=title]",
            run: "click",
        },
        {
            trigger: ".o_medical_chart_entry [name=patient_strip]",
        },
    ],
});
