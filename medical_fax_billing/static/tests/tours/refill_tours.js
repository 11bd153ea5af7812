import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const REFILL = "[name=refill_text]";
const OFFER = "500 pages, $54.00";

function isSaid(words) {
    return { content: `It is said: ${words}`, trigger: `${REFILL}:contains(${words})` };
}

function agree() {
    return [
        {
            content: "What one agrees to",
            trigger: `.modal [name=consent_text]:contains(${OFFER}):contains(card ending 4242)`,
        },
        { content: "Agree", trigger: ".modal [name=agrees] input", run: "click" },
        {
            content: "Switch on",
            trigger: ".modal button[name=action_switch_on]",
            run: "click",
        },
    ];
}

tours.add("medical_fax_billing_refill_on", {
    steps: () => [
        {
            content: "Set up",
            trigger: "button[name=action_refill]:visible",
            run: "click",
        },
        {
            content: "The package",
            trigger: `.modal [name=package_id] label:contains(${OFFER})`,
            run: "click",
        },
        { content: "The card", trigger: ".modal [name=card_id] label:contains(4242)" },
        ...agree(),
        isSaid(`Next refill: ${OFFER}, card ending 4242, when below 10`),
    ],
});

tours.add("medical_fax_billing_refill_bought", {
    steps: () => [
        isSaid("Next refill"),
        {
            content: "What it bought",
            trigger: "button[name=action_view_refills]",
            run: "click",
        },
        {
            content: "One, paid",
            trigger: ".o_data_row:only-child, .o_data_row",
        },
        { content: "Bought", trigger: ".o_data_row [name=state]:contains(Bought)" },
    ],
});

tours.add("medical_fax_billing_refill_declined", {
    steps: () => [
        isSaid("Next refill"),
        {
            content: "Try again",
            trigger: "button[name=action_refill_again]:visible",
            run: "click",
        },
        {
            content: "What was refused",
            trigger: "button[name=action_view_refills]",
            run: "click",
        },
        {
            content: "It is said why",
            trigger: ".o_data_row:contains(Refused, will be tried again)",
        },
    ],
});

tours.add("medical_fax_billing_refill_off", {
    steps: () => [
        {
            content: "Switch off",
            trigger: "button[name=action_refill_off]:visible",
            run: "click",
        },
        isSaid("The refill is off"),
    ],
});
