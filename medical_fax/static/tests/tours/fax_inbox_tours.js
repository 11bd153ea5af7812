import { registry } from "@web/core/registry";

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
