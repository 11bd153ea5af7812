"""This clone: its folders, its addons, and the names of its databases."""

import ast
import hashlib
import importlib.util
import os
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "medical-fax"
DATA_DIR = CACHE / "data"
WORK_DIR = REPO / ".run"
CONFIG = WORK_DIR / "odoo.conf"
# The demo database asks for these; each stands for all that it depends on.
ADDONS = (
    "medical_fax_chart",
    "medical_fax_billing",
    "medical_fax_sms_number",
)
# The first one is that of the users who come with Odoo.
LANGUAGES = "en_US,fr_FR,es_ES"
# Odoo's own modules that only the demo and the tests need.
DEMO_MODULES = {"web", "payment_demo", "payment_stripe"}
# Neither changes what is in a database right after installation.
UNHASHED_FOLDERS = {"tests", "static", "readme", "__pycache__"}


def clone_id():
    """Eight characters that tell this clone's databases from another's."""
    return hashlib.sha256(str(REPO).encode()).hexdigest()[:8]


def addon_folders():
    """Folders of this clone's addons that are far enough to have a manifest."""
    return sorted(path.parent for path in REPO.glob("*/__manifest__.py"))


def demo_addons():
    """Names of the addons to install in the demo database, as far as they exist."""
    present = {folder.name for folder in addon_folders()}
    return [name for name in ADDONS if name in present] or sorted(present)


def stock_modules():
    """Names of the modules from elsewhere that the addons and the demo need, sorted."""
    folders = addon_folders()
    depends = set()
    for folder in folders:
        manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
        depends.update(manifest.get("depends", ()))
    return sorted(depends - {folder.name for folder in folders} | DEMO_MODULES)


def _digest(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def base_name():
    """Name of the base template, from all that it is made of."""
    odoo = importlib.util.find_spec("odoo").submodule_search_locations[0]
    needs = [
        (REPO / f"dev/requirements-{name}.txt").read_text() for name in ("odoo", "oca")
    ]
    return "medical_fax_base_" + _digest(odoo, *needs, LANGUAGES, *stock_modules())


def _sources():
    for folder in addon_folders():
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(REPO)
            if path.is_file() and not UNHASHED_FOLDERS.intersection(relative.parts):
                yield relative, path.read_bytes()


def prepared_prefix():
    """What the names of all prepared templates of this clone begin with."""
    return f"medical_fax_prepared_{clone_id()}_"


def prepared_name():
    """Name of the prepared template for the sources as they are now."""
    parts = [part for source in _sources() for part in source]
    return prepared_prefix() + _digest(base_name(), *parts)
