"""Fixtures: Odoo preloaded once, and clinics on copies of the prepared database."""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from . import rig, schedules


@pytest.fixture(scope="session")
def template():
    """A copy of the prepared database, which nothing opens: others are made of it.

    FAULTS_TEMPLATE names another one, for sources that it was not made of.
    """
    import clone
    import database

    if name := os.environ.get("FAULTS_TEMPLATE"):
        yield name
        return
    name = f"medical_fax_test_{clone.clone_id()}_faults"
    yield database.copy(name)
    database.drop(name)


@pytest.fixture(scope="session")
def odoo(template, tmp_path_factory):
    """The process that has imported Odoo, from which servers are forked."""
    import database
    import forks

    log = tmp_path_factory.mktemp("odoo") / "odoo.log"
    modules = database.installed_modules(template)
    with forks.Preloaded(modules, log, [rig.HERE]) as preloaded:
        yield preloaded


@pytest.fixture(scope="session")
def copy(template):
    """A function that makes a database of its own, from the template or another."""
    import clone
    import database

    made = []

    def make(source=None, name=None, **options):
        name = name or f"medical_fax_test_{clone.clone_id()}_f{uuid.uuid4().hex[:8]}"
        made.append(name)
        return database.copy(name, source or template, **options)

    yield make
    # Together: PostgreSQL writes everything to the disk for each, or for all at once.
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(database.drop, made))


@pytest.fixture(scope="session", autouse=True)
def played(request):
    """The schedules of test_schedules, played while the other tests wait for theirs."""
    if not any(item.name == "test_schedules" for item in request.session.items):
        yield None
        return
    arguments = [request.getfixturevalue(name) for name in ("odoo", "template")]
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(schedules.play_all, *arguments, *schedules.QUICK, at_once=2)


@pytest.fixture(scope="module")
def server(odoo, copy):
    """A server with one worker, which this module's tests share."""
    with rig.Server(odoo, copy()) as running:
        running.start()
        yield running


@pytest.fixture
def line(server):
    """An account of its own for a test."""
    opened = server.open_line()
    yield opened
    assert not server.failures, server.failures[0]
    server.close_line(opened)
