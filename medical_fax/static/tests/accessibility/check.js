/**
 * Opens views one after another in the running web client and judges each: by axe-core,
 * for sideways scrolling, and for the size of what a finger has to hit.
 *
 * Loaded by each addon's test_tour_accessibility.py, which says what to open. Everything wrong is
 * one console.error at the end, so that one run tells all of it.
 */

// What we drew ourselves: nothing serious is excused in it.
let OWN = [
    ".o_fax_again",
    ".o_fax_batch",
    ".o_fax_connect",
    ".o_fax_cover_lines",
    ".o_fax_files",
    ".o_fax_inbox",
    ".o_fax_items",
    ".o_fax_notice",
    ".o_fax_number_answer",
    ".o_fax_page_count",
    ".o_fax_pages",
    ".o_fax_preview",
    ".o_fax_recipient_cell",
    ".o_fax_recipients",
    ".o_fax_saved_text",
    ".o_fax_send",
    ".o_fax_sign",
    ".o_fax_send_error",
    ".o_fax_since_cell",
    ".o_fax_smart_button",
    ".o_fax_status",
    ".o_fax_steps",
    ".o_fax_systray",
    ".o_fax_trouble_cell",
    ".o_fax_use_entry",
].join(",");
const TARGETS = "a[href], button, select, textarea, input:not([type=hidden]), [role=option], [tabindex='0']";
const TOUCH = 44;
const TOUCH_WIDTH = 820;
// These scroll sideways by design: a strip of pages, and Odoo's row of tabs.
const MAY_SCROLL = ".o_fax_page_strip, .o_notebook_headers";
// Odoo's own beside the content of a form.
const CHATTER = ".o-mail-Form-chatter";
// As high as its neighbours in Odoo's box of buttons.
const NO_TOUCH = ".oe_stat_button";
const GRAVE = ["serious", "critical"];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition, what) {
    for (let i = 0; i < 200; i++) {
        if (condition()) {
            return;
        }
        await sleep(50);
    }
    throw new Error(`Not there in time: ${what}`);
}

function loadScript(url) {
    return new Promise((resolve, reject) => {
        const script = document.createElement("script");
        Object.assign(script, { src: url, onload: resolve, onerror: reject });
        document.head.append(script);
    });
}

/** Type into an input, as a person would as far as the page can tell. */
async function type([selector, text, leave]) {
    await until(() => document.querySelector(selector), selector);
    const input = document.querySelector(selector);
    input.focus();
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    if (leave) {
        input.blur();
    }
}

async function open(env, page) {
    const { action, orm, dialog } = env.services;
    dialog.closeAll();
    if (page.notice) {
        env.services["medical_fax.sent_notice"].add(page.notice);
    } else {
        const target = page.call ? await orm.call(...page.call) : page.action;
        await action.doAction(target, page.call ? {} : { clearBreadcrumbs: true });
    }
    if (page.typed) {
        await type(page.typed);
    }
    await until(() => document.querySelector(page.root), `${page.name}: ${page.root}`);
    for (const selector of page.wait) {
        await until(() => document.querySelector(selector), `${page.name}: ${selector}`);
    }
    // Fades and late pieces such as the chatter.
    await sleep(400);
}

function isShown(element) {
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
}

function describe(element) {
    const name = element.getAttribute("class") || element.getAttribute("name") || "";
    return `${element.tagName.toLowerCase()}.${name.trim().replace(/\s+/g, ".")}`.slice(0, 90);
}

/** [{rule, element, why}] of what axe calls serious or critical. */
async function graveViolations(root) {
    const content = { include: [root], exclude: [CHATTER] };
    const found = await window.axe.run(content, {
        resultTypes: ["violations"],
        elementRef: true,
    });
    return found.violations
        .filter((violation) => GRAVE.includes(violation.impact))
        .flatMap(({ id, nodes }) =>
            nodes.map(({ element, any, all, none }) => ({
                rule: id,
                element,
                why: [...any, ...all, ...none][0]?.message || "",
            }))
        );
}

function scrollers(root) {
    const all = [document.scrollingElement, root, ...root.querySelectorAll("*")];
    for (let above = root.parentElement; above; above = above.parentElement) {
        all.push(above);
    }
    return all.filter((element) => {
        const { overflowX } = getComputedStyle(element);
        const scrolls =
            element === document.scrollingElement || ["auto", "scroll"].includes(overflowX);
        return (
            scrolls &&
            element.scrollWidth > element.clientWidth + 1 &&
            !element.matches(MAY_SCROLL) &&
            !element.closest(CHATTER) &&
            isShown(element)
        );
    });
}

/** The area that a finger hits: a box inside its label counts with the label. */
function hitArea(element) {
    const label = element.closest("label");
    return (label || element).getBoundingClientRect();
}

function smallTargets() {
    const own = [...document.querySelectorAll(OWN)].flatMap((part) => [
        ...(part.matches(TARGETS) ? [part] : []),
        ...part.querySelectorAll(TARGETS),
    ]);
    return [...new Set(own)].filter((element) => {
        const { width, height } = hitArea(element);
        const isHidden = element.matches(".visually-hidden") && !element.closest("label");
        return (
            isShown(element) &&
            !isHidden &&
            !element.matches(NO_TOUCH) &&
            (Math.round(width) < TOUCH || Math.round(height) < TOUCH)
        );
    });
}

async function judge(env, page, baseline, problems) {
    const root = document.querySelector(page.root);
    const say = (text) => problems.push(`${page.name}: ${text}`);
    const grave = await graveViolations(root);
    if (page.isOdoo) {
        baseline[page.kind] = new Set(grave.map(({ rule }) => rule));
        return;
    }
    const allowed = baseline[page.kind];
    for (const { rule, element, why } of grave) {
        const isOwn = element.closest(OWN);
        if (isOwn || !allowed.has(rule)) {
            say(`${rule} at ${describe(element)}${isOwn ? ", our own" : ""}: ${why}`);
        }
    }
    scrollers(root).forEach((element) =>
        say(`${describe(element)} scrolls sideways by ${element.scrollWidth - element.clientWidth}`)
    );
    if (window.innerWidth <= TOUCH_WIDTH) {
        smallTargets().forEach((element) => {
            const { width, height } = hitArea(element);
            say(`${describe(element)} is ${Math.round(width)} x ${Math.round(height)} to touch`);
        });
    }
    // On a phone Odoo folds the box of buttons into a menu.
    const isFolded = (selector) => selector === ".o_fax_smart_button" && env.isSmall;
    const missing = page.own.filter(
        (selector) => !document.querySelector(selector) && !isFolded(selector)
    );
    missing.forEach((selector) => say(`${selector} is not there to be judged`));
}

/**
 * @param {{axe: string, pages: Object[], own: string[]}} params address of axe-core, what
 *  else is drawn by us (selectors), and what to open:
 *  name, kind ("list" or "form"), root (selector of the content), wait (selectors),
 *  own (selectors of ours that must be there), and action, or call (of the orm) that
 *  returns one, or notice (what was sent); typed: selector, text and whether to leave
 *  the field then; isOdoo: only says what Odoo's own page of this kind shows
 */
export async function run({ axe, pages, own = [] }) {
    const problems = [];
    OWN = [OWN, ...own].join(",");
    try {
        await loadScript(axe);
        await until(() => odoo.__WOWL_DEBUG__?.root, "the web client");
        const { env } = odoo.__WOWL_DEBUG__.root;
        const baseline = {};
        for (const page of pages) {
            await open(env, page);
            await judge(env, page, baseline, problems);
        }
        const excused = Object.entries(baseline).map(
            ([kind, rules]) => `${kind}: ${[...rules].join(", ") || "nothing"}`
        );
        console.log(`Odoo's own pages show ${excused.join("; ")}`);
    } catch (error) {
        problems.push(`${error.message}\n${error.stack}`);
    }
    if (problems.length) {
        console.error(`Accessibility at ${window.innerWidth}:\n${problems.join("\n")}`);
    } else {
        console.log("test successful");
    }
}
