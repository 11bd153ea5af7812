import { registry } from "@web/core/registry";

const KEY = ".o_fax_connect input[type=password]";
const SUBMIT = ".o_fax_connect_submit";

function typeKey(key) {
    return [
        { content: "Paste a key", trigger: `${KEY}:not([readonly])`, run: `edit ${key}` },
        { content: "Connect", trigger: `${SUBMIT}:enabled`, run: "click" },
    ];
}

registry.category("web_tour.tours").add("medical_fax_connect", {
    steps: () => [
        { content: "Connect", trigger: "button[name=action_connect]:contains(Connect)", run: "click" },
        {
            content: "Where to sign up",
            trigger: ".o_fax_connect a[href='https://app.documo.com/signup'][target=_blank]",
        },
        { content: "The key is shown once", trigger: ".o_fax_connect li:contains(only once)" },
        { content: "The cursor stands in the key", trigger: `${KEY}:focus` },
        ...typeKey("a-key-that-nobody-knows"),
        {
            content: "Refused, with what to do",
            trigger: ".o_fax_connect_error:contains(does not accept this key)",
        },
        { content: "What was typed stays", trigger: KEY, run() {
            if (this.anchor.value !== "a-key-that-nobody-knows") {
                throw new Error("The key is gone");
            }
        } },
        ...typeKey("documo-key"),
        { content: "On to the address", trigger: ".modal-title:contains(Hear of each fax)" },
        {
            content: "Address, user and password to copy",
            trigger: "#o_fax_callback_address",
            run() {
                const values = ["address", "user", "password"].map(
                    (name) => document.querySelector(`#o_fax_callback_${name}`).value
                );
                const isAddress = values[0].includes("/medical_fax/callback/");
                if (!isAddress || !values[1] || values[2].length < 20) {
                    throw new Error("Something to enter is missing");
                }
            },
        },
        {
            content: "The keyboard goes on with the test",
            trigger: ".o_fax_connect_test:focus",
        },
        { content: "Later", trigger: ".o_fax_connect_done", run: "click" },
        {
            content: "Connected",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Connected)",
        },
        { content: "The key's last characters only", trigger: "div[name=key_words]:contains(Ent)" },
    ],
});

registry.category("web_tour.tours").add("medical_fax_disconnect", {
    steps: () => [
        { content: "Disconnect", trigger: "button[name=action_ask_disconnect]", run: "click" },
        { content: "How many wait", trigger: ".modal-body:contains(2 faxes wait)" },
        { content: "Not yet", trigger: ".modal-footer .btn-secondary", run: "click" },
        { content: "Still connected", trigger: "body:not(:has(.modal))" },
        { content: "Disconnect", trigger: "button[name=action_ask_disconnect]", run: "click" },
        { content: "Yes", trigger: ".modal-footer .o_fax_disconnect", run: "click" },
        {
            content: "Disconnected",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Disconnected)",
        },
        { content: "It can be connected again", trigger: "button[name=action_connect]" },
    ],
});
