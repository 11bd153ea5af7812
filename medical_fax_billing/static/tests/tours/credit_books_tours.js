import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const PACKAGE = ".modal .o_kanban_record:contains(500 fax pages)";

function openBuying() {
    return [
        {
            content: "The wallet offers to buy",
            trigger: "button[name=action_buy]:enabled",
            run: "click",
        },
        {
            content: "The smallest package is picked",
            trigger: ".modal .o_kanban_record:contains(100 fax pages) .o_credit_picked",
        },
        {
            content: "Units, price, and price a page stand on its card",
            trigger: `${PACKAGE}:contains(54.00):contains(0.108 a page)`,
        },
        {
            content: "Another one",
            trigger: `${PACKAGE} .o_credit_pick`,
            run: "click",
        },
        { content: "It is picked", trigger: `${PACKAGE} .o_credit_picked` },
        { content: "Next", trigger: ".modal button[name=action_next]", run: "click" },
        {
            content: "What it costs",
            trigger: ".modal [name=amount_total]:contains(54.00)",
        },
    ];
}

/** Pick a package, look at the price, go back, buy it, and go to pay its invoice. */
tours.add("medical_fax_billing_buy", {
    steps: () => [
        ...openBuying(),
        { content: "Back", trigger: ".modal button[name=action_back]", run: "click" },
        { content: "Still picked", trigger: `${PACKAGE} .o_credit_picked` },
        { content: "Next", trigger: ".modal button[name=action_next]", run: "click" },
        { content: "Buy", trigger: ".modal button[name=action_confirm]", run: "click" },
        {
            content: "The invoice, and what is to be paid",
            trigger: ".modal:contains(as soon as it is paid in full) button[name=action_pay]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The invoice's own page",
            trigger: "#portal_sale_content, .o_portal_sidebar",
        },
    ],
});

/** Enter what was bought at the provider. */
tours.add("medical_fax_billing_enter_purchase", {
    steps: () => [
        {
            content: "A purchase made at the provider",
            trigger: "button[name=action_enter_purchase]:enabled",
            run: "click",
        },
        {
            content: "How many",
            trigger: ".modal [name=units] input",
            run: "edit 250",
        },
        {
            content: "For how much",
            trigger: ".modal [name=amount] input",
            run: "edit 30",
        },
        {
            content: "Its reference",
            trigger: ".modal [name=reference] input",
            run: "edit IFX-77",
        },
        { content: "Save", trigger: ".modal button[name=action_save]", run: "click" },
        {
            content: "What happens next is said",
            trigger: ".o_notification:contains(added when it is posted)",
        },
    ],
});

/** The accountant sees that ledger and accounts agree. */
tours.add("medical_fax_billing_unused", {
    steps: () => [
        {
            content: "Cards of a wallet",
            trigger: ".o_group_header:contains(Practice)",
            run: "click",
        },
        {
            content: "The ledger, the account, no difference",
            trigger:
                ".o_data_row:contains(CARD):contains(9.24) td[name=difference]:contains(0.00)",
        },
    ],
});
