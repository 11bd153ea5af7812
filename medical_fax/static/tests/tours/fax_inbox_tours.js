import { registry } from "@web/core/registry";
import { isSent, SEND } from "./fax_tour_utils";

const tours = registry.category("web_tour.tours");

function press(key, trigger = ".o_fax_inbox") {
    return {
        content: `Press ${key}`,
        trigger,
        run() {
            const target = document.activeElement || document.body;
            for (const type of ["keydown", "keyup"]) {
                target.dispatchEvent(
                    new KeyboardEvent(type, { key, bubbles: true, cancelable: true })
                );
            }
        },
    };
}

function offered(name, count) {
    return [
        {
            content: `${count} wait, ${name} is offered`,
            trigger: `.o_fax_inbox_list:has(li:nth-child(${count})):not(:has(li:nth-child(${
                count + 1
            })))`,
        },
        { trigger: `.o_fax_offer:contains(${name})` },
    ];
}

const chosen = { content: "An offer is taken", trigger: ".o_fax_offer_chosen" };

/** Five faxes are filed with the keyboard alone, two keys each; one is undone. */
tours.add("medical_fax_inbox_keyboard", {
    steps: () => [
        { content: "The pages are there", trigger: ".o_fax_inbox_pages img.o_fax_page" },
        ...[5, 4, 3].flatMap((count) => [
            ...offered("Greta Sandoval", count),
            press("1"),
            chosen,
            press("Enter"),
        ]),
        ...offered("Greta Sandoval", 2),
        press("u"),
        ...offered("Greta Sandoval", 3),
        ...[3, 2, 1].flatMap((count) => [
            ...offered("Greta Sandoval", count),
            press("1"),
            chosen,
            press("Enter"),
        ]),
        { content: "Nothing is left", trigger: ".o_fax_inbox_empty" },
    ],
});

/** By hand: a patient by name, some pages of the fax only, and a sender blocked. */
tours.add("medical_fax_inbox_by_hand", {
    steps: () => [
        {
            content: "Type a name",
            trigger: "#o_fax_inbox_search",
            run: "edit Tomas",
        },
        {
            content: "Take the patient",
            trigger: ".o_fax_offer:contains(Tomas Okafor)",
            run: "click",
        },
        { content: "The first page only", trigger: "#o_fax_inbox_pages", run: "edit 1" },
        { trigger: ".o_fax_file:enabled", run: "click" },
        { content: "The rest stays", trigger: "#o_fax_inbox_pages_help:contains(Not filed yet)" },
        { trigger: ".o_fax_inbox_more button:contains(Block sender)", run: "click" },
        { trigger: ".modal #o_fax_reason", run: "edit Advertising" },
        { trigger: ".modal .btn-primary:contains(Block)", run: "click" },
        { content: "Nothing is left", trigger: ".o_fax_inbox_empty" },
    ],
});

/** A click at a share of the page's width and height. */
function clickPage(x, y) {
    return {
        content: `Click the page at ${x}, ${y}`,
        trigger: ".o_fax_sign_page > img",
        async run() {
            await this.anchor.decode();
            const box = this.anchor.getBoundingClientRect();
            const at = { clientX: box.left + x * box.width, clientY: box.top + y * box.height };
            this.anchor.dispatchEvent(new MouseEvent("click", { bubbles: true, ...at }));
        },
    };
}

function place(kind) {
    return {
        content: `Place ${kind}`,
        trigger: `.o_fax_sign [data-kind=${kind}]:enabled`,
        run: "click",
    };
}

/** Signature, date, tick and text are placed; sent back after a look at the pages. */
tours.add("medical_fax_inbox_sign", {
    steps: () => [
        { trigger: ".o_fax_inbox_row", run: "click" },
        { trigger: ".o_fax_inbox_pages img.o_fax_page" },
        { trigger: ".o_fax_inbox_head button:contains(Sign and return)", run: "click" },
        { content: "One's signature is chosen", trigger: ".o_fax_sign [data-kind=signature].active" },
        { content: "Nothing to send yet", trigger: ".o_fax_sign_go:disabled" },
        { trigger: ".o_fax_sign button:contains(Place at the foot)", run: "click" },
        { trigger: ".o_fax_sign_signature img" },
        place("date"),
        clickPage(0.2, 0.5),
        { trigger: ".o_fax_sign_date" },
        place("tick"),
        clickPage(0.3, 0.4),
        clickPage(0.6, 0.4),
        { trigger: ".o_fax_sign_page:has(.o_fax_sign_tick + .o_fax_sign_tick)" },
        { content: "One too many", trigger: ".o_fax_sign_tick:last", run: "click" },
        { trigger: ".o_fax_sign_page:not(:has(.o_fax_sign_tick + .o_fax_sign_tick))" },
        { trigger: ".o_fax_sign button[aria-label='Next page']", run: "click" },
        { content: "Of another page", trigger: ".o_fax_sign_page:not(:has(.o_fax_sign_mark))" },
        place("text"),
        { trigger: ".o_fax_sign_text", run: "edit Approved" },
        clickPage(0.4, 0.3),
        { trigger: ".o_fax_sign_mark:contains(Approved)" },
        { content: "To the sender", trigger: ".o_fax_sign_go:contains(555-0188)", run: "click" },
        { content: "The signed pages are seen", trigger: ".modal .o_fax_composer .o_fax_page" },
        { trigger: ".modal .o_fax_recipient:only-of-type:contains(0188)" },
        { trigger: SEND, run: "click" },
        ...isSent("0188"),
    ],
});

/** The option that begins so. */
function select(trigger, text) {
    return {
        content: `Select ${text}`,
        trigger,
        run() {
            const option = [...this.anchor.options].find((each) => each.text.startsWith(text));
            this.anchor.value = option.value;
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

/** A colleague gets one, and it is taken back; another is taken. */
tours.add("medical_fax_inbox_people", {
    steps: () => [
        { trigger: ".o_fax_inbox_pages img.o_fax_page" },
        { content: "Somebody else has it open", trigger: ".o_fax_inbox_pages .alert:contains(t_fax_colleague)" },
        select("#o_fax_inbox_person", "t_fax_colleague"),
        { content: "It is theirs", trigger: ".o_notification:contains(given to t_fax_colleague)" },
        { trigger: ".o_fax_inbox_list:not(:has(li:nth-child(2)))" },
        { trigger: ".o_notification button:contains(Undo)", run: "click" },
        { trigger: ".o_fax_inbox_list:has(li:nth-child(2))" },
        press("t"),
        { content: "Mine", trigger: ".o_fax_inbox_current:contains(Given to you)" },
        select("#o_fax_inbox_category", "Results → t_fax_colleague"),
        { trigger: ".o_fax_inbox_list:not(:has(li:nth-child(2)))" },
        { content: "The other one has no pages", trigger: ".o_fax_fetch_again", run: "click" },
        { trigger: ".o_notification:contains(asked for the pages)" },
    ],
});
