from datetime import timedelta

from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.medical_fax.models import fax_unfetched
from odoo.addons.medical_fax.providers import FailureKind, ProviderError
from odoo.addons.medical_fax.tests import samples
from odoo.addons.medical_fax.tests.inbox_common import InboxMixin

from .common import CreditFixture

GONE = ProviderError(FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True)


@tagged("post_install", "-at_install")
class TestFaxCreditReceived(InboxMixin, CreditFixture, TransactionCase):
    """Pages that come in cannot be refused."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet

    def receive(self):
        with mute_logger(fax_unfetched.__name__):
            self.look()
        return self.inbox()

    def test_what_the_cards_do_not_cover_is_due(self):
        self.wallet._grant(1)
        self.offer(samples.pdf("One", "Two", "Three"))
        fax = self.receive()
        self.assertEqual(fax.wallet_id, self.wallet)
        self.assertUnits(balance=0, available=0, due=2)
        used = fax.credit_move_ids.filtered(lambda m: m.kind in ("capture", "due"))
        self.assertEqual(sorted(used.mapped("quantity")), [1, 2])

    def test_pages_that_come_later_are_charged_then_and_once(self):
        self.wallet._grant(10)
        provider_id = self.offer(GONE, pages=3)
        self.receive()
        waiting = self.env["fax.unfetched"].search([])
        waiting.missed_at -= timedelta(hours=5)
        fax = self.receive()
        self.assertEqual(fax.file_error, "unfetched")
        self.assertUnits(balance=10)
        self.provider.files[provider_id] = samples.pdf("One", "Two")
        for _look in range(2):
            self.receive()
        self.assertEqual(fax.pages, 2)
        self.assertUnits(balance=8, due=0)
