"""Fixtures of the tests that start real installations and servers."""

import uuid

import pytest


@pytest.fixture(scope="module")
def database_copy():
    """A function that copies a template to a database of its own for this module.

    Called without arguments it copies the prepared template (addons and demo data);
    `database_copy(database.base())` copies Odoo's alone. Dropped at the end.
    """
    # Imported here: the tests without a database must not need a driver for one.
    import clone
    import database

    made = []

    def make(template=None):
        suffix = uuid.uuid4().hex[:8]
        name = f"medical_fax_test_{clone.clone_id()}_{suffix}"
        made.append(name)
        return database.copy(name, template)

    yield make
    for name in made:
        database.drop(name)
