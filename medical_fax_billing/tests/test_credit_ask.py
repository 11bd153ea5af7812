from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.medical_fax.tests.common import USER

from .common import BUYER, CreditCase

ASKED = "medical_fax_billing.mail_activity_type_credit_asked"


@tagged("post_install", "-at_install")
class TestAskForCredit(CreditCase):
    """Whoever cannot buy asks; those who can hear of it once, until there is credit."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet
        # The clinic's buyers alone: the administrator is one by default.
        self.others = self.wallet._buyers() - self.buyer
        group = self.env.ref("medical_fax_billing.group_credit_buyer")
        group.user_ids -= self.others

    def asked(self, wallet=None):
        kind = self.env.ref(ASKED)
        return (wallet or self.wallet).activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def test_one_activity_however_many_press(self):
        fax = self.send().with_user(self.user)
        composer = self.compose()
        for _each in range(2):
            fax.action_ask_for_credit()
            composer.action_ask_for_credit()
            fax.with_user(self.manager).action_ask_for_credit()
        asked = self.asked()
        self.assertEqual(asked.user_id, self.buyer)
        self.assertEqual(len(asked), 1)
        self.assertEqual(asked.summary, "Credit is asked for: Practice, 0 pages left")
        self.assertTrue(composer._credit_offer(1)["is_asked"])

    def test_done_when_credit_arrives(self):
        self.send().with_user(self.user).action_ask_for_credit()
        asked = self.asked()
        self.wallet._grant(10)
        self.assertFalse(self.asked())
        self.assertEqual(asked.exists().mapped("active"), [False])
        # And asked anew when it is used up again.
        self.send(self.new_entry(body="<p>Word. </p>" * 3000))
        self.send(self.new_entry(body="<p>Word. </p>" * 3000))
        self.compose().action_ask_for_credit()
        self.assertEqual(len(self.asked()), 1)

    def test_what_pays_only_the_due_is_not_credit(self):
        self.wallet._owe(10, service="fax_inbound")
        self.compose().action_ask_for_credit()
        self.wallet._grant(4)
        self.assertEqual(len(self.asked()), 1)

    def test_each_buyer_hears_of_it(self):
        second = self.new_user("t_second_buyer", BUYER)
        elsewhere = self.new_user("t_other_buyer", BUYER, self.other_company)
        self.compose().action_ask_for_credit()
        self.assertEqual(self.asked().user_id, self.buyer + second)
        self.assertNotIn(elsewhere, self.asked().user_id)

    def test_it_reaches_a_person_where_nobody_buys(self):
        self.buyer.active = False
        self.compose().action_ask_for_credit()
        self.assertTrue(self.asked())
        system = self.env.ref("base.group_system")
        self.assertLessEqual(self.asked().user_id, system.all_user_ids)

    def test_no_patient_in_it(self):
        self.send().with_user(self.user).action_ask_for_credit()
        asked = self.asked()
        text = f"{asked.summary} {asked.note} {asked.res_name}"
        for word in (self.patient.name, "Sandoval", "Lee", "0190"):
            self.assertNotIn(word, text)

    def test_who_may_ask(self):
        fax = self.send()
        for user in (self.denied, self.plain, self.buyer):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                fax.with_user(user).action_ask_for_credit()
        self.assertFalse(self.asked())

    def test_only_what_waits_for_credit(self):
        self.wallet._grant(100)
        fax = self.send().with_user(self.user)
        for method in ("action_ask_for_credit", "action_buy_credit"):
            with self.assertRaises(UserError):
                getattr(fax, method)()
        self.company.fax_wallet_id = False
        with self.assertRaises(UserError):
            self.compose().action_ask_for_credit()

    def test_steps(self):
        """Held by us for credit: ask, or buy; apart from what waits elsewhere."""
        fax = self.send().with_user(self.user)
        self.assertEqual(fax.next_steps.split()[0], "ask_credit")
        self.assertIn("Held by us", fax.state_words)
        self.assertIn("our wallet", fax.state_words)
        both = self.new_user("t_fax_buyer", f"{USER},{BUYER}")
        fax = self.send(user=both).with_user(both)
        self.assertEqual(fax.next_steps.split()[0], "buy_credit")
        self.assertEqual(fax.action_buy_credit()["type"], "ir.actions.act_window")
        with self.assertRaises(AccessError):
            self.send().with_user(self.manager).action_buy_credit()

    def test_two_who_press_at_once_begin_anew(self):
        """The wallet's row is written before an activity is made, so that the second
        transaction fails and is repeated, and finds the first one's."""
        self.wallet._ask_for_credit()
        self.assertTrue(self.wallet.asked_at)
