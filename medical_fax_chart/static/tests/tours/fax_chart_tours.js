import {
    assertBudget,
    isSent,
    pageCount,
    pickFirst,
    RECIPIENT,
    SEND,
    startCounting,
    typeText,
} from "@medical_fax/../tests/tours/fax_tour_utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const FAX_BUTTON = ".o_statusbar_buttons button[data-hotkey=x]:contains(Fax)";

/** Press Fax in the form's header; the cursor then stands in Recipient. */
function openFax() {
    return [
        { content: "Fax, from the form's header", trigger: FAX_BUTTON, run: "click" },
        cursorInRecipient(),
    ];
}

function cursorInRecipient() {
    return {
        content: "The cursor stands in the recipient",
        trigger: `.modal .o_fax_composer ${RECIPIENT}:focus`,
    };
}

function isOffered(name) {
    return { content: `${name} is offered`, trigger: `.o_fax_recipient:contains(${name})` };
}

function send() {
    return { content: "Send", trigger: SEND, run: "click" };
}

function stillOn(title) {
    return {
        content: "One stands where one was",
        trigger: `.o_form_view .o_breadcrumb:contains(${title})`,
    };
}

tours.add("medical_fax_chart_new_contact", {
    steps: () => [
        { content: "The entry is open", trigger: FAX_BUTTON },
        startCounting(),
        ...openFax(),
        isOffered("Dr Ann Lee"),
        typeText("514 555 0199"),
        ...pickFirst("+1 514-555-0199"),
        {
            content: "What was only offered gave way",
            trigger: ".o_fax_recipients:not(:contains(Dr Ann Lee))",
        },
        {
            content: "One field more, and it has the cursor",
            trigger: ".o_fax_recipient_row input:focus",
            run() {
                const rows = document.querySelectorAll(".o_fax_recipient_row");
                const dialogs = document.querySelectorAll(".modal");
                if (rows.length !== 1 || dialogs.length !== 1) {
                    throw new Error(`${rows.length} fields and ${dialogs.length} dialogs`);
                }
            },
        },
        typeText("Dr Mara Kim", ".o_fax_recipient_row input"),
        pageCount("2 pages incl. cover"),
        send(),
        ...isSent("On its way to Dr Mara Kim, 2 pages"),
        // Fax and Send; ten digits and nine letters of the name.
        assertBudget({ clicks: 2, letters: 19 }),
        stillOn("Knee examination"),
        {
            content: "The chart has a note, which names no recipient",
            trigger:
                ".o-mail-Message:contains(FAX/):contains(Waiting):not(:contains(Kim)):not(:contains(0199))",
        },
    ],
});

tours.add("medical_fax_chart_history", {
    steps: () => [
        {
            content: "The note on the chart follows the fax",
            trigger: ".o-mail-Message:contains(FAX/):contains(Delivered)",
        },
        {
            content: "The smart button counts it",
            trigger: ".o_fax_smart_button:contains(1)",
            run: "click",
        },
        {
            content: "It is in the history, icon and word",
            trigger:
                ".o_data_row:contains(Dr Mara Kim) .o_fax_status:contains(Delivered):has(i.fa)",
        },
        {
            content: "Its number in international form",
            trigger: ".o_data_row:contains(+1 514-555-0199) td[name=partner_name]",
            run: "click",
        },
        {
            content: "Its own form says the same",
            trigger: ".o_form_view .o_field_widget[name=state_words]:contains(Delivered)",
        },
        {
            content: "And shows the pages as they left",
            trigger: ".o_form_view .o_fax_pages .o_fax_thumbnail:eq(1) img",
        },
    ],
});

tours.add("medical_fax_chart_range", {
    steps: () => [
        {
            content: "Charting, from",
            trigger: ".o_field_widget[name=charting_date_from] input",
            run: "edit 03/01/2026 && press Tab",
        },
        {
            content: "Charting, to",
            trigger: ".o_field_widget[name=charting_date_to] input",
            run: "edit 03/31/2026 && press Tab",
        },
        {
            content: "The tab shows these days",
            trigger:
                ".o_field_widget[name=charting_entry_ids]:contains(First visit):not(:contains(Of April))",
        },
        {
            content: "Fax these dates",
            trigger: "button:contains(Fax these dates)",
            run: "click",
        },
        cursorInRecipient(),
        {
            content: "The days are taken over: first",
            trigger: ".modal [name=date_from] input:value(03/01/2026), .modal [name=date_from]:contains(Mar 1)",
        },
        {
            content: "The days are taken over: last",
            trigger: ".modal [name=date_to] input:value(03/31/2026), .modal [name=date_to]:contains(Mar 31)",
        },
        {
            content: "What is left out, and why: a draft",
            trigger: ".o_fax_item_out:contains(Unsigned note):contains(draft, not signed yet)",
        },
        {
            content: "And a private one",
            trigger: ".o_fax_item_out:contains(My secret):contains(private)",
        },
        {
            content: "What one may not read is counted, not named",
            trigger:
                ".o_fax_items:contains(1 left out: you may not read them):not(:contains(Colleague))",
        },
        {
            content: "Not of April",
            trigger: ".o_fax_items:not(:contains(Of April))",
        },
        {
            content: "Tick one off",
            trigger: ".o_fax_item:contains(First visit) input:checked",
            run: "click",
        },
        {
            content: "The summary counts again",
            trigger: ".o_fax_items_summary:contains(2 in):contains(1 left out: ticked off)",
        },
        pageCount("2 pages incl. cover"),
        {
            content: "The preview follows",
            trigger: ".o_fax_preview .o_fax_thumbnail:eq(1)",
        },
        send(),
        ...isSent("On its way to Dr Ann Lee, 2 pages"),
        stillOn("Greta Sandoval"),
    ],
});

tours.add("medical_fax_chart_plan", {
    steps: () => [
        { content: "The plan is open", trigger: FAX_BUTTON },
        startCounting(),
        ...openFax(),
        isOffered("Dr Ann Lee"),
        {
            content: "The plan, its session, and a draft that stays here",
            trigger: ".o_fax_items:contains(Knee rehabilitation):contains(First session)",
        },
        {
            content: "Which is said",
            trigger: ".o_fax_item_out:contains(Unsigned session):contains(draft, not signed yet)",
        },
        pageCount("2 pages incl. cover"),
        send(),
        ...isSent("On its way to Dr Ann Lee, 2 pages"),
        assertBudget({ clicks: 2, letters: 0 }),
        stillOn("Knee rehabilitation"),
        { content: "Its button counts", trigger: ".o_fax_smart_button:contains(1)" },
    ],
});

tours.add("medical_fax_chart_two_patients", {
    steps: () => [
        ...["Knee examination", "Okafor visit"].map((title) => ({
            content: `Tick ${title}`,
            trigger: `.o_data_row:contains(${title}) .o_list_record_selector input`,
            run: "click",
        })),
        {
            content: "Fax both",
            trigger: ".o_control_panel button:contains(Fax)",
            run: "click",
        },
        cursorInRecipient(),
        {
            content: "The patients by name, before anything is sent",
            trigger:
                ".o_fax_batch:contains(2 patients):contains(Greta Sandoval):contains(Tomas Okafor)",
        },
        {
            content: "This is the first one's",
            trigger: ".o_fax_batch_current:contains(Greta Sandoval)",
        },
        {
            content: "With the first one's entry alone",
            trigger: ".o_fax_items:contains(Knee examination):not(:contains(Okafor visit))",
        },
        isOffered("Dr Ann Lee"),
        {
            content: "Send and next",
            trigger: `${SEND}:contains(Send and next)`,
            run: "click",
        },
        {
            content: "The second one's dialog",
            trigger: ".modal .o_fax_batch_current:contains(Tomas Okafor)",
        },
        {
            content: "The first one's is sent",
            trigger: ".o_fax_batch_item:contains(Greta Sandoval):contains(sent)",
        },
        {
            content: "Its own entry",
            trigger: ".o_fax_items:contains(Okafor visit):not(:contains(Knee examination))",
        },
        {
            content: "And its own recipient: nobody yet",
            trigger: ".o_fax_recipients:not(:has(.o_fax_recipient))",
        },
        typeText("ross"),
        ...pickFirst("Dr Ugo Rossi"),
        send(),
        ...isSent("On its way to Dr Ugo Rossi"),
        {
            content: "One stands in the list again",
            trigger: ".o_list_view .o_data_row:contains(Okafor visit)",
        },
    ],
});

tours.add("medical_fax_chart_budget", {
    steps: () => [
        { content: "The entry is open", trigger: FAX_BUTTON },
        // The recipient that is offered is right.
        startCounting(),
        ...openFax(),
        isOffered("Dr Ann Lee"),
        send(),
        ...isSent("On its way to Dr Ann Lee"),
        assertBudget({ clicks: 2, letters: 0 }),
        stillOn("Knee examination"),
        // A known recipient.
        startCounting(),
        ...openFax(),
        typeText("0191"),
        {
            content: "Four letters are enough, of the number too",
            trigger: ".o-autocomplete--dropdown-item:contains(Dr Ugo Rossi) a",
            run: "click",
        },
        {
            content: "It takes the place of what was offered",
            trigger: ".o_fax_recipients:contains(Dr Ugo Rossi):not(:contains(Dr Ann Lee))",
        },
        send(),
        ...isSent("On its way to Dr Ugo Rossi"),
        assertBudget({ clicks: 3, letters: 4 }),
        stillOn("Knee examination"),
        // By keyboard alone.
        startCounting(),
        { content: "The hotkey opens Fax", trigger: "body", run: "press alt+x" },
        cursorInRecipient(),
        typeText("corn"),
        ...pickFirst("Corner Pharmacy"),
        { content: "Send", trigger: `${RECIPIENT}:focus`, run: "press ctrl+Enter" },
        ...isSent("On its way to Corner Pharmacy, 2 pages"),
        assertBudget({ clicks: 0, letters: 4 }),
        stillOn("Knee examination"),
    ],
});

tours.add("medical_fax_chart_limited", {
    steps: () => [
        {
            content: "The entry is open, without Fax",
            trigger: ".o_form_view:contains(Okafor visit) .o_statusbar_buttons:not(:contains(Fax))",
        },
        {
            content: "Nor in the bar at the top",
            trigger: ".o_menu_systray:not(:has(.o_fax_new))",
        },
        { content: "The Action menu", trigger: ".o_cp_action_menus button", run: "click" },
        {
            content: "Has an entry for who may use other groups",
            trigger: ".o-dropdown--menu .o_menu_item:contains(Fax)",
            run: "click",
        },
        {
            content: "Which refuses in words",
            trigger: ".modal:contains(Your access level does not allow faxing)",
        },
        {
            content: "Close",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        { content: "Nothing was opened", trigger: "body:not(:has(.modal))" },
    ],
});
