from unittest.mock import patch

from odoo.tests import tagged

from ..models import guard
from ..models.fax_account_ordering import FaxAccount
from .test_tour_connect import DocumoTourCase


@tagged("post_install", "-at_install")
class TestNumberTours(DocumoTourCase):
    """A manager orders a number at Documo, which is a process beside, and releases
    another one."""

    def setUp(self):
        super().setUp()
        guard.opened(self.documo).settings = {"base_url": self.start_documo()}
        self.documo.with_user(self.manager).connect(
            {"api_key": "documo-key", **self.documo.settings}
        )
        self.ours = self.documo.number_ids

    def test_order(self):
        asked = FaxAccount.number_order_state

        def ask(account, order_id):
            """The queue's worker, which a test has not, works meanwhile."""
            account.env["fax.number.order"].sudo()._cron_order()
            return asked(account, order_id)

        with patch.object(FaxAccount, "number_order_state", ask):
            self.tour("medical_fax_order_number")
        order = self.documo.number_order_ids
        self.assertEqual((order.state, order.user_id), ("done", self.manager))
        self.assertEqual(order.number_id.status, "active")
        self.assertEqual(order.number_id.number, "+15145550180")

    def test_release(self):
        path = f"/odoo/action-medical_fax.fax_number_action/{self.ours.id}"
        self.start_tour(path, "medical_fax_release_number", login=self.manager.login)
        self.run_cron("ir_cron_fax_numbers")
        self.assertEqual(self.documo.number_order_ids.state, "done")
        self.assertEqual((self.ours.status, self.ours.active), ("released", False))
        self.assertFalse(self.documo.default_number_id)
