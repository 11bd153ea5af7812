import { registry } from "@web/core/registry";
import { assertBudget, isSent, startCounting, typeText } from "./fax_tour_utils";

const tours = registry.category("web_tour.tours");

const NUMBER = ".modal [name=number_typed] input";
const ANSWER = ".modal [name=text] input";
const EMPTY = ".o_view_nocontent:contains(Nothing needs you)";

/** From anywhere: the triangle at the top says how many, and leads there. */
function openAttention(count) {
    return [
        { content: "The first screen is there", trigger: ".o_action_manager .o_content" },
        {
            content: `${count} need somebody`,
            trigger: `.o_fax_attention_button:contains(${count})`,
            run: "click",
        },
        {
            // A page that has just come up hears of what failed a moment ago, and loads
            // its list anew: a tick would be lost to that.
            content: "The list, when the bus is quiet",
            trigger: ".o_fax_attention .o_data_row",
            run: () => new Promise((resolve) => setTimeout(resolve, 1500)),
        },
    ];
}

function row(name) {
    return `.o_fax_attention .o_data_row:contains(${name})`;
}

function takeStep(name, step) {
    return {
        content: `${step} of ${name}`,
        trigger: `${row(name)} .o_fax_step[data-step=${step}]:enabled`,
        run: "click",
    };
}

const isEmpty = [
    { content: "Nothing is left, and it is said", trigger: EMPTY },
    { content: "No counter either", trigger: "body:not(:has(.o_fax_attention_button))" },
];

tours.add("medical_fax_attention_number", {
    url: "/odoo/faxes",
    steps: () => [
        { content: "The first screen is there", trigger: ".o_action_manager .o_content" },
        startCounting(),
        ...openAttention(1),
        {
            content: "What happened, and what to do",
            trigger: `${row("Dr Ann Lee")}:contains(Number not in service):contains(Check it with the recipient)`,
        },
        {
            content: "Whom to call",
            trigger: `${row("Dr Ann Lee")} a.o_fax_call[href='tel:+15145550181']`,
        },
        takeStep("Dr Ann Lee", "number"),
        { content: "The cursor stands in the number", trigger: `${NUMBER}:focus` },
        typeText("514 555", NUMBER),
        {
            content: "What is wrong shows while one types",
            trigger: ".modal .o_fax_field_error:contains(too short)",
        },
        typeText(" 0199", NUMBER),
        {
            content: "What will be dialled, too",
            trigger: ".modal .o_fax_number_answer:contains(+1 514-555-0199)",
        },
        {
            content: "Nobody shares the machine: the book is corrected",
            trigger: ".modal [name=correct_contact] input:checked",
        },
        { content: "Ctrl+Enter sends", trigger: NUMBER, run: "press ctrl+Enter" },
        ...isSent("On its way to Dr Ann Lee, 2 pages"),
        assertBudget({ clicks: 2, letters: 11 }),
        ...isEmpty,
        { content: "To the history", trigger: ".o_menu_sections button", run: "click" },
        { content: "All faxes", trigger: ".dropdown-item:contains(All faxes)", run: "click" },
        { content: "The new one waits", trigger: ".o_data_row:contains(+1 514-555-0199):contains(Waiting)" },
    ],
});

tours.add("medical_fax_attention_delivered", {
    url: "/odoo/fax-history",
    steps: () => [
        {
            content: "It arrived at the new number",
            trigger: ".o_data_row:contains(+1 514-555-0199):contains(Delivered) .o_data_cell",
            run: "click",
        },
        {
            content: "Its form leads to the first one",
            trigger: "button[name=action_view_first]",
            run: "click",
        },
        {
            content: "Which says how it was dealt with",
            trigger: ".o_form_view:contains(Number not in service) [name=dealt_with]:contains(Sent again)",
        },
        {
            content: "Nothing is offered any more",
            trigger: ".o_form_statusbar:not(:has(button[name=action_resend]))",
        },
    ],
});

tours.add("medical_fax_attention_undo", {
    url: "/odoo/faxes",
    steps: () => [
        { content: "The first screen is there", trigger: ".o_action_manager .o_content" },
        startCounting(),
        ...openAttention(1),
        takeStep("Dr Ugo Rossi", "resend"),
        ...isSent("On its way to Dr Ugo Rossi"),
        assertBudget({ clicks: 2, letters: 0 }),
        ...isEmpty,
        { content: "Undo", trigger: ".o_fax_undo", run: "click" },
        {
            content: "It is taken back",
            trigger: ".o_notification:contains(Taken back, nothing was sent)",
        },
        { content: "And needs somebody again", trigger: row("Dr Ugo Rossi") },
        { content: "It counts", trigger: ".o_fax_attention_button:contains(1)" },
    ],
});

tours.add("medical_fax_attention_unsure", {
    url: "/odoo/faxes",
    steps: () => [
        ...openAttention(2),
        {
            content: "Why nobody is sure",
            trigger: `${row("Dr Ann Lee")}:contains(Not sure: check):contains(Its answer was lost)`,
        },
        takeStep("Dr Ann Lee", "arrived"),
        { content: "Who said so", trigger: `${ANSWER}:focus` },
        typeText("Reception", ANSWER),
        { content: "Ctrl+Enter", trigger: ANSWER, run: "press ctrl+Enter" },
        { content: "The dialog is gone", trigger: "body:not(:has(.modal))" },
        { content: "One is left", trigger: ".o_fax_attention_button:contains(1)" },
        { content: "The other one", trigger: `body:not(:has(${row("Dr Ann Lee")}))` },
        takeStep("Corner Pharmacy", "missed"),
        { content: "Who said so", trigger: `${ANSWER}:focus` },
        typeText("Pharmacist", ANSWER),
        { content: "Send it again", trigger: ANSWER, run: "press ctrl+Enter" },
        ...isSent("On its way to Corner Pharmacy"),
        ...isEmpty,
    ],
});

tours.add("medical_fax_attention_called", {
    url: "/odoo/faxes",
    steps: () => [
        ...openAttention(3),
        {
            content: "All of them",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Nothing to do",
            trigger: ".o_control_panel button[name=action_nothing_to_do]",
            run: "click",
        },
        { content: "Why", trigger: `${ANSWER}:focus` },
        typeText("All by mail", ANSWER),
        { content: "Put away", trigger: ANSWER, run: "press ctrl+Enter" },
        ...isEmpty,
        {
            content: "That was a mistake",
            trigger: ".o_fax_put_away:contains(3 faxes dealt with) button:contains(Undo)",
            run: "click",
        },
        { content: "They are back", trigger: ".o_fax_attention_button:contains(3)" },
        takeStep("Dr Ugo Rossi", "called"),
        { content: "One less", trigger: ".o_fax_attention_button:contains(2)" },
        { content: "It is said", trigger: ".o_fax_put_away:contains(Dealt with)" },
        {
            content: "The others are in the menu",
            trigger: `${row("Dr Ann Lee")} .o_fax_more_steps`,
            run: "click",
        },
        {
            content: "Edit and send as new",
            trigger: ".o_fax_steps_menu [data-step=edit]",
            run: "click",
        },
        {
            content: "The composer is filled in",
            trigger: ".modal .o_fax_recipient:contains(Dr Ann Lee)",
        },
        { content: "It says instead of which", trigger: ".modal .o_fax_again:contains(FAX/)" },
        { content: "Send", trigger: ".modal-footer .o_fax_send:enabled", run: "click" },
        ...isSent("On its way to Dr Ann Lee"),
        { content: "One is left", trigger: ".o_fax_attention_button:contains(1)" },
    ],
});
