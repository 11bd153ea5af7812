from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from ..document import Built, Labels, ReportRow, transmission_report
from ..models.fax_number_provider import UNUSABLE
from ..providers import ProviderError
from ..providers.http import dates_seen
from ..tools import waits
from ..tools.fax_number import FaxNumberError

_lt = LazyTranslate(__name__)

# Clocks that are further apart (seconds): worth a look, and not to be relied upon.
CLOCK_APART = 60
CLOCK_WRONG = 300
# A scheduled action that has not run for so many of its intervals does not run.
MISSED_RUNS = 5
CRONS = {
    "ir_cron_fax_send": _lt("Sending"),
    "ir_cron_fax_poll": _lt("Asking how faxes went"),
    "ir_cron_fax_receive": _lt("Fetching received faxes"),
}


class FaxAccountTest(models.TransientModel):
    """Everything about an account, tried at once, and a page to a number of one's own.

    The provider and our own address are called before anything is written; the page
    goes through the queue as every fax does.
    """

    _name = "fax.account.test"
    _description = "Test of a Fax Account"

    account_id = fields.Many2one("fax.account", required=True, readonly=True)
    line_ids = fields.One2many("fax.account.test.line", "test_id", readonly=True)
    own_number_id = fields.Many2one(
        "fax.number",
        "To our own number",
        domain="[('company_id', '=', company_id)]",
        help="Any number of yours that takes faxes.",
    )
    company_id = fields.Many2one(related="account_id.company_id")
    number_typed = fields.Char("Another number")
    message_id = fields.Many2one("fax.message", "Test page", readonly=True)
    message_words = fields.Char(related="message_id.state_words", string="Test page is")
    answer = fields.Selection(
        [("arrived", "It arrived"), ("missed", "It did not arrive")], readonly=True
    )

    def write(self, vals):
        if not self.env.su and not set(vals) <= {"own_number_id", "number_typed"}:
            raise UserError(self.env._("What was tried and found is not written."))
        return super().write(vals)

    # THE TEST PAGE

    def action_send_page(self):
        """Send a page to a number of one's own, through the queue."""
        self.ensure_one()
        account = self.account_id
        account._check_can_ask()
        self.env["fax.message"]._check_may_fax()
        if self.message_id:
            raise UserError(self.env._("The test page was sent already."))
        sender = account._test_sender()
        if not sender:
            raise UserError(self.env._("Add a number to fax from first."))
        try:
            number = account._parse_number(
                self.number_typed or self.own_number_id.number or ""
            )
        except FaxNumberError as error:
            words = self.env["fax.contact"]._number_error_text(error)
            raise UserError(words) from error
        document = self.env["fax.document"]._freeze(self._page(), self.company_id, [])
        # sudo: people only read workflow rows; the right was checked
        message = (
            self.env["fax.message"]
            .sudo()
            ._new(self._prepare_message(sender, number, document))
        )
        message._set_queued()
        message._wake()
        self.sudo().message_id = message  # sudo: readonly to people
        return self._open()

    def _prepare_message(self, sender, number, document):
        return {
            "company_id": self.company_id.id,
            "account_id": self.account_id.id,
            "number_id": sender.id,
            "user_id": self.env.uid,
            "number": number.e164,
            "document_id": document.id,
            "pages": document.sudo().pages,  # sudo: not visible before its fax exists
            "subject": self.env._("Test page"),
            "purpose": "operations",
        }

    def _page(self):
        """A document of one page, without anything about anybody."""
        account = self.account_id
        rows = [
            ReportRow(self.env._("Fax account"), account.name),
            ReportRow(self.env._("Clinic"), self.company_id.name),
            ReportRow(self.env._("Result"), self.env._("If you read this, it works.")),
        ]
        pdf = transmission_report(
            self.env._("Test page"),
            rows,
            None,
            Labels(),
            paper=account._paper(self.company_id.country_id.code),
        )
        return Built(pdf=pdf, pages=1, page_infos=())

    def action_refresh(self):
        """Show how far the test page is."""
        self.ensure_one()
        return self._open()

    def action_arrived(self):
        return self._answer("arrived")

    def action_missed(self):
        return self._answer("missed")

    def _answer(self, answer):
        """What the person at the other machine saw, kept on the account."""
        self.ensure_one()
        self.account_id._check_manager()
        if not self.message_id:
            raise UserError(self.env._("Send the test page first."))
        self.sudo().answer = answer  # sudo: readonly to people
        words = dict(self._fields["answer"]._description_selection(self.env))[answer]
        self.account_id.message_post(
            body=self.env._(
                "Test page %(fax)s: %(answer)s.",
                fax=self.message_id.name,
                answer=words,
            )
        )
        return self._open()

    def _open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test of %(account)s", account=self.account_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }


class FaxAccountTestLine(models.TransientModel):
    """One thing that was tried: how it went, and what to do."""

    _name = "fax.account.test.line"
    _description = "Line of a Test of a Fax Account"
    _order = "id"

    test_id = fields.Many2one(
        "fax.account.test", required=True, readonly=True, ondelete="cascade"
    )
    name = fields.Char("What", readonly=True)
    result = fields.Selection(
        [
            ("ok", "Good"),
            ("warn", "Look at it"),
            ("fail", "Does not work"),
            ("none", "Cannot be tried"),
        ],
        readonly=True,
    )
    text = fields.Char("What was found", readonly=True)


class FaxAccount(models.Model):
    _inherit = "fax.account"

    def action_test_all(self):
        """Try everything that this account needs, and show it line by line."""
        self._check_can_ask()
        lines = [
            line for try_it in self._trials() for line in try_it() if line is not None
        ]
        values = [
            fields.Command.create({"name": name, "result": result, "text": text})
            for name, result, text in lines
        ]
        # sudo: readonly to people
        test = self.env["fax.account.test"].sudo()
        test = test.create({"account_id": self.id, "line_ids": values})
        return test.with_env(self.env)._open()

    def _trials(self):
        """Hook: methods that give lines of name, result and text. They only read."""
        return [
            self._try_provider,
            self._try_callback,
            self._try_crons,
            self._try_number,
        ]

    def _try_provider(self):
        """The key, and the provider's clock against ours."""
        name = self.env._("Signing in")
        with dates_seen() as seen:
            try:
                self._verifier().verify()
                yield name, "ok", self.env._("The provider lets us in.")
            except ProviderError as error:
                yield name, "fail", self._connect_error_words(error)
        if not self._capabilities().training:
            yield self.env._("Clock"), *self._clock_words(seen)

    def _clock_words(self, seen):
        if not seen:
            return "none", self.env._(
                "This provider does not tell its time, so that ours cannot be compared."
            )
        their, our = seen[-1]
        apart = (our - their).total_seconds()
        if abs(apart) <= CLOCK_APART:
            return "ok", self.env._("Our clock and the provider's agree.")
        words = (
            self.env._(
                "Our clock is %(minutes)s minutes ahead of the provider's. Let the "
                "server set its clock from the network (NTP)."
            )
            if apart > 0
            else self.env._(
                "Our clock is %(minutes)s minutes behind the provider's. Let the "
                "server set its clock from the network (NTP)."
            )
        )
        result = "warn" if abs(apart) <= CLOCK_WRONG else "fail"
        return result, words % {"minutes": max(round(abs(apart) / 60), 1)}

    def _try_callback(self):
        # sudo: whether there is an address yet
        if not self.has_callbacks or not self.sudo().callback_token:
            return
        probe = self.action_probe_callback()
        text = probe["text"]
        if not probe["arrived"]:
            text = self.env._(
                "%(why)s Until then we ask the provider: everything works, a little "
                "later.",
                why=text,
            )
        yield (
            self.env._("Calls from the provider"),
            "ok" if probe["arrived"] else "warn",
            text,
        )

    def _try_crons(self):
        able = self._capabilities().receive
        for xml_id, label in CRONS.items():
            if xml_id != "ir_cron_fax_receive" or able:
                # sudo: when it ran, for a manager who may not open scheduled actions
                cron = self.env.ref(f"medical_fax.{xml_id}").sudo()
                yield self.env._(label), *self._cron_words(cron)

    @api.model
    def _cron_words(self, cron):
        if not cron.active:
            return "fail", self.env._(
                "The scheduled action is switched off. An administrator switches it on "
                "under Settings, Technical, Scheduled Actions."
            )
        every = timedelta(**{cron.interval_type: cron.interval_number})
        last = cron.lastcall
        if not last or waits.now() - last > every * MISSED_RUNS:
            return "fail", self.env._(
                "It does not run by itself. The server must run scheduled actions "
                "(max_cron_threads above 0)."
            )
        local = fields.Datetime.context_timestamp(self, last).strftime("%H:%M:%S")
        return "ok", self.env._("Ran last at %(time)s.", time=local)

    def _try_number(self):
        number = self._test_sender()
        yield (
            self.env._("A number to fax from"),
            "ok" if number else "fail",
            number.number_display
            or self.env._("There is none yet. Add it under Numbers, on the account."),
        )

    def _test_sender(self):
        usable = self.number_ids.filtered(lambda n: n.status not in UNUSABLE)
        return (self.default_number_id & usable or usable)[:1]
