import json
import os
import subprocess
import sys
from pathlib import Path

from odoo.tests import tagged

from ..models import guard
from .common import FaxHttpCommon

TESTS = Path(__file__).parents[2] / "tests"


class DocumoTourCase(FaxHttpCommon):
    """An account at Documo, which is a process beside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documo = cls.env["fax.account"].create(
            {"name": "Clinic's Documo", "code": "documo", "company_id": cls.company.id}
        )

    def start_documo(self):
        """Run the simulator until the test is over; gives its address."""
        if not (TESTS / "simulators").is_dir():
            self.skipTest("The simulators are in the repository, not in the addon")
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators.documo"],
            env=os.environ | {"PYTHONPATH": str(TESTS)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)
        return json.loads(process.stdout.readline())["url"]

    def tour(self, name):
        path = f"/odoo/action-medical_fax.fax_account_action/{self.documo.id}"
        self.start_tour(path, name, login=self.manager.login)
        self.documo.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestConnectTours(DocumoTourCase):
    """A manager connects Documo and disconnects again."""

    def test_wrong_and_right_key(self):
        guard.opened(self.documo).settings = {"base_url": self.start_documo()}
        self.tour("medical_fax_connect")
        self.assertEqual(self.documo.state, "connected")
        self.assertEqual(self.documo.credentials, {"api_key": "documo-key"})
        self.assertEqual(self.documo.credentials_set_by_id, self.manager)
        self.assertFalse(self.documo.is_away)

    def test_disconnect(self):
        guard.opened(self.documo).settings = {"base_url": self.start_documo()}
        self.documo.connect({"api_key": "documo-key", **self.documo.settings})
        faxes = self.send() | self.send()
        guard.opened(faxes).write({"account_id": self.documo.id})
        self.tour("medical_fax_disconnect")
        self.assertEqual(self.documo.state, "disconnected")
        self.assertFalse(self.documo.credentials)
        self.assertEqual(set(faxes.mapped("state")), {"queued"})
