from odoo import Command
from odoo.exceptions import AccessError

from .common import ChartCase, png

SPEC = {"title": {}, "body": {}, "attachment_ids": {"fields": {"name": {}}}}


class AccessCase(ChartCase):
    """A signed, a draft and a private entry of each patient, and who sees which."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = {}
        for key, patient, author in (
            ("doctor", cls.patient, cls.doctor),
            ("limited", cls.other_patient, cls.limited),
        ):
            for kind in ("signed", "draft", "private"):
                entry = cls.Entry.with_user(author).create(
                    {
                        "patient_id": patient.id,
                        "title": f"{key} {kind}",
                        "body": f"<p>Text {key} {kind}</p>",
                        "privacy": "private" if kind == "private" else "normal",
                    }
                )
                entry.attachment_ids = [
                    Command.create(
                        {
                            "name": f"{key} {kind}.png",
                            "raw": png(),
                            "res_model": entry._name,
                            "res_id": entry.id,
                        }
                    )
                ]
                if kind == "signed":
                    entry.action_sign()
                cls.entries[f"{key} {kind}"] = entry.sudo()
        cls.all_entries = cls.Entry.union(*cls.entries.values())
        cls.env.flush_all()

    def _sees(self, user, *keys):
        """Assert that ``user`` sees these entries, and no other, by every way."""
        seen = self.Entry.union(*(self.entries[key] for key in keys))
        model = self.Entry.with_user(user)
        domain = [("id", "in", self.all_entries.ids)]
        titles = set(seen.mapped("title"))
        self.env.invalidate_all()
        self.assertEqual(model.search(domain), seen, user.login)
        rows = model.search_read(domain, ["title"])
        self.assertEqual({row["title"] for row in rows}, titles)
        rows = model.web_search_read(domain, SPEC)["records"]
        self.assertEqual({row["title"] for row in rows}, titles)
        groups = model.formatted_read_group(domain, ["title"], ["__count"])
        self.assertEqual({group["title"] for group in groups}, titles)
        found = {id_ for id_, _name in model.name_search("", domain)}
        self.assertEqual(found, set(seen.ids))
        self.assertEqual(model.search_count(domain), len(seen))
        files = self.env["ir.attachment"].with_user(user)
        file_domain = [("id", "in", self.all_entries.attachment_ids.ids)]
        self.assertEqual(files.search(file_domain), seen.attachment_ids)
        for entry in self.all_entries:
            self._check_one(user, entry, entry in seen)

    def _check_one(self, user, entry, allowed):
        """Open one entry and its file by id: all of it, or AccessError each time."""
        record = entry.with_user(user)
        file = entry.attachment_ids.with_user(user)
        ways = {
            "read": lambda: record.read(["title", "body"]),
            "web_read": lambda: record.web_read(SPEC),
            "export": lambda: record.export_data(["title", "body"]),
            "field": lambda: record.body,
            "version": lambda: record.check_access("read"),
            "file": lambda: file.read(["name"]),
            "raw": lambda: file.raw,
            "amend": lambda: record.action_amend(),
        }
        if not user.has_group("base.group_allow_export"):
            del ways["export"]
        for name, way in ways.items():
            self.env.invalidate_all()
            try:
                way()
                result = True
            except AccessError:
                result = False
            self.assertEqual(result, allowed, f"{user.login}, {entry.title}: {name}")
