from odoo.tests import HttpCase, tagged

from .test_fax_contact import FaxContactCase


@tagged("post_install", "-at_install")
class TestFaxContactForm(FaxContactCase, HttpCase):
    def test_use_the_entry_that_is_there(self):
        """From an unsaved form, which a usual button would try to save first."""
        lee = self._new_contact("Dr Ann Tourlee", organization="Tour Clinic")
        self.start_tour(
            "/odoo/fax-contacts", "medical_fax_contact_use_entry", login=self.user.login
        )
        same = self.Contact.search([("number", "=", lee.number)])
        self.assertEqual(
            set(same.mapped("name")), {"Dr Ann Lee", "Dr Ann Tourlee", "Dr Tour Roy"}
        )
