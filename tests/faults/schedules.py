"""Playing schedules of faults: many in one server's life, several servers at once.

    python -m faults.schedules SEED COUNT

plays `COUNT` schedules from `SEED` on. Ten seeds in a row are one life: one database,
whose one or two workers serve all ten accounts, so that what befalls one account's
faxes (a kill above all) befalls the others' too.
"""

import os
import random
import sys
import threading
import time
import traceback
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from simulators.callbacks import Timeline

from . import invariants, plan, rig
from .adapters import ADAPTERS
from .checks import told

A_LIFE = 10
AT_ONCE = 3
QUICK = (0, 50)  # seed and count in `make test`
# Seconds: how long to try a provider that is down, and to look where nothing tells.
WAITS = {"unreached_longest": 8, "look_longest": 6}
SECONDS = 90  # most that a life may take to come to rest


def lives(seed, count):
    """The seeds, life by life."""
    found = {}
    for each in range(seed, seed + count):
        found.setdefault(each // A_LIFE, []).append(each)
    return list(found.values())


def play(odoo, database, seeds):
    """Play the schedules of one life; gives what was wrong, by seed, and counts."""
    schedules = [plan.make(seed) for seed in seeds]
    workers = random.Random(f"life {seeds[0] // A_LIFE}").choice((1, 1, 2))
    with rig.Server(odoo, database, workers, waits=WAITS) as server:
        server.serve_pages()
        lines = server.open_lines(
            *((each.provider, each.account, each.settings) for each in schedules)
        )
        acts = Timeline()
        try:
            faxes = server.run(
                "queue_all",
                orders=[
                    (line.account, [line.fax(**fax) for fax in schedule.faxes])
                    for line, schedule in zip(lines, schedules, strict=True)
                ],
            )
            for line, schedule, ids in zip(lines, schedules, faxes, strict=True):
                _prepare(server, line, schedule, ids, acts)
            server.start()
            return _watch(server, lines, seeds, acts)
        finally:
            acts.stop()


def _prepare(server, line, schedule, ids, acts):
    line.subscribe(*schedule.events)
    for fault in schedule.faults:
        line.fault(**fault)
    for seconds, what, which in schedule.acts:
        fax = ids[which % len(ids)]
        act = _ACTS.get(what) or partial(_of_the_provider, what)
        acts.after(seconds, partial(_do, server, act, server, line, fax, acts))


def _do(server, act, *arguments):
    try:
        act(*arguments)
    except Exception:
        server.failures.append(traceback.format_exc())


def _watch(server, lines, seeds, acts):
    """Wait until each is at rest; what is wrong then, by seed."""
    found, until = {}, time.monotonic() + SECONDS
    while acts.pending:
        time.sleep(0.05)
    for line, seed in zip(lines, seeds, strict=True):
        try:
            line.settle(max(until - time.monotonic(), 1))
            found[seed] = invariants.broken(line)
        except AssertionError as error:
            found[seed] = [str(error)]
    server.stop()
    server.run("tell")
    counts = Counts(kills=server.deaths)
    for line, seed in zip(lines, seeds, strict=True):
        found[seed] += invariants.untold(line)
        counts.add(line)
    wrong = {
        seed: "\n".join([*found[seed], told(line)])
        for line, seed in zip(lines, seeds, strict=True)
        if found[seed]
    }
    if server.failures:
        wrong.setdefault(seeds[0], "\n".join(server.failures))
    return wrong, counts


class Counts(Counter):
    """What has happened in all, and at each provider."""

    def add(self, line):
        messages = line.messages().values()
        mine = {
            "faxes": len(messages),
            "tries": sum(len(message["attempts"]) for message in messages),
            "faults": len(line.simulator.faults.shown),
            "unsure": sum(message["state"] == "uncertain" for message in messages),
            "callbacks": len(getattr(line.simulator, "called_back", ())),
        }
        self.update(mine)
        code = line.provider.code
        self.update({(code, name): count for name, count in mine.items()})
        self[code, "schedules"] += 1

    def __str__(self):
        return ", ".join(
            f"{count} {name}"
            for name, count in sorted(self.items(), key=str)
            if isinstance(name, str)
        )

    def by_provider(self):
        """Schedules of each provider, with their faxes and what went wrong there."""
        return "; ".join(
            f"{code} {self[code, 'schedules']} ({self[code, 'faxes']} faxes,"
            f" {self[code, 'faults']} faults, {self[code, 'unsure']} unsure)"
            for code in ADAPTERS
        )


# What happens by itself, or is done by people


def _power_cut(server, line, fax, acts):
    server.kill()


def _provider_down(server, line, fax, acts):
    line.simulator.listen(False)
    threading.Timer(0.6, line.simulator.listen, [True]).start()


def _paused(server, line, fax, acts):
    server.run("pause_sending", company=line.company, paused=True)
    time.sleep(0.3)
    server.run("pause_sending", company=line.company, paused=False)


def _press(button, server, line, fax, acts):
    server.run("press", model="fax.message", ids=[fax], button=button)


def _again(server, line, fax, acts, left=12):
    """Sent again by a person, as soon as that is possible."""
    (row,) = server.sql("SELECT state FROM fax_message WHERE id = %s", fax)
    if row["state"] in invariants.FINAL:
        _press("action_resend", server, line, fax, acts)
    elif left:
        later = partial(_again, server, line, fax, acts, left - 1)
        acts.after(0.4, partial(_do, server, later))


def _of_the_provider(what, server, line, fax, acts):
    getattr(line.provider, what)()


_ACTS = {
    "power cut": _power_cut,
    "provider down": _provider_down,
    "paused": _paused,
    "undo": partial(_press, "action_undo"),
    "ask": partial(_press, "action_ask_provider"),
    "stop": partial(_press, "action_cancel"),
    "again": _again,
}


# All of them


_say = partial(print, flush=True)


def play_all(odoo, template, seed, count, say=_say, at_once=AT_ONCE):
    """Play many, several lives at once; gives what was wrong, by seed."""
    began, done, wrong, total = time.monotonic(), 0, {}, Counts()
    left = set(range(seed, seed + count))
    with ThreadPoolExecutor(at_once) as pool:
        playing = {
            pool.submit(_play_on_a_copy, odoo, template, seeds): seeds
            for seeds in lives(seed, count)
        }
        for future in as_completed(playing):
            seeds, (found, counts) = playing[future], future.result()
            done, wrong = done + len(seeds), wrong | found
            left = left.difference(seeds)
            total.update(counts)
            say(
                f"{done:5d} of {count} schedules, {time.monotonic() - began:5.0f} s:"
                f" {total}; {len(wrong)} wrong{_rest(left)}"
                f"{_more(total, left)}"
            )
            for each, text in found.items():
                say(f"seed {each} is wrong; again by:  {again(each)}\n{text}")
    return wrong


def _more(total, left):
    """What the last line tells besides."""
    return "" if left else f"; {total.by_provider()}"


def _rest(left):
    """How to go on after an interruption."""
    if not left:
        return ""
    return f"; to go on: SEED={min(left)} COUNT={max(left) - min(left) + 1}"


def again(seed):
    """The command that repeats the life in which it was."""
    return f"make test-faults SEED={seed // A_LIFE * A_LIFE} COUNT={A_LIFE}"


def _play_on_a_copy(odoo, template, seeds):
    with _copied(template) as database:
        return play(odoo, database, seeds)


@contextmanager
def _copied(template):
    import clone
    import database

    name = f"medical_fax_test_{clone.clone_id()}_l{uuid.uuid4().hex[:8]}"
    try:
        yield database.copy(name, template)
    finally:
        database.drop(name)


def main(seed=0, count=1000):
    import clone
    import database
    import forks

    log = clone.WORK_DIR / "faults.log"
    Path(log).unlink(missing_ok=True)
    with _copied(os.environ.get("FAULTS_TEMPLATE")) as template:
        modules = database.installed_modules(template)
        with forks.Preloaded(modules, log, [rig.HERE]) as odoo:
            wrong = play_all(odoo, template, seed, count)
    for each in wrong:
        print(f"seed {each} is wrong; again by:  {again(each)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
