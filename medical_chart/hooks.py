from odoo.exceptions import UserError

CHART_MODELS = ("medical.patient", "medical.chart.entry", "medical.treatment.plan")


def pre_init_hook(env):
    """Refuse to stand beside another EHR that owns the same model names.

    Two addons that define ``medical.patient`` would silently merge into one model
    with the columns of both, and uninstalling one would drop the other's data.

    :raise UserError: naming the models and the addon that already defines them
    """
    taken = env["ir.model"].search([("model", "in", CHART_MODELS)])
    if not taken:
        return
    addons = {
        name.strip()
        for model in taken
        for name in (model.modules or "").split(",")
        if name.strip() and name.strip() != "medical_chart"
    }
    raise UserError(
        env._(
            "Medical Chart cannot be installed here: %(models)s is already defined"
            " by %(addons)s. Keep that chart; the fax addon works with it without"
            " Medical Chart.",
            models=", ".join(taken.mapped("model")),
            addons=", ".join(sorted(addons)) or env._("a custom model"),
        )
    )
