"""One guard taken out, and the tests that must notice; see `mutations`."""

from dataclasses import dataclass

MODELS = "medical_fax/models/"
PROVIDERS = "medical_fax/providers/"
LOST = "tests/faults/test_lost_answers.py::"
CLAIMS = "tests/faults/test_claims.py::"
LIMITS = "tests/faults/test_limits.py::"
COPIES = "tests/faults/test_copies.py::"
CALLBACKS = "tests/faults/test_callbacks.py::"
IN_ODOO = "medical_fax/tests/"


@dataclass(frozen=True)
class Mutation:
    """`edits` are file, text and what stands there instead; `sql` what goes with it in
    the database; `tests` must fail then, each of them."""

    invariant: int
    name: str
    edits: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]
    sql: tuple[str, ...] = ()
