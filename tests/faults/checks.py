"""Assertions that tell what is wrong."""

import json

from . import invariants


def check(line, may_be_unsure=()):
    """Every invariant holds for every fax of this line."""
    found = invariants.broken(line, may_be_unsure)
    assert not found, "\n".join([*found, told(line)])


def told(line):
    """The faxes of a line with their tries, for whoever reads a failure."""
    messages = json.dumps(list(line.messages().values()), indent=1, default=str)
    return f"{messages}\n{heard(line)}"


def heard(line):
    """What the provider heard, in order."""
    with line.simulator.lock:
        requests = list(line.simulator.requests)
    return "\n".join(
        f"{each.at - requests[0].at:8.3f} {each.route} {each.path[-30:]}"
        f" {each.fault or ''}"
        for each in requests
    )
