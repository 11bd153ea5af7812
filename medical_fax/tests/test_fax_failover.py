from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.fax_message_failover import FAILOVER_KINDS
from ..providers import FailureKind, FaxState, FindBy
from ..providers.interface import CoverLimits
from ..providers.values import Found
from ..tools import waits
from .common import OUR_NUMBER as OUR
from .common import FaxCommon
from .fake_provider import FakeProvider

LOOK = "odoo.addons.medical_fax.models.fax_attempt_look"
THEIR_NUMBER = "+15145550175"
DOWN = FailureKind.PROVIDER_UNAVAILABLE


class FailoverCommon(FaxCommon):
    def setUp(self):
        super().setUp()
        self.other = self.new_account("Second")
        self.theirs = self.number_of(self.other, THEIR_NUMBER)
        self.other.default_number_id = self.theirs
        self.account.failover_account_id = self.other

    def new_account(self, name, **values):
        account = self.env["fax.account"].create(
            {
                "name": name,
                "code": "fake",
                "company_id": self.company.id,
                "undo_seconds": 0,
                "retry_limit": 1,
                **values,
            }
        )
        account.action_connect()
        return account

    def number_of(self, account, number, **values):
        values = {"account_id": account.id, "number": number, **values}
        return self.env["fax.number"].create({"name": number[-4:], **values})

    def able(self, **capabilities):
        patcher = FakeProvider.able(**capabilities)
        patcher.start()
        self.addCleanup(patcher.stop)

    def tries(self, fax):
        """Account, sender and end of each try, the first one first."""
        return [
            (a.account_id.name, a.sent_from_id.number, a.end_kind)
            for a in fax.attempt_ids.sorted("number")
        ]

    def go(self, *faxes):
        """Let the queue send, and again what it moved."""
        for fax in faxes:
            self.make_due(fax)
        self.run_cron("ir_cron_fax_send")
        self.run_cron("ir_cron_fax_send")


@tagged("post_install", "-at_install")
class TestFailover(FailoverCommon):
    """What a provider proved not to have taken goes by the other account."""

    def test_each_kind(self):
        """At once for some kinds; the others are not the account's fault."""
        for kind in FailureKind:
            with self.subTest(kind=kind.value):
                for account in self.account | self.other:
                    if account.state != "connected":
                        account.action_connect()
                self.env["fax.account.pace"].search([]).sudo().unlink()
                fax = self.send()
                self.fake.refuse(kind, code="X1")
                self.go(fax)
                moved = kind in FAILOVER_KINDS
                self.assertEqual(fax.account_id == self.other, moved)
                if moved:
                    self.assertEqual(fax.state, "submitted")
                    self.assertEqual(
                        self.tries(fax),
                        [
                            ("Test account", OUR, kind.value),
                            ("Second", THEIR_NUMBER, False),
                        ],
                    )
                else:
                    self.assertEqual(len(fax.attempt_ids), 1)
                if fax.state not in ("failed", "cancelled"):
                    self.set_state(fax, "cancelled")
                    fax.attempt_ids.filtered(lambda a: a.state != "over")._close()

    def test_sent_from_its_number_and_told(self):
        fax = self.send()
        self.fake.refuse(DOWN)
        self.go(fax)
        self.assertEqual([r.sender for r in self.fake.submitted], [OUR, THEIR_NUMBER])
        # Who sees it, where replies go and how it is sent again do not change.
        self.assertEqual(fax.number_id, self.number)
        words = fax.with_user(self.user).way_words
        for part in ("Second", "514-555-0175", "Test account", "provider"):
            self.assertIn(part, words)
        self.fake.deliver(fax.attempt_ids[0])
        self.run_queue()
        self.assertEqual(fax.state, "delivered")
        rows = dict(fax.with_user(self.user)._report_rows())
        self.assertIn("0175", rows["From"])
        self.assertEqual(fax.attempt_ids[-1].end_words, "Fax provider not reachable")
        again = self.env["fax.message"].browse(
            fax.with_user(self.user).action_resend()["params"]["message_ids"]
        )
        self.assertEqual(again.account_id, self.account)
        self.assertFalse(again.way_words)

    def test_never_while_the_outcome_is_unknown(self):
        """Whatever the kind, and however long: it may have left."""
        for kind in FAILOVER_KINDS:
            fax = self.send()
            self.fake.lose_answer(kind)
            with mute_logger(LOOK):
                self.go(fax)
            self.assertEqual(fax.account_id, self.account)
            self.assertEqual(fax.state, "uncertain")
            self.assertEqual(len(fax.attempt_ids), 1)
            fax.attempt_ids._close()
            self.set_state(fax, "cancelled")
            if self.account.state != "connected":
                self.account.action_connect()
        self.assertEqual({r.sender for r in self.fake.submitted}, {OUR})

    def test_not_when_it_was_taken_and_failed(self):
        """Taken and not transmitted is no refusal: it may have been dialled."""
        fax = self.send()
        self.go(fax)
        self.fake.answer(FaxState.FAILED, fax.attempt_ids, failure=DOWN)
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual((fax.state, fax.account_id), ("queued", self.account))

    def test_not_taken_as_looking_shows(self):
        """Proven by looks alone it is tried at the same account again."""
        self.able(find=FindBy.FINGERPRINT)
        self.set_wait("look_pause_seconds", 0)
        fax = self.send()
        self.fake.lose_answer()
        self.go(fax)
        with mute_logger(LOOK):
            self.run_cron("ir_cron_fax_poll")
            self.run_cron("ir_cron_fax_poll")
        self.assertEqual((fax.state, fax.account_id), ("queued", self.account))

    def test_back_to_the_chosen_one(self):
        """Where the other one does not take it either, and not for ever."""
        self.set_wait("retry_first_seconds", 60)
        fax = self.send()
        for pause in (60, 120):
            self.fake.refuse(DOWN)
            self.fake.refuse(DOWN)
            self.go(fax)
            self.assertEqual((fax.state, fax.account_id), ("queued", self.account))
            wait = (fax.due_at - waits.now()).total_seconds()
            self.assertAlmostEqual(wait, pause, delta=5)
            self.assertFalse(fax.way_words)
        self.assertEqual(len(fax.attempt_ids), 4)
        fax.attempt_ids.called_at = waits.now() - timedelta(hours=5)
        self.fake.refuse(DOWN)
        self.fake.refuse(DOWN)
        self.go(fax)
        self.assertEqual(fax.state, "failed")

    def test_both_refuse_the_account(self):
        fax = self.send()
        self.fake.refuse(FailureKind.CREDENTIALS)
        self.fake.refuse(FailureKind.CREDENTIALS)
        self.go(fax)
        self.assertEqual(fax.state, "queued")
        self.go(fax)
        self.assertEqual((fax.state, fax.hold_kind), ("held", "account"))
        self.assertIn("Second", fax.hold_reason)
        # Either of them lets it go.
        self.other.action_connect()
        self.go()
        self.assertEqual((fax.state, fax.account_id), ("submitted", self.other))

    def test_a_third_one(self):
        third = self.new_account("Third")
        self.number_of(third, "+15145550176")
        self.other.failover_account_id = third
        fax = self.send()
        self.fake.refuse(DOWN)
        self.fake.refuse(DOWN)
        self.go(fax)
        self.go()
        self.assertEqual((fax.state, fax.account_id), ("submitted", third))

    def test_its_own_tries_at_each(self):
        """What the first one refused uses up no try of the second one's."""
        self.other.retry_limit = 2
        fax = self.send()
        self.fake.refuse(FailureKind.CREDENTIALS)
        self.go(fax)
        self.fake.answer(FaxState.FAILED, fax.attempt_ids[0], failure=FailureKind.BUSY)
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual((fax.state, fax.account_id), ("queued", self.other))
        self.go(fax)
        self.fake.answer(FaxState.FAILED, fax.attempt_ids[0], failure=FailureKind.BUSY)
        self.run_cron("ir_cron_fax_poll")
        self.assertEqual(fax.state, "failed")

    def test_managers_are_told_where_faxes_go(self):
        fax = self.send()
        self.fake.refuse(FailureKind.CREDENTIALS)
        self.go(fax)
        self.assertIn("faxes go by Second", self.account.activity_ids[0].summary)


@tagged("post_install", "-at_install")
class TestFailoverOfAClosedAccount(FailoverCommon):
    """A fax whose account is off when it is claimed."""

    def test_goes_by_the_other_one(self):
        fax = self.send()
        self.account.action_disconnect()
        self.go()
        self.assertEqual((fax.state, fax.account_id), ("submitted", self.other))
        self.assertIn("not connected", fax.way_words)
        self.assertEqual([r.sender for r in self.fake.submitted], [THEIR_NUMBER])

    def test_waits_where_both_are_off(self):
        fax = self.send()
        (self.account | self.other).action_disconnect()
        self.go()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "account"))
        self.assertIn("cannot go by Second: it is not connected", fax.hold_reason)
        self.other.action_connect()
        self.go()
        self.assertEqual((fax.state, fax.account_id), ("submitted", self.other))

    def test_held_before_there_was_another(self):
        self.account.failover_account_id = False
        fax = self.send()
        self.account.action_disconnect()
        self.go()
        self.assertEqual(fax.state, "held")
        self.account.with_user(self.manager).failover_account_id = self.other
        self.go()
        self.assertEqual((fax.state, fax.account_id), ("submitted", self.other))

    def test_back_when_the_other_one_is_off(self):
        fax = self.send()
        self.account.action_disconnect()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual((fax.state, fax.account_id), ("queued", self.other))
        self.account.action_connect()
        self.other.action_disconnect()
        self.go()
        self.assertEqual((fax.state, fax.account_id), ("submitted", self.account))
        self.assertFalse(fax.way_words)

    def test_not_while_sending_is_paused(self):
        fax = self.send()
        self.account.action_disconnect()
        self.company.fax_paused = True
        self.go()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "paused"))
        self.assertFalse(self.fake.submitted)

    def test_not_in_a_copy(self):
        """Neither from an account that is away nor to one."""
        fax = self.send()
        self.other.sudo().home = "elsewhere"
        self.account.action_disconnect()
        self.go()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "account"))
        self.account.action_connect()
        self.other._set_home()
        self.account.sudo().home = "elsewhere"
        self.make_due(fax)
        self.go()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "copy"))
        self.assertFalse(self.fake.submitted)

    def test_not_before_it_was_looked_for(self):
        fax = self.send()
        self.account.action_disconnect()
        fax.look_first = "restored"
        self.go()
        self.assertEqual(fax.state, "held")
        self.assertEqual(fax.account_id, self.account)


@tagged("post_install", "-at_install")
class TestFailoverSuits(FailoverCommon):
    """Only by an account that can send this fax, from a number that may be used."""

    def stays(self, fax, why):
        self.account.action_disconnect()
        self.go(fax)
        self.assertEqual((fax.state, fax.hold_kind), ("held", "account"))
        self.assertIn(why, fax.hold_reason)
        self.assertFalse(self.fake.submitted)

    def test_pages(self):
        fax = self.send()
        self.other.page_limit = fax.pages - 1 or 1
        fax.pages = self.other.page_limit + 1
        self.stays(fax, "so many pages")

    def test_countries(self):
        self.account.country_ids = self.env.ref("base.fr")
        fax = self.send(recipients=[{"name": "Dr Roux", "number": "+33142685300"}])
        self.stays(fax, "does not fax to this number")

    def test_cover_that_the_provider_draws(self):
        self.able(cover=CoverLimits())
        self.account.cover_by = "provider"
        fax = self.send(has_cover=True)
        self.assertTrue(fax.cover_by_provider)
        self.assertFalse(fax._way_refusal(self.other))
        FakeProvider.capabilities = type(FakeProvider.capabilities)()
        self.stays(fax, "draws no cover page")

    def test_number_of_somebody_else(self):
        self.theirs.user_ids = self.colleague
        fax = self.send()
        self.stays(fax, "no number")

    def test_number_that_is_gone(self):
        self.theirs.sudo().status = "missing"
        fax = self.send()
        self.stays(fax, "no number")

    def test_number_of_the_same_owner(self):
        """The same number, else the practitioner's, the location's, the default."""
        fax = self.send()
        place = self.company.partner_id
        at_place = self.number_of(self.other, "+15145550178", location_id=place.id)
        of_user = self.number_of(
            self.other, "+15145550179", practitioner_id=self.user.id
        )
        of_other = self.number_of(
            self.other, "+15145550180", practitioner_id=self.colleague.id
        )
        self.assertEqual(fax.practitioner_id, self.user)
        same = self.number_of(self.other, OUR)
        for number in (same, of_user):
            self.assertEqual(fax._number_at(self.other), number)
            number.active = False
        self.number.location_id = place
        self.assertEqual(fax._number_at(self.other), at_place)
        self.number.location_id = False
        self.assertEqual(fax._number_at(self.other), self.theirs)
        self.other.default_number_id = of_other
        self.assertEqual(fax._number_at(self.other), self.theirs)
        (self.theirs | at_place).active = False
        self.assertFalse(fax._number_at(self.other), "another practitioner's is not")

    def test_number_lost_after_it_moved(self):
        """It is never sent from a number that is not the account's."""
        fax = self.send()
        self.account.action_disconnect()
        self.run_cron("ir_cron_fax_send")
        self.assertEqual((fax.state, fax.account_id), ("queued", self.other))
        self.theirs.active = False
        self.go()
        self.assertEqual((fax.state, fax.hold_kind), ("held", "account"))
        self.assertIn("cannot go by Second: it has no number", fax.hold_reason)
        self.assertFalse(self.fake.submitted)

    def test_which_accounts(self):
        stranger = self.env["fax.account"].create(
            {"name": "Else", "code": "fake", "company_id": self.other_company.id}
        )
        training = self.new_account("Training", code="loopback")
        for account, other in (
            (self.account, stranger),
            (self.account, training),
            (training, self.account),
            (self.account, self.account),
            (self.other, self.account),
        ):
            with self.subTest(other=other.name), self.assertRaises(ValidationError):
                account.failover_account_id = other
        with self.assertRaises(ValidationError):
            self.other.code = "loopback"
        with self.assertRaises(ValidationError):
            self.other.company_id = self.other_company


@tagged("post_install", "-at_install")
class TestFailoverAfterARestore(FailoverCommon):
    """A backup may be from before a fax moved: it is looked for at every account."""

    def setUp(self):
        super().setUp()
        self.able(find=FindBy.REFERENCE)
        self.set_wait("look_pause_seconds", 0)
        self.fax = self.send()
        self.fax._hold_overdue("restored")

    def look(self, times):
        with mute_logger(LOOK):
            for _time in range(times):
                self.run_cron("ir_cron_fax_poll")

    def let_find(self, there):
        """Let accounts have what `there` (reference, account -> ids) says; gives the
        names of those that were asked."""
        asked = []

        def find(reference, fingerprint):
            self.env.invalidate_all()  # the queue has a cursor of its own
            account = self.fax.attempt_ids.account_id
            asked.append(account.name)
            return [Found(provider_id=key) for key in there(reference, account)]

        self.fake.find = find
        return asked

    def test_found_at_the_other_one(self):
        """Under the reference that the try there had."""
        self.let_find(
            lambda reference, account: (
                ["far"] if account == self.other and reference.endswith("-2") else []
            )
        )
        self.look(4)
        self.assertEqual(
            (self.fax.state, self.fax.account_id), ("submitted", self.other)
        )
        self.assertEqual(self.fax.attempt_ids.provider_id, "far")
        self.assertFalse(self.fake.submitted)

    def test_found_nowhere(self):
        """Each is asked twice before it counts as not there."""
        asked = self.let_find(lambda reference, account: [])
        self.look(5)
        references = len(asked) // 4
        names = ["Test account", "Second"]
        self.assertEqual(asked, [n for n in names for _ in range(2 * references)])
        self.assertFalse(self.fax.look_first)
        self.assertIn("does not have it", self.fax.hold_reason)

    def test_one_cannot_be_asked(self):
        self.other.action_disconnect()
        self.look(3)
        self.assertFalse(self.fax.look_first)
        self.assertIn("Ask the recipient", self.fax.hold_reason)
