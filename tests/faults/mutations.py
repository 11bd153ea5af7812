"""Each guard of each invariant, taken out: the tests named beside it must fail.

    make test-mutations                    all of them
    make test-mutations ARGS="index dates"   those whose name contains a word

The sources are copied aside, and the change is made there. A change whose text is not
found exactly once is refused, so that the list stays true to the sources. The numbers
are those of the invariants:

    1 nothing leaves without a row     6 no number in a log
    2 one open try, proven over        7 a callback is a hint
    3 the bytes are the frozen ones    9 what costs money is never repeated blindly
    4 content is read as the user     10 a copy sends nothing
    5 a failure reaches a person      11 what came in is one row, filed by a person
    8 units and money add up

medical_fax/tests/README.md has more of them, of rights and of what is shown.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mutation import (
    CALLBACKS,
    CLAIMS,
    COPIES,
    IN_ODOO,
    LIMITS,
    LOST,
    MODELS,
    PROVIDERS,
    Mutation,
)
from mutations_money import MONEY_MUTATIONS
from mutations_providers import AT_PROVIDERS

REPO = Path(__file__).resolve().parents[2]
FAILOVER = "tests/faults/test_failover.py::"
FAILOVER_IN_ODOO = IN_ODOO + "test_fax_failover.py::"

MUTATIONS = (
    Mutation(
        1,
        "the claim is not committed",
        (
            (MODELS + "fax_message_queue.py", "cron._commit_progress(done)", "pass"),
            (
                MODELS + "fax_message_queue.py",
                'self.env["ir.cron"]._commit_progress()\n            if not candidates',
                "if not candidates",
            ),
        ),
        (LOST + "test_taken[kill_taken]",),
    ),
    Mutation(
        2,
        "who takes over sends again",
        (
            (
                MODELS + "fax_attempt_look.py",
                'lost its worker", self.reference)\n            self._lose()',
                'lost its worker", self.reference)\n'
                "            self._end(FailureKind.PROVIDER_UNAVAILABLE)",
            ),
        ),
        (LOST + "test_taken[kill_taken]", LOST + "test_taken[kill_answered]"),
    ),
    Mutation(
        2,
        "unknown counts as not sent",
        (
            (
                MODELS + "fax_attempt_outcome.py",
                "        if error.proven_not_sent:",
                "        if True:",
            ),
        ),
        (
            LOST + "test_taken[answer_lost]",
            LOST + "test_taken[garbled]",
            LOST + "test_taken[server_error_after]",
        ),
    ),
    Mutation(
        2,
        "after the body's first byte counts as not sent",
        ((PROVIDERS + "http_wire.py", "self.left = True", "self.left = False"),),
        (LOST + "test_taken[answer_lost]", LOST + "test_taken[late]"),
    ),
    Mutation(
        2,
        "500 counts as a refusal",
        (
            (
                PROVIDERS + "documo_codes.py",
                "    429: K.RATE_LIMITED,\n}",
                "    429: K.RATE_LIMITED,\n    500: K.PROVIDER_UNAVAILABLE,\n}",
            ),
        ),
        (LOST + "test_taken[server_error_after]",),
    ),
    Mutation(
        2,
        "redirects are followed",
        ((PROVIDERS + "http.py", "allow_redirects=False", "allow_redirects=True"),),
        (LOST + "test_not_taken[redirect]",),
    ),
    Mutation(
        2,
        "one look proves that it was not taken",
        (
            (
                MODELS + "fax_attempt_look.py",
                '        pause = waits.delta(self.env, "look_pause")\n'
                "        if not self.missed_at",
                "        pause = timedelta(0)\n        if not self.missed_at",
            ),
        ),
        (LOST + "test_taken_after_the_first_look",),
    ),
    Mutation(
        2,
        "a look that failed counts as one",
        (
            (
                MODELS + "fax_attempt_look.py",
                "                self._record_no_look(answer)\n",
                "                self._record_missed()\n",
            ),
        ),
        (LOST + "test_the_number_waits_while_in_doubt",),
    ),
    Mutation(
        2,
        "ids that are known are not left out",
        (
            (
                MODELS + "fax_attempt.py",
                'known_ids=frozenset(self.search(others).mapped("provider_id"))',
                "known_ids=frozenset()",
            ),
        ),
        (LOST + "test_an_earlier_fax_is_not_taken_for_it",),
    ),
    Mutation(
        2,
        "the first of several that fit is taken",
        (
            (
                MODELS + "fax_attempt_look.py",
                "        if len(found) > 1:",
                "        if False:",
            ),
        ),
        (LIMITS + "test_twins", LIMITS + "test_two_in_doubt_and_several_alike"),
    ),
    Mutation(
        2,
        "faxes to a number do not wait for each other",
        (
            (
                MODELS + "fax_message_claim.py",
                " AND NOT EXISTS (",
                " AND NOT EXISTS (SELECT WHERE FALSE) AND (TRUE OR EXISTS (",
            ),
            (
                MODELS + "fax_message_claim.py",
                ")\n                    ORDER BY account_id, number",
                "))\n                    ORDER BY account_id, number",
            ),
            (
                MODELS + "fax_message_claim.py",
                " or self._number_in_doubt():",
                ":",
            ),
        ),
        (
            CLAIMS + "test_claims[2]",
            LOST + "test_the_number_waits_while_in_doubt",
        ),
        sql=("DROP INDEX fax_attempt_one_unresolved",),
    ),
    Mutation(
        2,
        "two tries of a fax may be open",
        (
            (
                MODELS + "fax_message_claim.py",
                "        if not self.try_lock_for_update(allow_referencing=True):\n"
                "            return None\n"
                "        self.invalidate_recordset()\n",
                "",
            ),
            (
                MODELS + "fax_message_claim.py",
                "if not self.filtered_domain(self._due_domain())"
                " or self._number_in_doubt():",
                "if False:",
            ),
            (
                MODELS + "fax_message_claim.py",
                'f"{self.uuid}-{number}"',
                'f"{self.uuid}-{number}-{os.getpid()}"',
            ),
            (
                MODELS + "fax_message_claim.py",
                "        place = self._free_place()",
                "        place = int.from_bytes(os.urandom(3))",
            ),
            (MODELS + "fax_message_claim.py", "        self._set_submitting()\n", ""),
        ),
        (CLAIMS + "test_claims[2]",),
        sql=(
            "DROP INDEX fax_attempt_one_open",
            "DROP INDEX fax_attempt_one_unresolved",
        ),
    ),  # fmt: skip
    Mutation(
        2,
        "a partly sent fax is tried again",
        (
            (
                PROVIDERS + "documo_wire.py",
                "        if complete:\n",
                "        if False:\n",
            ),
            (
                MODELS + "fax_attempt_outcome.py",
                "if not FAILURES[kind].redial or self.pages_sent:",
                "if False:",
            ),
        ),
        (LOST + "test_fates",),
    ),
    Mutation(
        2,
        "tries have no end",
        (
            (
                MODELS + "fax_attempt_outcome.py",
                "again = count < self.account_id.retry_limit",
                "again = count < 9",
            ),
        ),
        (LOST + "test_fates",),
    ),
    Mutation(
        2,
        "too many requests is not heeded",
        (
            (
                MODELS + "fax_account_trouble.py",
                "if error.kind is FailureKind.RATE_LIMITED or error.retry_after:",
                "if False:",
            ),
        ),
        (LIMITS + "test_retry_after",),
    ),
    Mutation(
        2,
        "look-ups have no pace",
        (
            (
                MODELS + "fax_account_pace.py",
                "WHERE pace.next_at <= %(now)s",
                "WHERE TRUE",
            ),
        ),
        (LIMITS + "test_history_eight_a_minute",),
    ),
    Mutation(
        2,
        "paused companies send",
        (
            (
                MODELS + "fax_message_hold.py",
                "        if self.company_id.fax_paused:",
                "        if False:",
            ),
        ),
        (LIMITS + "test_paused_company",),
    ),
    Mutation(
        2,
        "a failing account is sent to",
        (
            (
                MODELS + "fax_message_hold.py",
                'if account.state != "connected" or not account.active:',
                "if False:",
            ),
        ),
        (LIMITS + "test_refused_key",),
    ),
    Mutation(
        3,
        "the hash is not compared when sending",
        (
            (
                MODELS + "fax_document.py",
                'if hashlib.sha256(content or b"").hexdigest() != self.sudo().sha256:',
                "if False:",
            ),
        ),
        (IN_ODOO + "test_fax_document_file.py::TestChangedBytes::test_never_sent",),
    ),
    Mutation(
        6,
        "failed statements are logged",
        (("medical_fax/tools/quiet.py", "_quiet.set(True)", "_quiet.set(False)"),),
        (CLAIMS + "test_rounds_without_a_lock",),
    ),
    Mutation(
        7,
        "callbacks of strangers are taken",
        (
            (
                PROVIDERS + "documo.py",
                "        return hmac.compare_digest(given,"
                ' f"{user}:{password}".encode())',
                "        return True",
            ),
        ),
        (CALLBACKS + "test_forged",),
    ),
    Mutation(
        7,
        "one event twice is an error",
        ((MODELS + "fax_hint.py", "ON CONFLICT DO NOTHING", ""),),
        (CALLBACKS + "test_lies_and_strangers",),
    ),
    Mutation(
        7,
        "callbacks are not read",
        (
            (
                MODELS + "fax_message_ask.py",
                'self._step("Callbacks", hints._read_outbound)',
                "pass",
            ),
        ),
        (CALLBACKS + "test_asked_at_once[events0]",),
    ),
    Mutation(
        10,
        "a copy sends",
        (
            (
                MODELS + "fax_message_hold.py",
                '        if account.is_away:\n            return "copy", None',
                '        if False:\n            return "copy", None',
            ),
        ),
        (COPIES + "test_naive_copy_beside_the_live_one",),
    ),
    Mutation(
        10,
        "a copy asks",
        (
            (
                MODELS + "fax_message_ask.py",
                "reachable = accounts.filtered(lambda account: not account.is_away)",
                "reachable = accounts",
            ),
        ),
        (COPIES + "test_copy_of_what_is_under_way",),
    ),
    Mutation(
        10,
        "only the uuid tells databases apart",
        (
            (
                MODELS + "fax_account_home.py",
                'return "/".join((uuid or "", system, oid, name))',
                'return "/".join((uuid or "", system))',
            ),
        ),
        (
            COPIES + "test_naive_copy_beside_the_live_one",
            COPIES + "test_restored[pg_restore]",
        ),
    ),
    Mutation(
        10,
        "the oid is not looked at",
        (
            (
                MODELS + "fax_account_home.py",
                'return "/".join((uuid or "", system, oid, name))',
                'return "/".join((uuid or "", system, name))',
            ),
        ),
        (COPIES + "test_restored[pg_restore]",),
    ),
    Mutation(
        10,
        "neutralizing leaves the accounts as they are",
        (
            (
                "medical_fax/data/neutralize.sql",
                "UPDATE fax_account\n",
                "UPDATE fax_account SET home = home WHERE FALSE;\n"
                "CREATE TEMP TABLE fax_accounts AS SELECT * FROM fax_account;\n"
                "UPDATE fax_accounts\n",
            ),
            (
                MODELS + "fax_account_home.py",
                "and (neutralized or home != identity)",
                "and False",
            ),
        ),
        (COPIES + "test_neutralized",),
    ),
    Mutation(
        10,
        "a restored database is not looked up first",
        (
            (
                MODELS + "fax_account_home.py",
                "        messages._look_first_after_restore(accounts)\n",
                '        accounts._release_held("copy")\n',
            ),
        ),
        (COPIES + "test_restored[createdb]",),
    ),
    Mutation(
        10,
        "one of two alike is taken for the other",
        (
            (
                MODELS + "fax_attempt_look.py",
                "return bool(message.search_count(alike & states, limit=1))",
                "return False",
            ),
        ),
        (COPIES + "test_restored_with_one_of_two_alike_sent[1]",),
    ),
    Mutation(
        10,
        "a queue that slept sends what is overdue",
        (
            (
                MODELS + "fax_message_hold.py",
                "        if not last_round or last_round > limit:",
                "        if True:",
            ),
        ),
        (COPIES + "test_slept",),
    ),
    Mutation(
        4,
        "a report is made with all rights",
        (
            (
                "medical_fax/wizards/fax_composer_content.py",
                'reports = self.env["ir.actions.report"]',
                'reports = self.env["ir.actions.report"].sudo()',
            ),
        ),
        (
            IN_ODOO + "test_fax_source.py::TestFaxSourceReport::"
            "test_never_with_more_rights_than_the_user",
        ),
    ),
    Mutation(
        5,
        "nobody is told",
        (
            (
                MODELS + "fax_message_notices.py",
                "                messages._tell()",
                "                messages.told_at = waits.now()",
            ),
        ),
        (IN_ODOO + "test_fax_notices.py::TestNotices::test_the_sender_and_the_group",),
    ),
    Mutation(
        5,
        "the fallback group is not told",
        (
            (
                MODELS + "fax_message_notices.py",
                "        people |= ours(fallback)",
                "        people |= ours(fallback.browse())",
            ),
        ),
        (IN_ODOO + "test_fax_notices.py::TestNotices::test_the_sender_and_the_group",),
    ),
    Mutation(
        9,
        "an order whose outcome is not known is made again",
        (
            (
                MODELS + "fax_number_order_queue.py",
                "            self._set_unknown()\n"
                "            self.next_look_at = waits.now()",
                '            self.write({"state": "intent"})',
            ),
        ),
        (
            "tests/faults/test_numbers.py::"
            "test_not_ordered_and_not_asked_again[kill_arrived]",
        ),
    ),
    Mutation(
        11,
        "what is here is received again",
        (
            (
                MODELS + "fax_message_inbound.py",
                "        if known:\n            known._pages_came(account, fetched)",
                "        if False:\n            known._pages_came(account, fetched)",
            ),
        ),
        (IN_ODOO + "test_fax_receive.py::TestReceive::test_known_meanwhile",),
        ("DROP INDEX fax_message_inbound_uniq",),
    ),
    Mutation(
        11,
        "the database lets two workers receive the same fax",
        (),
        ("tests/faults/test_receiving.py::test_two_fetch_at_once",),
        ("DROP INDEX fax_message_inbound_uniq",),
    ),
    Mutation(
        11,
        "a fax whose pages cannot be had is no row",
        (
            (
                MODELS + "fax_unfetched.py",
                'if now - waiting.missed_at >= waits.delta(self.env, "unfetched"):',
                "if False:",
            ),
        ),
        (
            IN_ODOO + "test_fax_unfetched.py::TestUnfetched::"
            "test_it_becomes_a_row_after_a_while",
        ),
    ),
    Mutation(
        11,
        "pages are put to a fax that has them",
        (
            (
                MODELS + "fax_unfetched.py",
                "if self.file_error != UNFETCHED or fetched.error == UNFETCHED:",
                "if fetched.error == UNFETCHED:",
            ),
        ),
        (
            IN_ODOO + "test_fax_unfetched.py::TestUnfetched::"
            "test_they_are_pushed_meanwhile",
        ),
    ),
    Mutation(
        11,
        "filed by guess",
        (
            (
                MODELS + "fax_message_inbound.py",
                "        message._arrived()\n",
                "        message._arrived()\n"
                "        for offer in message._filing_candidates()[:1]:\n"
                '            message.patient_id = offer["partner_id"]\n',
            ),
        ),
        (IN_ODOO + "test_fax_code.py::TestCode::test_it_comes_back",),
    ),
    Mutation(
        11,
        "whoever sees a fax files it",
        (
            (
                MODELS + "fax_message_filing.py",
                "        self._check_may_fax_for_number()\n"
                '        partner = self.env["res.partner"]',
                '        partner = self.env["res.partner"]',
            ),
        ),
        (
            IN_ODOO
            + "test_fax_filing.py::TestFilingAccess::test_filing_needs_the_number",
        ),
    ),
    Mutation(
        11,
        "what is filed is filed again",
        (
            (
                MODELS + "fax_message_filing.py",
                'if self.direction != "in" or self.state != "received":',
                'if self.direction != "in":',
            ),
        ),
        (
            IN_ODOO + "test_fax_filing.py::TestFiling::"
            "test_what_cannot_be_shown_is_filed_all_the_same",
        ),
    ),
    Mutation(
        11,
        "undone, and still filed",
        (
            (
                MODELS + "fax_filing.py",
                "        messages._sync_filed()\n",
                "",
            ),
        ),
        (IN_ODOO + "test_fax_filing.py::TestFiling::test_undone",),
    ),
    Mutation(
        2,
        "failover: a lost answer counts as a refusal",
        (
            (
                MODELS + "fax_attempt_outcome.py",
                "            self._lose(error.kind)",
                "            self._end(error.kind, refused=True)",
            ),
        ),
        (
            FAILOVER + "test_lost_answer_never_moves[answer_lost]",
            FAILOVER_IN_ODOO + "TestFailover::test_never_while_the_outcome_is_unknown",
        ),
    ),
    Mutation(
        2,
        "failover: what was taken and failed moves",
        (
            (
                MODELS + "fax_attempt_outcome.py",
                "            self._end(status.failure)",
                "            self._end(status.failure, refused=True)",
            ),
            (
                MODELS + "fax_message_failover.py",
                "kind not in FAILOVER_KINDS or self.provider_id or message._is_open()",
                "kind not in FAILOVER_KINDS",
            ),
        ),
        (FAILOVER_IN_ODOO + "TestFailover::test_not_when_it_was_taken_and_failed",),
    ),
    Mutation(
        2,
        "failover: the chosen number goes to the other account",
        (
            (
                MODELS + "fax_attempt.py",
                "sender=self._sender().number",
                "sender=message.number_id.number",
            ),
        ),
        (
            FAILOVER + "test_moves[refused]",
            FAILOVER_IN_ODOO + "TestFailover::test_sent_from_its_number_and_told",
        ),
    ),
    Mutation(
        10,
        "failover: after a restore only the chosen account is asked",
        (
            (
                MODELS + "fax_attempt_look.py",
                "            if self._probe_elsewhere():\n                return\n",
                "",
            ),
        ),
        (FAILOVER_IN_ODOO + "TestFailoverAfterARestore::test_found_at_the_other_one",),
    ),
    Mutation(
        10,
        "failover: it moves before it was looked for",
        (
            (
                MODELS + "fax_message_failover.py",
                "if account.is_away or self.look_first or self._is_open():",
                "if account.is_away or self._is_open():",
            ),
        ),
        (
            FAILOVER_IN_ODOO
            + "TestFailoverOfAClosedAccount::test_not_before_it_was_looked_for",
        ),
    ),
    Mutation(
        10,
        "failover: an account in a copy takes over",
        (
            (
                MODELS + "fax_message_failover.py",
                "if not usable or account.is_away or account",
                "if not usable or account",
            ),
        ),
        (FAILOVER_IN_ODOO + "TestFailoverOfAClosedAccount::test_not_in_a_copy",),
    ),
    Mutation(
        4,
        "failover: it is sent from somebody else's number",
        (
            (
                MODELS + "fax_message_failover.py",
                "(not number.user_ids or self.user_id in number.user_ids)",
                "True",
            ),
        ),
        (FAILOVER_IN_ODOO + "TestFailoverSuits::test_number_of_somebody_else",),
    ),
)
MUTATIONS += AT_PROVIDERS + MONEY_MUTATIONS


def main(words):
    wrong = [text for each in MUTATIONS if (text := _not_there(each))]
    if wrong:
        sys.exit("\n".join(wrong))
    chosen = [
        each
        for each in MUTATIONS
        if not words or any(word in each.name for word in words)
    ]
    if not chosen:
        sys.exit("No mutation has such a name.")
    with _aside() as tree, _template() as template:
        named = [test for each in chosen for test in each.tests]
        _say("First without any change: all of these tests must pass")
        if done := _run(tree, template, sorted(set(named))):
            sys.exit(f"They do not:\n{done}")
        survived = [each for each in chosen if not _is_noticed(each, tree, template)]
    if survived:
        sys.exit("\n".join(f"Nothing noticed: {each.name}" for each in survived))
    _say(f"All {len(chosen)} were noticed")


def _not_there(mutation):
    for file, text, _new in mutation.edits:
        count = (REPO / file).read_text().count(text)
        if count != 1:
            return f"{mutation.name}: found {count} times in {file}: {text!r}"
    return None


def _is_noticed(mutation, tree, template):
    before = {file: (tree / file).read_text() for file, _old, _new in mutation.edits}
    try:
        for file, old, new in mutation.edits:
            path = tree / file
            path.write_text(path.read_text().replace(old, new))
        changed = _changed(template, mutation.sql)
        with changed if mutation.sql else contextlib.nullcontext(template) as database:
            # One by one: each of them must fail.
            outputs = [_run(tree, database, [test]) for test in mutation.tests]
    finally:
        for file, text in before.items():
            (tree / file).write_text(text)
    for test, output in zip(mutation.tests, outputs, strict=True):
        why = re.findall(r"^E  +(.+)$", output, re.M)[:1] if output else ["PASSED"]
        _say(f"{mutation.invariant:3d}  {mutation.name}: {test.split('::')[-1]}")
        _say(f"        {why[0][:150] if why else output[-500:]}")
    return all(outputs)


def _run(tree, template, tests):
    """Run tests in the copy of the sources; gives their output if some failed."""
    said = ""
    for in_odoo in (False, True):
        mine = [test for test in tests if test.startswith(IN_ODOO) == in_odoo]
        if mine:
            said += _pytest(tree, template, mine, in_odoo)
    return said


def _pytest(tree, template, tests, in_odoo):
    config = subprocess.run(
        [sys.executable, "dev/database.py", "config"],
        cwd=tree, check=True, text=True, capture_output=True,
    ).stdout.strip()  # fmt: skip
    options = []
    environment = os.environ | {"FAULTS_TEMPLATE": template, "ODOO_RC": config}
    with _changed(template, ()) if in_odoo else contextlib.nullcontext() as database:
        if in_odoo:
            options = [f"--odoo-config={config}", f"--odoo-database={database}"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *options, *tests],
            cwd=tree, env=environment, text=True, capture_output=True,
            timeout=560,
        )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}")
    return done.stdout if done.returncode else ""


@contextlib.contextmanager
def _aside():
    """A copy of the sources as they are."""
    with tempfile.TemporaryDirectory(prefix="mutations") as folder:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=REPO, check=True, text=True, capture_output=True,
        ).stdout.splitlines()  # fmt: skip
        for name in listed:
            if (REPO / name).is_file():
                target = Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(REPO / name, target)
        yield Path(folder)


@contextlib.contextmanager
def _template():
    """The prepared database of the sources as they are, for all of them."""
    with _copied(os.environ.get("FAULTS_TEMPLATE")) as name:
        yield name


@contextlib.contextmanager
def _changed(template, statements):
    with _copied(template) as name:
        for statement in statements:
            subprocess.run(
                ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", name, "-c", statement],
                check=True,
            )
        yield name


@contextlib.contextmanager
def _copied(template):
    sys.path.insert(0, str(REPO / "dev"))
    import clone
    import database

    name = f"medical_fax_test_{clone.clone_id()}_m{time.monotonic_ns():x}"
    try:
        yield database.copy(name, template)
    finally:
        database.drop(name)


def _say(text):
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
