"""Assertions that tell what is wrong."""

import json

from . import invariants


def check(line, may_be_unsure=()):
    """Every invariant holds for every fax of this line."""
    found = invariants.broken(line, may_be_unsure)
    assert not found, "\n".join([*found, told(line)])


def told(line):
    """The faxes of a line with their tries, for whoever reads a failure."""
    return json.dumps(list(line.messages().values()), indent=1, default=str)
