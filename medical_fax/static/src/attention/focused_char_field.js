import { registry } from "@web/core/registry";
import { useAutofocus } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";

/** The one line of a small dialog: the cursor stands in it, also in a saved record. */
export class FocusedCharField extends CharField {
    setup() {
        super.setup();
        useAutofocus({ refName: "input", mobile: true });
    }
}

registry.category("fields").add("fax_focused_char", {
    ...charField,
    component: FocusedCharField,
});
