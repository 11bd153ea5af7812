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
from .checks import told

A_LIFE = 10
AT_ONCE = 3
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
    with rig.Server(odoo, database, workers, waits={"unreached_longest": 8}) as server:
        server.serve_pages()
        lines = [server.open_line() for _ in schedules]
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
    for name, value in schedule.settings.items():
        setattr(line.simulator, name, value)
    line.subscribe(*schedule.events)
    for fault in schedule.faults:
        line.fault(**fault)
    for seconds, what, which in schedule.acts:
        fax = ids[which % len(ids)]
        act = _ACTS[what]
        acts.after(
            seconds, lambda act=act, fax=fax: _do(server, act, server, line, fax)
        )


def _do(server, act, *arguments):
    try:
        act(*arguments)
    except Exception:
        server.failures.append(traceback.format_exc())


def _watch(server, lines, seeds, acts):
    """Wait until each is at rest; what is wrong then, by seed."""
    wrong, until = {}, time.monotonic() + SECONDS
    while acts.pending:
        time.sleep(0.05)
    for line, seed in zip(lines, seeds, strict=True):
        try:
            line.settle(max(until - time.monotonic(), 1))
            found = invariants.broken(line)
        except AssertionError as error:
            found = [str(error)]
        if found:
            wrong[seed] = "\n".join([*found, told(line)])
    if server.failures:
        wrong.setdefault(seeds[0], "\n".join(server.failures))
    counts = Counts(kills=server.deaths)
    for line in lines:
        messages = line.messages().values()
        counts["faxes"] += len(messages)
        counts["tries"] += sum(len(message["attempts"]) for message in messages)
        counts["faults"] += len(line.simulator.faults.shown)
    return wrong, counts


class Counts(Counter):
    """What has happened in all."""

    def __str__(self):
        return ", ".join(f"{count} {name}" for name, count in sorted(self.items()))


# What happens by itself, or is done by people


def _power_cut(server, line, fax):
    server.kill()


def _provider_down(server, line, fax):
    line.simulator.listen(False)
    threading.Timer(0.6, line.simulator.listen, [True]).start()


def _paused(server, line, fax):
    server.run("pause_sending", company=line.company, paused=True)
    time.sleep(0.3)
    server.run("pause_sending", company=line.company, paused=False)


def _undo(server, line, fax):
    server.run("press", model="fax.message", ids=[fax], button="action_undo")


def _ask(server, line, fax):
    server.run("press", model="fax.message", ids=[fax], button="action_ask_provider")


_ACTS = {
    "power cut": _power_cut,
    "provider down": _provider_down,
    "paused": _paused,
    "undo": _undo,
    "ask": _ask,
}


# All of them


_say = partial(print, flush=True)


def play_all(odoo, template, seed, count, say=_say):
    """Play many, several lives at once; gives what was wrong, by seed."""
    began, done, wrong, total = time.monotonic(), 0, {}, Counts()
    left = set(range(seed, seed + count))
    with ThreadPoolExecutor(AT_ONCE) as pool:
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
            )
            for each, text in found.items():
                say(f"seed {each} is wrong; again by:  {again(each)}\n{text}")
    return wrong


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
