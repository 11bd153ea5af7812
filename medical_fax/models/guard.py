"""The one way past the guards on frozen bytes and workflow states.

A context value that is this very object opens a guard. RPC can send any context,
but never this object, so only our own code can write what is guarded.
"""

_KEY = "fax_guard_open"
_TOKEN = object()


def opened(records):
    """Return the records in an environment that may write guarded fields."""
    return records.with_context(**{_KEY: _TOKEN})


def closed(records):
    """Return the records without the permission, for code handed to others."""
    return records.with_context(**{_KEY: None})


def is_open(env):
    return env.context.get(_KEY) is _TOKEN
