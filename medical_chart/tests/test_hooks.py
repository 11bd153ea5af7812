from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.medical_chart.hooks import CHART_MODELS, pre_init_hook


@tagged("post_install", "-at_install")
class TestPreInitHook(TransactionCase):
    def test_another_ehr_is_named(self):
        # The models stand already: by our own addon here, made another's for once.
        module = self.env["ir.module.module"].search([("name", "=", "medical_chart")])
        self.cr.execute(
            "UPDATE ir_model_data SET module = 'other_ehr' WHERE module = %s"
            " AND model = 'ir.model'",
            ["medical_chart"],
        )
        self.cr.execute(
            "UPDATE ir_module_module SET name = 'other_ehr' WHERE id = %s", [module.id]
        )
        self.env.invalidate_all()
        with self.assertRaises(UserError) as caught:
            pre_init_hook(self.env)
        self.assertIn("other_ehr", str(caught.exception))
        for model in CHART_MODELS:
            self.assertIn(model, str(caught.exception))

    def test_a_fresh_database_is_fine(self):
        self.cr.execute(
            "UPDATE ir_model SET model = 'x_' || model WHERE model = ANY(%s)",
            [list(CHART_MODELS)],
        )
        self.env.invalidate_all()
        self.assertIsNone(pre_init_hook(self.env))
