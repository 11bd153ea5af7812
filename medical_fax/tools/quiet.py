"""Statements that may fail by design, and must not be quoted in the log then.

Odoo logs a failed statement with its values, and a fax number may be among them. What
matters is caught, and told by reference, by whoever opened the block.
"""

import logging
from contextlib import contextmanager
from contextvars import ContextVar

_quiet = ContextVar("medical_fax_quiet", default=False)


def _spoken(_record):
    return not _quiet.get()


logging.getLogger("odoo.sql_db").addFilter(_spoken)


@contextmanager
def quiet_sql():
    """Keep failed statements of this thread out of the log."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)
