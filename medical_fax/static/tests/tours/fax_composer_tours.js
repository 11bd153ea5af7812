import { registry } from "@web/core/registry";
import {
    assertBudget,
    attachFile,
    isSent,
    makePdf,
    openNewFax,
    pageCount,
    pickFirst,
    RECIPIENT,
    SEND,
    startCounting,
    typeText,
} from "./fax_tour_utils";

const tours = registry.category("web_tour.tours");

tours.add("medical_fax_new_contact", {
    url: "/odoo",
    steps: () => [
        startCounting(),
        ...openNewFax(),
        typeText("514 555 0199"),
        ...pickFirst("+1 514-555-0199"),
        {
            content: "One field more, no dialog",
            trigger: ".o_fax_recipient_row:contains(Name for +1 514-555-0199) input:focus",
        },
        typeText("Dr Mara Kim", ".o_fax_recipient_row input"),
        { content: "Done", trigger: ".o_fax_recipient_row input", run: "press Enter" },
        { content: "The name shows", trigger: ".o_fax_recipient:contains(Dr Mara Kim)" },
        attachFile("blood.pdf", makePdf(2)),
        {
            content: "The file is there with its pages",
            trigger: ".o_fax_file:contains(blood.pdf):contains(2 pages)",
        },
        pageCount("3 pages incl. cover"),
        {
            content: "The pages show",
            trigger: ".o_fax_preview .o_fax_thumbnail:eq(2)",
            run: "click",
        },
        {
            content: "A page of a file can be left out",
            trigger: ".o_fax_leave_out",
            run: "click",
        },
        {
            content: "It is said which",
            trigger: ".o_fax_left_out:contains(blood.pdf, page 2 is left out)",
        },
        pageCount("2 pages incl. cover"),
        { content: "And put back", trigger: ".o_fax_left_out button", run: "click" },
        pageCount("3 pages incl. cover"),
        { content: "Send", trigger: SEND, run: "click" },
        ...isSent("On its way to Dr Mara Kim, 3 pages"),
        // New fax, page, leave out, put back, Send; the file came by itself.
        assertBudget({ clicks: 5, letters: 19 }),
    ],
});

tours.add("medical_fax_keyboard", {
    url: "/odoo",
    steps: () => [
        { content: "The web client is there", trigger: ".o_fax_new" },
        startCounting(),
        { content: "The hotkey opens Fax", trigger: "body", run: "press alt+shift+f" },
        { content: "The cursor stands in the recipient", trigger: `.modal ${RECIPIENT}:focus` },
        typeText("hear"),
        ...pickFirst("Dr Ann Lee"),
        { content: "The cursor stays", trigger: `${RECIPIENT}:focus`, run: "press Tab" },
        { content: "Tab leads to the subject", trigger: "[name=subject] input:focus" },
        typeText("Hi", "[name=subject] input"),
        pageCount("1 page, the cover"),
        { content: "Ctrl+Enter sends", trigger: "[name=subject] input", run: "press ctrl+Enter" },
        ...isSent("On its way to Dr Ann Lee, 1 page"),
        assertBudget({ clicks: 0, letters: 6 }),
    ],
});

tours.add("medical_fax_undo", {
    url: "/odoo",
    steps: () => [
        startCounting(),
        ...openNewFax(),
        typeText("ross"),
        ...pickFirst("Dr Ugo Rossi"),
        { content: "Send", trigger: SEND, run: "click" },
        ...isSent("On its way to Dr Ugo Rossi"),
        assertBudget({ clicks: 2, letters: 4 }),
        { content: "It counts down", trigger: ".o_fax_undo:contains(/Undo .\\d+./)" },
        { content: "Undo", trigger: ".o_fax_undo", run: "click" },
        {
            content: "It is taken back",
            trigger: ".o_notification:contains(Taken back, nothing was sent)",
        },
        { content: "The notice is gone", trigger: "body:not(:has(.o_fax_notice))" },
    ],
});

tours.add("medical_fax_bad_number", {
    url: "/odoo",
    steps: () => [
        ...openNewFax(),
        typeText("Results", "[name=subject] input"),
        { content: "Nobody yet", trigger: SEND, run: "click" },
        {
            content: "It is said what is missing",
            trigger: ".o_fax_send_error:contains(Add a recipient)",
        },
        { content: "And the cursor is there", trigger: `${RECIPIENT}:focus` },
        typeText("514 555"),
        { content: "Send at once", trigger: SEND, run: "click" },
        {
            content: "Why not stands under the field",
            trigger: ".o_fax_recipients .o_fax_field_error:contains(number)",
        },
        { content: "What was typed stays", trigger: `${RECIPIENT}:value(514 555)` },
        { content: "The subject too", trigger: "[name=subject] input:value(Results)" },
        { content: "An office file", trigger: ".o_fax_files" },
        attachFile("letter.docx", "PK\u0003\u0004 word/document.xml", "application/msword"),
        {
            content: "Stays in the list with what to do",
            trigger: ".o_fax_file_bad:contains(letter.docx):contains(Save as PDF first)",
        },
        { content: "Take it out", trigger: ".o_fax_file_remove", run: "click" },
        { content: "It is gone", trigger: "body:not(:has(.o_fax_file))" },
        typeText(" 0199"),
        { content: "Leave the field", trigger: RECIPIENT, run: "press Tab" },
        {
            content: "Shown in international form",
            trigger: ".o_fax_recipient:contains(+1 514-555-0199)",
        },
        {
            content: "No error any more",
            trigger: ".o_fax_recipients:not(:has(.o_fax_field_error i))",
        },
        { content: "Send", trigger: SEND, run: "click" },
        ...isSent("On its way to +1 514-555-0199, 1 page"),
    ],
});

tours.add("medical_fax_scheduled", {
    url: "/odoo",
    steps: () => [
        ...openNewFax(),
        typeText("0190"),
        ...pickFirst("Dr Ann Lee"),
        typeText("Corn"),
        ...pickFirst("Corner Pharmacy"),
        pageCount("1 page, the cover × 2 recipients = 2 pages"),
        { content: "Send later", trigger: "[name=send_later] input", run: "click" },
        {
            content: "When",
            trigger: "[name=scheduled_at] input",
            run: "edit 12/30/2037 10:30:00 && press Tab",
        },
        { content: "The button says it", trigger: `${SEND}:contains(Send at)`, run: "click" },
        ...isSent("Scheduled for"),
        { content: "To both", trigger: ".o_fax_notice:contains(Dr Ann Lee and 1 more)" },
    ],
});
