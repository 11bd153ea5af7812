from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_fax_contact import FAX_MANAGER, FAX_USER, FaxContactCase


@tagged("post_install", "-at_install")
class TestFaxContactAccess(FaxContactCase):
    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_roles(self):
        nobody = self._new_user("no_fax", "base.group_user")
        stranger = self._new_user("stranger", FAX_MANAGER, self.other_company)
        for user, reads, writes, deletes in (
            (self.user, True, True, False),
            (self.manager, True, True, True),
            (nobody, False, False, False),
            (stranger, False, False, False),
        ):
            contact = self.lee.with_user(user)
            with self.subTest(user.login):
                self.assertEqual(contact.has_access("read"), reads)
                self.assertEqual(contact.has_access("write"), writes)
                self.assertEqual(contact.has_access("unlink"), deletes)
        self.assertFalse(self.lee.with_user(stranger).name_search("Lee"))
        with self.assertRaises(AccessError):
            self.env["fax.contact"].with_user(nobody).name_search("Lee")

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_shared_entries_are_the_managers(self):
        shared = self._new_contact("Lab", "514 555 0130").sudo()
        shared.company_id = False
        for user, writes in ((self.user, False), (self.manager, True)):
            contact = shared.with_user(user)
            self.assertEqual(contact.name, "Lab")
            self.assertEqual(contact.has_access("write"), writes)
        with self.assertRaises(AccessError):
            self._new_contact("Lab 2", "514 555 0131", company_id=False)
        with self.assertRaises(AccessError):
            self.lee.company_id = False
        lists = self.env["fax.contact.list"]
        ours = lists.with_user(self.user).create({"name": "Ours"})
        with self.assertRaises(AccessError):
            ours.company_id = False
        with self.assertRaises(AccessError):
            lists.with_user(self.user).create({"name": "All", "company_id": False})
        lists.with_user(self.manager).create({"name": "All", "company_id": False})

    @mute_logger("odoo.models", "odoo.addons.base.models.ir_rule")
    def test_texts_are_personal_or_shared(self):
        texts = self.env["fax.text"]
        mine = texts.with_user(self.user).create({"name": "Mine", "text": "Hello"})
        shared = texts.with_user(self.manager).create(
            {"name": "Ours", "text": "Hello", "user_id": False}
        )
        colleague = self._new_user("colleague", FAX_USER)
        self.assertEqual(mine.user_id, self.user)
        found = texts.with_user(colleague).search([("id", "in", (mine + shared).ids)])
        self.assertEqual(found, shared)
        self.assertFalse(mine.with_user(self.manager).has_access("read"))
        self.assertFalse(shared.with_user(self.user).has_access("write"))
        self.assertFalse(shared.with_user(self.user).has_access("unlink"))
        with self.assertRaises(AccessError):
            texts.with_user(self.user).create(
                {"name": "x", "text": "x", "user_id": False}
            )
        for owner in (colleague.id, False):
            with self.assertRaises(AccessError):
                mine.with_user(self.user).user_id = owner

    def test_text_placeholders(self):
        text = self.env["fax.text"].create(
            {"name": "x", "text": "Dear {recipient_name}, {clinic} wrote on {date}."}
        )
        filled = text._fill({"recipient_name": "{clinic}", "clinic": "Us", "other": 1})
        self.assertEqual(filled, "Dear {clinic}, Us wrote on .")
        with self.assertRefused(ValidationError, "{patient}"):
            text.text = "About {patient}"
        with self.assertRaises(ValidationError):
            text.write({"kind": "subject", "text": "two\nlines"})
