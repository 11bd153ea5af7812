"""Puts the addons into an Odoo 19 that is installed already: `pip install .`

`odoo` and `odoo.addons` are namespaces without an `__init__.py`, so an addon that is
installed as `odoo.addons.<name>` is found by Odoo without any `addons_path`. Odoo
itself is not on the package index and therefore not a requirement here.
"""

import ast
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
ADDONS = sorted(path.parent.name for path in HERE.glob("*/__manifest__.py"))


def version():
    """The version that all addons of a release share."""
    manifest = ast.literal_eval((HERE / "medical_fax/__manifest__.py").read_text())
    return manifest["version"]


def packages():
    """Every addon and its sub-packages under their names in Odoo."""
    for addon in ADDONS:
        yield f"odoo.addons.{addon}"
        for package in find_packages(addon):
            yield f"odoo.addons.{addon}.{package}"


setup(
    name="odoo-addons-medical-fax",
    version=version(),
    description="Fax from the patient's chart in Odoo 19",
    long_description=(HERE / "README.md").read_text()
    if (HERE / "README.md").exists()
    else "",
    long_description_content_type="text/markdown",
    author="Medical Fax contributors",
    license="AGPL-3.0-only",
    license_files=["LICENSE"],
    python_requires=">=3.10",
    packages=list(packages()),
    package_dir={f"odoo.addons.{addon}": addon for addon in ADDONS},
    # Views, data, translations and scripts lie in folders that are no packages.
    package_data={f"odoo.addons.{addon}": ["**/*"] for addon in ADDONS},
    exclude_package_data={"": ["**/__pycache__/*", "*.pyc"]},
    zip_safe=False,
    # What Odoo brings itself (lxml, Pillow, requests) is bounded below only, so that
    # an installation's own versions stay.
    install_requires=[
        "lxml>=4.9",
        "phonenumbers>=8.13",
        "Pillow>=9.4",
        "pymupdf>=1.28,<2",
        "pymupdf-fonts>=1.0.5,<2",
        "pypdf>=5,<8",
        "qrcode>=7.3",
        "requests>=2.25",
        "zxing-cpp>=2.2",
    ],
)
