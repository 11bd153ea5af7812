"""`pip install .` puts the addons into an Odoo 19 that knows nothing of this clone.

A fresh virtual environment gets Odoo's own requirements and a path to Odoo, as an
existing installation has them. Everything after that must come from the wheel:
packages, data files, and what the addons need beyond Odoo.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import clone
import database

ADDONS = [folder.name for folder in clone.addon_folders()]
FIND_ADDONS = """
import sys
import odoo.init
from odoo.modules import Manifest
for name in sys.argv[1:]:
    print(name, Manifest.for_addon(name).path)
"""


def run(*command, cwd):
    """Run a command without this process's own settings of Odoo; return its output."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("ODOO_RC", "PYTHONPATH", "VIRTUAL_ENV")
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def odoo_root():
    """The folder that holds Odoo, as the development environment knows it."""
    path = next(Path(sys.prefix).glob("lib/python*/site-packages/odoo19.pth"))
    return path.read_text().strip()


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """The folder of an installation with Odoo, and with the addons by pip."""
    folder = tmp_path_factory.mktemp("clinic")
    venv.create(folder / "venv", with_pip=True)
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet"]
    requirements = clone.REPO / "dev/requirements-odoo.txt"
    run(*pip, "-r", requirements, cwd=folder)
    # As the README says: pip's own resolution asks for a package `odoo`.
    run(*pip, "--no-deps", "-r", clone.REPO / "dev/requirements-oca.txt", cwd=folder)
    site = next((folder / "venv/lib").glob("python*/site-packages"))
    (site / "odoo.pth").write_text(odoo_root() + "\n")
    # A copy, since setuptools leaves its build folder beside the sources.
    sources = folder / "sources"
    ignore = shutil.ignore_patterns(".git", ".run", "build", "*.egg-info")
    shutil.copytree(clone.REPO, sources, ignore=ignore)
    run(*pip, "-c", requirements, sources, cwd=folder)
    shutil.rmtree(sources)
    return folder


def test_odoo_finds_the_addons_without_addons_path(clinic):
    site = next((clinic / "venv/lib").glob("python*/site-packages"))
    python = clinic / "venv/bin/python"
    found = run(python, "-c", FIND_ADDONS, *ADDONS, cwd=clinic)
    expected = [f"{name} {site}/odoo/addons/{name}" for name in ADDONS]
    assert found.splitlines()[-len(ADDONS) :] == expected


def test_wheel_leaves_the_namespace_to_odoo(clinic):
    site = next((clinic / "venv/lib").glob("python*/site-packages"))
    assert not (site / "odoo/__init__.py").exists()
    assert not (site / "odoo/addons/__init__.py").exists()


def test_wheel_has_every_file_of_the_addons(clinic):
    site = next((clinic / "venv/lib").glob("python*/site-packages"))

    def files(root, name):
        return {
            path.relative_to(root)
            for path in (root / name).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    for name in ADDONS:
        missing = files(clone.REPO, name) - files(site / "odoo/addons", name)
        assert not missing


def test_addons_install_into_a_database(clinic, database_copy):
    name = database_copy(database.base())
    data = clinic / "data"
    (data / "filestore").mkdir(parents=True)
    shutil.copytree(database.filestore(name), data / "filestore" / name)
    log = run(
        clinic / "venv/bin/python", "-m", "odoo", "--config=/dev/null",
        f"--data-dir={data}", "-d", name, "-i", ",".join(clone.demo_addons()),
        "--stop-after-init", "--no-http", "--max-cron-threads=0", "--log-level=warn",
        cwd=clinic,
    )  # fmt: skip
    assert " ERROR " not in log, log[-5000:]
    assert database.installed_addons(name) == sorted(ADDONS)
