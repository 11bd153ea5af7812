import {
    isSent,
    openNewFax,
    pageCount,
    pickFirst,
    SEND,
    typeText,
} from "@medical_fax/../tests/tours/fax_tour_utils";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Without scrolling: all of it is inside the window, and nothing lies over it. */
function isInView(content, trigger) {
    return {
        content: `${content}, without scrolling`,
        trigger,
        run() {
            const { top, left, bottom, right } = this.anchor.getBoundingClientRect();
            if (top < 0 || left < 0 || bottom > innerHeight || right > innerWidth) {
                throw new Error(`${trigger} is outside of the window: ${top} to ${bottom}`);
            }
            const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
            if (!this.anchor.contains(there)) {
                throw new Error(`${trigger} is hidden behind ${there.className}`);
            }
        },
    };
}

tours.add("medical_fax_credit_price", {
    url: "/odoo",
    steps: () => [
        ...openNewFax(),
        { content: "Nothing is short", trigger: ".modal:not(:has(.o_fax_short))" },
        typeText("0190"),
        ...pickFirst("Dr Ann Lee"),
        pageCount("1 page, the cover = 1 credit, 88 left"),
        typeText("ross"),
        ...pickFirst("Dr Ugo Rossi"),
        pageCount("1 page, the cover × 2 recipients = 2 credits, 88 left"),
        isInView("Pages and price", ".o_fax_page_count"),
        isInView("Who pays", ".o_fax_payer:contains(Paid from Practice · 86 after it)"),
        isInView("Send", SEND),
        typeText("Lond"),
        ...pickFirst("London Clinic"),
        pageCount("3 recipients = 6 credits, 88 left"),
        isInView("The price abroad", ".o_fax_payer:contains(4 credits a page)"),
        { content: "Send", trigger: SEND, run: "click" },
        ...isSent("On its way to Dr Ann Lee and 2 more"),
    ],
});

tours.add("medical_fax_credit_run_out", {
    url: "/odoo",
    steps: () => [
        ...openNewFax(),
        {
            content: "It is said before one writes",
            trigger: ".o_fax_short:contains(Practice has no credit left.)",
        },
        isInView("Too little", ".o_fax_short"),
        typeText("0190"),
        ...pickFirst("Dr Ann Lee"),
        pageCount("1 page, the cover = 1 page, 0 left"),
        {
            content: "And before Send",
            trigger: ".o_fax_short:contains(it is held by us)",
        },
        { content: "Ask", trigger: ".o_fax_ask", run: "click" },
        { content: "Asked", trigger: ".o_fax_asked:contains(Credit is asked for)" },
        {
            content: "It is said who",
            trigger: ".o_notification:contains(Those who buy credit have been asked)",
        },
        { content: "Send all the same", trigger: SEND, run: "click" },
        ...isSent("On its way to Dr Ann Lee"),
        {
            content: "It needs somebody",
            trigger: ".o_fax_attention_button:contains(1)",
            run: "click",
        },
        {
            content: "Held by us, when the bus is quiet",
            trigger: ".o_fax_attention .o_data_row:contains(Held by us, as our wallet has no credit)",
            run: () => new Promise((resolve) => setTimeout(resolve, 1500)),
        },
        {
            content: "Asking is the first step",
            trigger: ".o_fax_attention .o_fax_step[data-step=ask_credit]:enabled",
            run: "click",
        },
        {
            content: "Asked already, and said again",
            trigger: ".o_notification:contains(Those who buy credit have been asked)",
        },
        {
            content: "Its form says so, too",
            trigger: ".o_fax_attention .o_data_row .o_data_cell:first",
            run: "click",
        },
        {
            content: "Held by us",
            trigger: ".o_form_view [name=held]:contains(Held by us)",
        },
        {
            content: "With the button",
            trigger: ".o_form_statusbar button[name=action_ask_for_credit]",
        },
    ],
});

tours.add("medical_fax_credit_buy", {
    url: "/odoo/fax-wallets",
    steps: () => [
        {
            content: "A wallet with nothing left",
            trigger: ".o_data_row:contains(Practice):contains(0 pages) .o_data_cell:first",
            run: "click",
        },
        {
            content: "Credit is asked for",
            trigger: ".o_form_view [name=asked]:contains(Credit is asked for)",
        },
        {
            content: "How much is left, in large",
            trigger: ".o_credit_number:contains(0 pages):contains(left in our wallet)",
        },
        { content: "Buy", trigger: ".o_form_statusbar button[name=action_buy]", run: "click" },
        { content: "A package", trigger: ".modal .o_credit_picked" },
        { content: "Next", trigger: ".modal button[name=action_next]", run: "click" },
        { content: "Buy", trigger: ".modal button[name=action_confirm]", run: "click" },
        { content: "Bought", trigger: ".modal:contains(are added)" },
        {
            content: "Close",
            trigger: ".modal-footer button.o_form_button_cancel, .modal-footer button:contains(Close)",
            run: "click",
        },
        { content: "Back at the wallet", trigger: "body:not(:has(.modal)) .o_credit_number" },
    ],
});

tours.add("medical_fax_credit_gone", {
    url: "/odoo/fax-history",
    steps: () => [
        {
            content: "The fax that was held has arrived",
            trigger: ".o_data_row:contains(Dr Ann Lee):contains(Delivered)",
        },
        {
            content: "Nothing needs anybody",
            trigger: "body:not(:has(.o_fax_attention_button))",
        },
    ],
});

tours.add("medical_fax_credit_usage", {
    url: "/odoo/fax-usage",
    steps: () => [
        {
            content: "Used of the first purchase",
            trigger: ".o_credit_usage [data-part=used]:contains(1 page)",
        },
        {
            content: "Left, and where from",
            trigger: "[data-part=start]:contains(99 pages)",
        },
        { content: "A picture of it", trigger: ".o_credit_ring canvas" },
        { content: "Until when", trigger: ".o_credit_facts:contains(enough until)" },
        {
            content: "The log names the reference",
            trigger: ".o_credit_log tr:contains(FAX/):contains(Delivered):contains(Sent)",
        },
        {
            content: "And nobody",
            trigger: ".o_credit_log:not(:contains(Lee)):not(:has(button))",
        },
        { content: "The days as a table", trigger: ".o_credit_days summary", run: "click" },
        { content: "One day", trigger: ".o_credit_days tbody tr td:contains(1)" },
        { content: "The month before", trigger: ".o_credit_former", run: "click" },
        {
            content: "Nothing then",
            trigger: ".o_credit_empty:contains(Nothing was used in this month)",
        },
        { content: "Back", trigger: ".o_credit_later:enabled", run: "click" },
        {
            content: "To the cards",
            trigger: ".o_credit_ways button:contains(Cards)",
            run: "click",
        },
        {
            content: "The card, with its value and balance",
            trigger: ".o_data_row:contains(CARD/):contains(99) button[name=action_view_uses]",
            run: "click",
        },
        {
            content: "What was billed to it",
            trigger: ".o_data_row:contains(FAX/):contains(0190)",
        },
        {
            content: "Back to the cards",
            trigger: ".o_breadcrumb a:contains(Cards), .o_breadcrumb button:contains(Cards)",
            run: "click",
        },
        {
            content: "A click on the card",
            trigger: ".o_data_row:contains(CARD/) .o_data_cell:first",
            run: "click",
        },
        {
            content: "The same there",
            trigger: ".o_form_view [name=use_ids] .o_data_row:contains(FAX/)",
        },
        {
            content: "And the file",
            trigger: ".o_form_statusbar button[name=action_export_csv]",
        },
    ],
});

tours.add("medical_fax_credit_quota", {
    url: "/odoo/fax-attention",
    steps: () => [
        {
            content: "Two were refused for the provider's account, when the bus is quiet",
            trigger: ".o_fax_attention .o_data_row:contains(Out of credit)",
            run: () => new Promise((resolve) => setTimeout(resolve, 1500)),
        },
        {
            content: "All of them by one press",
            trigger: ".o_data_row:contains(Dr Ann Lee) .o_fax_step[data-step=resend_quota]:enabled",
            run: "click",
        },
        ...isSent("On its way to Dr Ann Lee and 1 more"),
        { content: "Nothing is left", trigger: ".o_view_nocontent:contains(Nothing needs you)" },
    ],
});
