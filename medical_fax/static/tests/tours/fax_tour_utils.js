/**
 * Pieces of tours in the fax composer, and a counter of what a user has to do: tours of
 * other addons import them, to hold the budget of clicks and letters.
 */

const counted = { clicks: 0, letters: 0, keys: [] };

/** A pointer going down: a hotkey that presses a button by itself is no click. */
function onPointerdown() {
    counted.clicks += 1;
}

function onKeydown(ev) {
    if (ev.key.length === 1 && ev.key !== " " && !ev.ctrlKey && !ev.altKey) {
        counted.letters += 1;
    } else if (!["Control", "Alt", "Shift"].includes(ev.key)) {
        counted.keys.push(ev.key);
    }
}

/** Count from here on. */
export function startCounting() {
    return {
        content: "Start counting clicks and letters",
        trigger: "body",
        run() {
            Object.assign(counted, { clicks: 0, letters: 0, keys: [] });
            document.removeEventListener("pointerdown", onPointerdown, true);
            document.removeEventListener("keydown", onKeydown, true);
            document.addEventListener("pointerdown", onPointerdown, true);
            document.addEventListener("keydown", onKeydown, true);
        },
    };
}

/**
 * Stop counting, and fail where it took more.
 *
 * @param {{clicks: number, letters: number}} budget
 */
export function assertBudget({ clicks, letters }) {
    return {
        content: `At most ${clicks} clicks and ${letters} letters`,
        trigger: "body",
        run() {
            document.removeEventListener("pointerdown", onPointerdown, true);
            document.removeEventListener("keydown", onKeydown, true);
            if (counted.clicks > clicks || counted.letters > letters) {
                throw new Error(
                    `Took ${counted.clicks} clicks and ${counted.letters} letters, ` +
                        `allowed are ${clicks} and ${letters}`
                );
            }
            if (!counted.clicks && !counted.letters && !counted.keys.length) {
                throw new Error("Nothing was counted: the counter does not work");
            }
        },
    };
}

export const RECIPIENT = ".o_fax_recipient_input input";
export const SEND = ".modal-footer .o_fax_send:enabled";

export function openNewFax() {
    return [
        { content: "New fax", trigger: ".o_fax_new", run: "click" },
        {
            content: "The cursor stands in the recipient",
            trigger: `.modal .o_fax_composer ${RECIPIENT}:focus`,
        },
    ];
}

/** Type letters, one key after another, into what has the focus. */
export function typeText(text, trigger = RECIPIENT) {
    return {
        content: `Type ${text}`,
        trigger,
        async run() {
            const input = this.anchor;
            input.focus();
            for (const letter of text) {
                const init = { key: letter, bubbles: true, cancelable: true };
                input.dispatchEvent(new KeyboardEvent("keydown", init));
                input.value += letter;
                input.dispatchEvent(new InputEvent("input", { bubbles: true, data: letter }));
                input.dispatchEvent(new KeyboardEvent("keyup", init));
            }
        },
    };
}

export function pickFirst(name) {
    return [
        {
            content: `${name} is offered and marked`,
            trigger: `.o-autocomplete--dropdown-item a.ui-state-active:contains(${name})`,
        },
        { content: "Enter picks", trigger: RECIPIENT, run: "press Enter" },
        { content: "It is a recipient", trigger: `.o_fax_recipient:contains(${name})` },
    ];
}

/** A real PDF with some pages and a word on each. */
export function makePdf(pages, word = "Result") {
    const objects = ["<</Type/Catalog/Pages 2 0 R>>"];
    const kids = Array.from({ length: pages }, (_value, i) => `${4 + 2 * i} 0 R`).join(" ");
    objects.push(`<</Type/Pages/Count ${pages}/Kids[${kids}]>>`);
    objects.push("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    for (let i = 0; i < pages; i++) {
        const text = `BT /F1 24 Tf 72 ${600 - 20 * i} Td (${word} ${i + 1}: all values are normal) Tj ET`;
        objects.push(
            `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${5 + 2 * i} 0 R` +
                "/Resources<</Font<</F1 3 0 R>>>>>>"
        );
        objects.push(`<</Length ${text.length}>>stream\n${text}\nendstream`);
    }
    let pdf = "%PDF-1.4\n";
    const offsets = objects.map((object, i) => {
        const offset = pdf.length;
        pdf += `${i + 1} 0 obj${object}endobj\n`;
        return `${String(offset).padStart(10, "0")} 00000 n \n`;
    });
    const start = pdf.length;
    pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
    pdf += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`;
    return pdf;
}

export function attachFile(name, content, type = "application/pdf") {
    return {
        content: `Attach ${name}`,
        trigger: ".o_fax_files_add",
        run() {
            const input = this.anchor.querySelector(".o_fax_file_input");
            const data = new DataTransfer();
            data.items.add(new File([content], name, { type }));
            input.files = data.files;
            input.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

export function pageCount(text) {
    return { content: `The footer says: ${text}`, trigger: `.o_fax_page_count:contains(${text})` };
}

export function isSent(text) {
    return [
        { content: `The notice says: ${text}`, trigger: `.o_fax_notice:contains(${text})` },
        { content: "The dialog is gone", trigger: "body:not(:has(.modal))" },
    ];
}
