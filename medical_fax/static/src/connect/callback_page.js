import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * What to enter at the provider so that it calls us, and whether calls arrive. All of
 * it may be left out: the provider is asked then.
 *
 * - form: as `fax.account.callback_form` returns it
 */
export class CallbackPage extends Component {
    static template = "medical_fax.CallbackPage";
    static components = { CopyButton };
    static props = { accountId: Number, form: Object, isNew: Boolean };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ isTesting: false, result: null });
        const resultRef = useRef("result");
        useEffect(
            (result) => {
                result?.scrollIntoView({ block: "nearest" });
            },
            () => [resultRef.el]
        );
    }

    get values() {
        const { address, user, password } = this.props.form;
        return [
            { name: "address", label: _t("Address"), value: address },
            { name: "user", label: _t("User"), value: user },
            { name: "password", label: _t("Password"), value: password },
        ].filter(({ value }) => value); // some providers send neither along
    }

    get copied() {
        return _t("Copied");
    }

    get copyText() {
        return _t("Copy");
    }

    async test() {
        Object.assign(this.state, { isTesting: true, result: null });
        try {
            this.state.result = await this.orm.call("fax.account", "action_probe_callback", [
                [this.props.accountId],
            ]);
        } finally {
            this.state.isTesting = false;
        }
    }
}
