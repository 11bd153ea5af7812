import { registry } from "@web/core/registry";

const NUMBER = "+1 514-555-0180";

registry.category("web_tour.tours").add("medical_fax_order_number", {
    steps: () => [
        { content: "Order", trigger: "button[name=action_order_number]", run: "click" },
        { content: "The cursor stands there", trigger: "#o_fax_order_text:focus" },
        { content: "Nowhere", trigger: "#o_fax_order_text", run: "edit Atlantis" },
        { content: "None", trigger: ".o_fax_order_codes:contains(No area code is like this)" },
        { content: "A city", trigger: "#o_fax_order_text", run: "edit montréal" },
        {
            content: "An overlay without free numbers",
            trigger: ".o_fax_order_code[data-code='438']",
            run: "click",
        },
        {
            content: "Said so, and others of the city",
            trigger: ".o_fax_order_note:contains(No number is free in 438):contains(514)",
        },
        { content: "The price", trigger: ".o_fax_order_price:contains(monthly charge)" },
        { content: "Another code", trigger: ".o_fax_order_back", run: "click" },
        { content: "By code", trigger: "#o_fax_order_text", run: "edit 514" },
        { content: "514", trigger: ".o_fax_order_code[data-code='514']", run: "click" },
        { content: "Free ones", trigger: ".o_fax_order_offer:contains(514-555-0181)" },
        { content: "Order", trigger: `.o_fax_order_submit:contains(${NUMBER})`, run: "click" },
        { content: "It is yours", trigger: `.o_fax_order_done:contains(${NUMBER})`, timeout: 30000 },
        { content: "To copy", trigger: ".o_fax_order_done .o_clipboard_button" },
        { content: "Close", trigger: ".o_fax_order_close", run: "click" },
        { content: "In the list", trigger: `[name=number_ids] td:contains(+15145550180)` },
    ],
});

registry.category("web_tour.tours").add("medical_fax_release_number", {
    steps: () => [
        { content: "Release", trigger: "button[name=action_ask_release]", run: "click" },
        { content: "Lost for good", trigger: ".o_fax_release:contains(lost for good)" },
        { content: "Wrong digits", trigger: "[name=last_digits] input", run: "edit 0000" },
        { content: "Release", trigger: "button[name=action_release]", run: "click" },
        {
            content: "Refused",
            trigger: ".modal:contains(not the last four digits) .modal-footer .btn-primary",
            run: "click",
        },
        { content: "Right digits", trigger: "[name=last_digits] input", run: "edit 0177" },
        { content: "Release", trigger: "button[name=action_release]", run: "click" },
        {
            content: "Being released",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Being released)",
        },
    ],
});
