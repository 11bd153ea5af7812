from odoo import fields
from odoo.tests import tagged

from odoo.addons.medical_fax.providers import FaxState
from odoo.addons.medical_fax.tests.common import FaxHttpCommon

from .common import CreditFixture

GROUPS = (
    "base.group_user,account.group_account_manager,account.group_account_user,"
    "medical_fax_billing.group_credit_buyer"
)
# Names that stand nowhere else, and the number, as typed, dialled and shown.
PLANTED = ("Quillfeather", "Plumbagor", "Brontovex", "5550187", "555-0187")
MODELS = (
    "medical.credit.wallet",
    "medical.credit.lot",
    "medical.credit.move",
    "medical.credit.tariff",
    "medical.credit.tariff.line",
    "medical.credit.purchase",
    "medical.credit.purchase.option",
    "medical.credit.provider.purchase",
    "medical.credit.statement",
    "medical.credit.unused",
    "medical.credit.check",
    "account.move",
    "account.move.line",
)


@tagged("post_install", "-at_install")
class TestAccountantPrivacy(CreditFixture, FaxHttpCommon):
    """An accountant who reads all there is of credits learns of no patient."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chart = cls.env["account.chart.template"]
        chart.try_loading("generic_coa", company=cls.company, install_demo=False)
        cls.company._make_credit_account("resold")
        cls.accountant = cls.new_user("t_privacy_accountant", GROUPS)
        cls.company.fax_wallet_id = cls.wallet

    def happen(self):
        """A purchase, a fax of a patient paid from it, and what is over its card."""
        package = self.env.ref("medical_fax_billing.product_package_100")
        invoice = self.wallet._new_purchase(package)
        invoice.action_post()
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({})._create_payments()
        contact = self.new_contact("Dr Brontovex", "+15145550187")
        patient = self.new_patient("Ida Quillfeather")
        entry = self.new_entry("Visit", "<p>Text</p>", patient=patient)
        fax = self.send(entry, recipients=contact, subject="Plumbagor results")
        self.run_queue()
        self.fake.answer(FaxState.DELIVERED, fax.attempt_ids, pages_sent=fax.pages)
        self.run_queue()
        self.assertEqual(fax.state, "delivered")
        self.wallet._charge(500, service="fax_inbound", message_id=fax.id)
        month = fields.Date.today().replace(day=1)
        self.assertTrue(self.wallet._recognise(month))
        return fax

    def make_wizards(self):
        action = self.call_kw("medical.credit.wallet", "action_buy", self.wallet.ids)
        self.assertEqual(action["res_model"], "medical.credit.purchase")
        values = {"wallet_id": self.wallet.id}
        self.call_kw("medical.credit.statement", "create", values)
        values |= {"units": 1, "amount": 1, "reference": "R"}
        self.call_kw("medical.credit.provider.purchase", "create", values)

    def test_nothing_of_patients(self):
        fax = self.happen()
        self.login(self.accountant)
        self.make_wizards()
        seen = {}
        for model in MODELS:
            names = self.call_kw(model, "fields_get", [], ["relation", "type"])
            spec = {
                name: {"fields": {"display_name": {}}} if each.get("relation") else {}
                for name, each in names.items()
                if each["type"] != "binary"  # files, and what only Odoo itself reads
            }
            answer = self.call_kw(model, "web_search_read", [], spec, limit=500)
            self.assertTrue(answer["records"], model)
            seen[model] = str(answer)
            for planted in PLANTED:
                self.assertNotIn(planted.lower(), seen[model].lower(), model)
        # It was looked at in the right place.
        self.assertIn(fax.name, seen["medical.credit.move"])
        self.assertIn(fax.name, seen["medical.credit.check"])
        self.assertIn("0187", seen["medical.credit.move"])
