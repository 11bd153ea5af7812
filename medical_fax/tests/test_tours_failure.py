from odoo.tests import tagged

from .common import FaxHttpCommon


@tagged("post_install", "-at_install")
class TestFailureTour(FaxHttpCommon):
    def test_new_words_show_at_once(self):
        """A manager changes a label and finds it in the list, on the same page."""
        fax = self.send()
        self.set_state(fax, "failed", failure_kind="busy")
        tour = "medical_fax_failure_texts"
        self.start_tour("/odoo", tour, login=self.manager.login)
        busy = self.env["fax.failure"]._for("busy")
        self.assertEqual((busy.name, busy.advice), ("Engaged", "Ring them first."))
