from lxml import etree
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..providers import FAILURES, FailureKind, FixedBy
from .common import FaxCommon, FaxHttpCommon, RpcError

K = FailureKind
JARGON = ("HTTP", "API", "T.30", "error", "timeout", "quota")
FILTERS = ("failed_for_a_reason", "retry_helps") + tuple(
    f"fixed_by_{side}" for side in FixedBy
)


class FailureFixture:
    def setUp(self):
        super().setUp()
        self.failures = self.env["fax.failure"]
        self.busy = self.failures._for(K.BUSY)
        self.fax = self.send()

    def fail(self, kind="busy", state="failed", **values):
        self.set_state(self.fax, state, failure_kind=kind, **values)

    def label(self, kind="busy", **context):
        """The label as the list, the search and the grouping of faxes have it."""
        faxes = self.env["fax.message"].with_user(self.user).with_context(**context)
        field = faxes.fields_get(["failure_kind"], ["selection"])["failure_kind"]
        return dict(field["selection"])[kind]


@tagged("post_install", "-at_install")
class TestDictionary(FailureFixture, FaxCommon):
    """A row for each kind of failure; the words are data, what follows is not."""

    def test_one_row_a_kind(self):
        rows = self.failures.search([])
        self.assertEqual(sorted(rows.mapped("code")), sorted(map(str, K)))
        for kind in K:
            row = self.env.ref(f"medical_fax.fax_failure_{kind}")
            self.assertEqual(self.failures._for(kind), row)
            self.assertEqual(self.failures._for(kind.value), row)
        self.assertFalse(self.failures._for("bussy"))
        self.assertFalse(self.failures._for(False))

    def test_what_follows_is_read_from_the_table(self):
        for kind, facts in FAILURES.items():
            row = self.failures._for(kind)
            self.assertEqual(row.fixed_by, facts.fixed_by.value)
            self.assertEqual(row.retry_helps, facts.retry_helps)
            self.assertEqual(row.redial, facts.redial)

    def test_labels_tell_the_kinds_apart(self):
        rows = self.failures.search([])
        self.assertEqual(len(set(rows.mapped("name"))), len(K))
        self.assertEqual(len(set(rows.mapped("advice"))), len(K))

    def test_texts_are_sentences_for_a_front_desk(self):
        for row in self.failures.search([]):
            with self.subTest(row.code):
                self.assertTrue(row.name[0].isupper())
                self.assertLessEqual(len(row.name), 30)
                self.assertTrue(row.advice[0].isupper() and row.advice.endswith("."))
                self.assertNotIn("  ", row.advice)
                self.assertNotIn("\n", row.advice)
                self.assertNotIn("%", row.advice)
                for jargon in JARGON:
                    self.assertNotIn(jargon, row.advice)

    def test_whoever_must_fix_it_is_named_in_the_advice(self):
        named = {FixedBy.MANAGER: "fax manager", FixedBy.RECIPIENT: "call"}
        for kind, facts in FAILURES.items():
            words = named.get(facts.fixed_by, "")
            self.assertIn(words, self.failures._for(kind).advice, kind)

    def test_a_second_row_of_a_kind(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.failures.create({"code": "busy", "name": "Again", "advice": "No."})

    def test_a_missing_row_is_harmless(self):
        """A kind that is newer than the data still has a word, and no advice."""
        self.fail()
        self.busy.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.label(), "busy")
        self.assertEqual(self.fax.state_words, "Not delivered (busy)")
        self.assertFalse(self.fax.failure_advice)
        self.assertEqual(self.failures._words(K.BUSY), "busy")
        self.assertEqual(self.failures._words(K.BLOCKED)[:9], "Blocked. ")
        self.assertEqual(self.fax.failure_fixed_by, "recipient")
        self.assertTrue(self.fax.failure_retry_helps)

    def test_a_row_of_a_kind_that_is_gone(self):
        row = self.failures.new({"code": "no_paper", "name": "x", "advice": "y"})
        facts = (row.fixed_by, row.retry_helps, row.redial)
        self.assertEqual(facts, (False, False, False))


@tagged("post_install", "-at_install")
class TestEditing(FailureFixture, FaxCommon):
    """Managers change the words, and everybody reads them at once."""

    def edit(self, **values):
        self.busy.with_user(self.manager).write(values)
        self.env.invalidate_all()

    def test_a_label_shows_wherever_faxes_are_listed(self):
        self.fail()
        self.edit(name="Engaged")
        self.user.group_ids |= self.env.ref("base.group_allow_export")
        fax = self.fax.with_user(self.user)
        self.assertEqual(self.label(), "Engaged")
        self.assertEqual(fax.state_words, "Not delivered (Engaged)")
        self.assertEqual(fax.export_data(["failure_kind"])["datas"], [["Engaged"]])

    def test_advice_shows_on_the_fax_and_its_report(self):
        self.fail()
        self.edit(advice="Ring them.")
        self.assertEqual(self.fax.with_user(self.user).failure_advice, "Ring them.")
        self.assertIn("Ring them.", dict(self.fax._report_rows()).values())
        self.assertEqual(self.failures._words("busy"), "Line busy. Ring them.")

    def test_in_the_language_of_who_reads(self):
        for lang in ("fr_FR", "es_ES"):
            self.env["res.lang"]._activate_lang(lang)
        self.fail()
        french = self.busy.with_user(self.manager).with_context(lang="fr_FR")
        french.write({"name": "Occupé", "advice": "Réessayez."})
        self.env.invalidate_all()
        self.assertEqual(self.label(lang="fr_FR"), "Occupé")
        self.assertEqual(self.label(lang="en_US"), "Line busy")
        self.assertEqual(self.label(lang="es_ES"), self.busy.with_context(
            lang="es_ES").name)  # fmt: skip
        fax = self.fax.with_context(lang="fr_FR")
        self.assertIn("Occupé", fax.state_words)
        self.assertEqual(fax.failure_advice, "Réessayez.")
        self.assertNotEqual(self.fax.failure_advice, "Réessayez.")

    def test_who_reads_and_who_edits(self):
        may_read = self.user | self.colleague | self.manager | self.denied
        may_edit = self.manager | self.denied | self.stranger
        for user in may_read | self.plain | self.stranger:
            row = self.busy.with_user(user)
            with self.subTest(user=user.login):
                readable = user in may_read | self.stranger
                self.assertEqual(row.has_access("read"), readable)
                self.assertEqual(row.has_access("write"), user in may_edit)
                for value in ({"name": "x"}, {"advice": "x"}):
                    if user not in may_edit:
                        with self.assertRaises(AccessError):
                            row.write(value)

    def test_nobody_makes_or_deletes_one(self):
        admin = self.env.ref("base.user_admin")
        values = {"code": "busy", "name": "x", "advice": "x"}
        for user in self.user | self.manager | self.plain | admin:
            row = self.busy.with_user(user)
            with self.subTest(user=user.login):
                for attempt in (
                    lambda row: row.create(dict(values)),
                    lambda row: row.unlink(),
                    lambda row: row.copy(),
                ):
                    with self.assertRaises(AccessError):
                        attempt(row)

    def test_a_text_stays_with_its_kind(self):
        for row in (self.busy.with_user(self.manager), self.busy.sudo()):
            with self.assertRaises(UserError):
                row.write({"code": "blocked"})
            with self.assertRaises(UserError):
                row.write({"name": "x", "code": False})
        # What an installation writes again is no change.
        self.busy.write({"code": "busy", "name": "Engaged"})
        self.assertEqual((self.busy.code, self.busy.name), ("busy", "Engaged"))

    def test_what_follows_cannot_be_written(self):
        row = self.busy.with_user(self.manager)
        row.write({"redial": False, "retry_helps": False, "fixed_by": "sender"})
        self.env.invalidate_all()
        self.assertEqual((row.fixed_by, row.redial), ("recipient", True))
        self.assertTrue(row.retry_helps)

    def test_an_import_changes_words_only(self):
        failures = self.failures.with_user(self.manager)
        key = "medical_fax.fax_failure_busy"
        refused = failures.load(["id", "code"], [[key, "blocked"]])
        self.assertFalse(refused["ids"])
        made = failures.load(["code", "name", "advice"], [["busy", "x", "x"]])
        self.assertFalse(made["ids"])
        self.assertEqual(self.busy.code, "busy")
        self.assertEqual(self.failures.search_count([]), len(K))
        self.assertTrue(failures.load(["id", "name"], [[key, "Engaged"]])["ids"])
        self.assertEqual(self.busy.name, "Engaged")


@tagged("post_install", "-at_install")
class TestThroughRpc(FailureFixture, FaxHttpCommon):
    """What holds for the ORM holds for a program that logs in."""

    def assertRefused(self, method, /, *args, **kwargs):
        with mute_logger("odoo.http"), self.assertRaises(RpcError):
            self.call_kw("fax.failure", method, *args, **kwargs)

    def test_words_only(self):
        ids = self.busy.ids
        forged = {"default_code": "blocked"}
        for user in (self.user, self.manager, self.plain):
            self.login(user)
            with self.subTest(user=user.login):
                self.assertRefused("web_save", ids, {"code": "blocked"}, {})
                self.assertRefused("write", ids, {"code": "blocked"}, context=forged)
                self.assertRefused("create", [{"name": "x", "advice": "x"}])
                self.assertRefused("unlink", ids)
                self.assertRefused("_for", "busy")
                self.assertRefused("_labels")
        self.login(self.user)
        self.assertRefused("write", ids, {"name": "x"})
        self.login(self.manager)
        self.call_kw("fax.failure", "web_save", ids, {"name": "Engaged"}, {})
        self.login(self.user)
        views = self.call_kw("fax.message", "get_views", [[False, "search"]])
        field = views["models"]["fax.message"]["fields"]["failure_kind"]
        self.assertIn(["busy", "Engaged"], field["selection"])


@tagged("post_install", "-at_install")
class TestAdvice(FailureFixture, FaxCommon):
    """Which words a fax gets, and what they must say."""

    def assertAdvises(self, kind, *words):
        self.fail(kind)
        for word in words:
            self.assertIn(word, self.fax.failure_advice)

    def test_what_the_usual_failures_say(self):
        self.assertAdvises("busy", "busy", "Send it again in a few minutes")
        self.assertAdvises("connection", "recipient's end or at ours", "Send it again")
        self.assertAdvises("document_rejected", "page or file", "plain copy")
        self.assertAdvises("account_inactive", "trial", "ended", "plan is not active")
        self.assertAdvises("account_inactive", "fax manager", "provider's website")
        self.assertAdvises("caller_id", "porting", "fax manager", "provider's website")
        menu = self.env.ref("medical_fax.menu_numbers").complete_name
        self.assertAdvises("caller_id", menu.replace("/", " > "))

    def test_the_page_at_fault(self):
        self.fail("document_rejected", failure_detail="5200 Page 2: bad", pages=3)
        fax = self.fax.with_user(self.user)
        self.assertTrue(fax.failure_advice.endswith("The provider names page 2."))
        self.assertNotIn("5200", fax.failure_advice)
        self.fail("document_rejected", failure_detail="5200 Page 7: bad")
        self.assertNotIn("The provider names", self.fax.failure_advice)
        self.fail("busy", failure_detail="6100 busy on page 2")
        self.assertNotIn("page 2", self.fax.failure_advice)

    def test_who_does_not_know_the_outcome_is_not_told_to_send(self):
        """Whatever kept it from us: it may have arrived."""
        self.fail("provider_unavailable", "uncertain")
        unknown = self.failures._for(K.UNKNOWN)
        self.assertEqual(self.fax.failure_advice, unknown.advice)
        self.assertIn("before sending again", unknown.advice)
        self.assertFalse(self.fax.failure_retry_helps)
        self.assertIn("Fax provider not reachable", self.fax.state_words)

    def test_a_fax_on_its_way_needs_no_advice(self):
        """It waits for its next try, which the queue makes by itself."""
        for state in ("queued", "submitting", "submitted", "delivered", "cancelled"):
            self.fail("busy", state)
            self.assertFalse(self.fax.failure_advice, state)
            self.assertFalse(self.fax.failure_fixed_by, state)
            self.assertFalse(self.fax.failure_retry_helps, state)


@tagged("post_install", "-at_install")
class TestSearch(FailureFixture, FaxCommon):
    """Faxes by who can fix them, and by whether sending again helps."""

    def found(self, *domain):
        faxes = self.env["fax.message"].with_user(self.user)
        return bool(faxes.search([("id", "=", self.fax.id), *domain]))

    def states(self):
        for kind in (*K, False):
            yield "failed", kind and kind.value
        yield "partial", "partly_sent"
        yield "uncertain", "provider_unavailable"
        yield "queued", "busy"
        yield "delivered", False

    def test_search_finds_what_is_shown(self):
        sides = [by.value for by in FixedBy] + [False]
        for state, kind in self.states():
            self.fail(kind, state)
            fixed_by = self.fax.failure_fixed_by
            helps = self.fax.failure_retry_helps
            with self.subTest(state=state, kind=kind):
                for side in sides:
                    expected = fixed_by == side
                    self.assertEqual(
                        self.found(("failure_fixed_by", "=", side)), expected
                    )
                    self.assertEqual(
                        self.found(("failure_fixed_by", "!=", side)), not expected
                    )
                self.assertTrue(self.found(("failure_fixed_by", "in", sides)))
                self.assertEqual(self.found(("failure_retry_helps", "=", True)), helps)
                self.assertNotEqual(
                    self.found(("failure_retry_helps", "=", False)), helps
                )

    def test_filters_of_the_search(self):
        view = self.env.ref("medical_fax.fax_message_view_search")
        filters = {
            node.get("name"): safe_eval(node.get("domain"))
            for node in etree.fromstring(view.arch).iter("filter")
            if node.get("name") in FILTERS
        }
        self.assertEqual(set(filters), set(FILTERS))
        for kind, state, names in (
            ("busy", "failed", {"failed_for_a_reason", "retry_helps", "recipient"}),
            (
                "credentials",
                "failed",
                {"failed_for_a_reason", "retry_helps", "manager"},
            ),
            (
                "rate_limited",
                "failed",
                {"failed_for_a_reason", "retry_helps", "provider"},
            ),
            ("invalid_number", "failed", {"failed_for_a_reason", "sender"}),
            ("partly_sent", "partial", {"failed_for_a_reason", "sender"}),
            ("unknown", "failed", {"sender"}),
            ("busy", "uncertain", {"sender"}),
            ("busy", "queued", set()),
            (False, "delivered", set()),
        ):
            self.fail(kind, state)
            found = {name for name in filters if self.found(*filters[name])}
            found = {name.removeprefix("fixed_by_") for name in found}
            self.assertEqual(found, names, (kind, state))

    def test_grouped_by_reason(self):
        self.fail()
        faxes = self.env["fax.message"].with_user(self.user)
        groups = faxes.formatted_read_group(
            [("id", "=", self.fax.id)], ["failure_kind"], ["__count"]
        )
        self.assertEqual([g["failure_kind"] for g in groups], ["busy"])
