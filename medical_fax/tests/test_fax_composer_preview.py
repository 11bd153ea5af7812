import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged

from . import samples
from .common import FaxCommon

PAGES = "odoo.addons.medical_fax.wizards.fax_composer_preview.preview_pages"


@tagged("post_install", "-at_install")
class TestFaxComposerPreview(FaxCommon):
    """The pictures of the pages, for the one who writes the fax."""

    def draw(self, composer, *indexes, **kwargs):
        key = composer.action_preview()["key"]
        return composer.action_preview_pages(key, list(indexes), **kwargs)

    def test_pages_are_black_and_white_pictures(self):
        composer = self.compose(self.new_entry())
        composer.action_add_files(self.upload(samples.pdf("First", "Second")).ids)
        pages = self.draw(composer, 2, 0, width=500)
        self.assertEqual({page["index"] for page in pages}, {0, 2})
        for page in pages:
            picture = Image.open(io.BytesIO(base64.b64decode(page["png"])))
            self.assertEqual((picture.format, picture.width), ("PNG", 500))

    def test_width_and_number_of_pages_are_bounded(self):
        composer = self.compose(self.new_entry())
        (page,) = self.draw(composer, 0, width=100000)
        picture = Image.open(io.BytesIO(base64.b64decode(page["png"])))
        self.assertEqual(picture.width, 1728)
        key = composer.action_preview()["key"]
        with patch(PAGES, return_value=[]) as drawn:
            composer.action_preview_pages(key, list(range(500)))
        self.assertEqual(drawn.call_args.args[1], list(range(16)))

    def test_what_is_hard_to_read_is_said_in_words(self):
        composer = self.compose(self.new_entry())
        black = samples.picture("PNG", (600, 800), "black")
        composer.action_add_files(self.upload(black, "black.png").ids)
        pages = composer.action_preview()["pages"]
        (page,) = self.draw(composer, pages - 1)
        self.assertTrue(any("black" in flag for flag in page["flags"]), page["flags"])

    def test_an_old_key_draws_nothing(self):
        composer = self.compose(self.new_entry())
        old = composer.action_preview()["key"]
        self.assertTrue(composer.action_preview_pages(old, [0]))
        composer.subject = "Another"
        new = composer.action_preview()["key"]
        self.assertFalse(composer.action_preview_pages(old, [0]))
        self.assertTrue(composer.action_preview_pages(new, [0]))

    def test_a_page_that_is_not_there(self):
        composer = self.compose(self.new_entry())
        with self.assertRaisesRegex(UserError, "no such page"):
            self.draw(composer, 99)

    def test_only_the_writer_draws(self):
        composer = self.compose(self.new_entry())
        key = composer.action_preview()["key"]
        for user in self.colleague | self.manager:
            with self.assertRaises(UserError):
                composer.with_user(user).action_preview_pages(key, [0])

    def test_previews_do_not_touch_the_composer(self):
        """Else a save, or Send, in the meantime would have to start again."""
        composer = self.compose(self.new_entry())
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT ctid FROM fax_composer WHERE id = %s", [composer.id]
        )
        (before,) = self.env.cr.fetchone()
        self.draw(composer, 0)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT ctid FROM fax_composer WHERE id = %s", [composer.id]
        )
        self.assertEqual(self.env.cr.fetchone()[0], before)

    def test_foreign_bytes_are_never_opened_as_our_own(self):
        """Not even when their writer says that they are."""
        composer = self.compose(self.new_entry())
        key = composer.action_preview()["key"]
        with patch(PAGES, return_value=[]) as drawn:
            composer.action_preview_pages(key, [0])
        self.assertTrue(drawn.call_args.kwargs["trusted"])
        ours = composer._preview_file(key)
        forged = self.upload(samples.pdf("Hostile"), "hostile.pdf")
        forged.description = ours.description
        ours.sudo().unlink()
        forged.sudo().write(
            {
                "name": key,
                "res_model": "fax.composer",
                "res_id": composer.id,
                "res_field": "preview_pdf",
            }
        )
        with patch(PAGES, return_value=[]) as drawn:
            composer.action_preview_pages(key, [0])
        self.assertFalse(drawn.call_args.kwargs["trusted"])
