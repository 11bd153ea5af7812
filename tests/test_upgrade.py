"""A database of the previous release (dev/previous_release) is brought up to date."""

import os
import subprocess
import sys

import pytest

import clone
import database
import odoo_process

RELEASE = (clone.REPO / "dev/previous_release").read_text().strip()
CHANGE = """
env.ref("medical_fax_chart.fax_source_chart_entry").name = "Our entries"
env.cr.commit()
"""
SHOW = """
source = env.ref("medical_fax_chart.fax_source_chart_entry")
print("SHOWN", source.filing_makes, source.filing_title, source.filing_author_path)
print("SHOWN", env["fax.source"]._filing_source() == source, source.name)
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """A folder with the addons of the previous release."""
    folder = tmp_path_factory.mktemp("release")
    packed = subprocess.run(
        ["git", "archive", RELEASE], cwd=clone.REPO, capture_output=True
    )
    if packed.returncode:
        pytest.skip("The previous release is not in this copy of the sources.")
    subprocess.run(["tar", "-x"], cwd=folder, input=packed.stdout, check=True)
    return folder


@pytest.fixture
def old(release, database_copy):
    """A database with that release's addons."""
    name = database_copy(database.base())
    addons = [path.parent.name for path in release.glob("*/__manifest__.py")]
    odoo(release, name, "-i", ",".join(addons), "--stop-after-init")
    return name, addons


def odoo(folder, name, *options, script=""):
    """Run Odoo on the addons of a folder; returns what it printed."""
    command = [
        sys.executable, "-m", "odoo", *options[: options[0] == "shell"], "-c",
        str(odoo_process.write_config()), f"--addons-path={folder}", "-d", name,
        "--no-http", "--max-cron-threads=0", *options[options[0] == "shell" :],
    ]  # fmt: skip
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, text=True, input=script,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=560,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:]
    assert " ERROR " not in done.stdout, done.stdout[-5000:]
    return done.stdout


def shown(name, script):
    text = odoo(clone.REPO, name, "shell", script=script)
    return [line[6:] for line in text.splitlines() if line.startswith("SHOWN ")]


def test_filing_makes_chart_entries(old, release):
    """What a clinic changed stays, and what is new is there."""
    name, addons = old
    odoo(release, name, "shell", script=CHANGE)
    odoo(clone.REPO, name, "-u", ",".join(addons), "--stop-after-init")
    assert shown(name, SHOW) == [
        "True Received fax practitioner_id", "True Our entries"
    ]  # fmt: skip
