import io
from dataclasses import replace

from PIL import Image

from odoo.tests import tagged

from ..document import DocumentError, render_page
from ..document import Resolution as Dots
from ..providers import FailureKind, HylafaxProvider, ProviderError, Resolution
from . import samples
from .common import FaxCommon


@tagged("post_install", "-at_install")
class TestHylafax(FaxCommon):
    """A fax server is given the dots that the preview shows, and never a PDF."""

    def setUp(self):
        super().setUp()
        scan = self.upload(samples.pdf())
        self.fax = self.send(attachment_ids=scan.ids)
        self.attempt = self.fax._claim()
        self.account.code = "hylafax"

    def test_the_dots_of_the_preview(self):
        provider = self.account._provider()
        self.assertIsInstance(provider, HylafaxProvider)
        request = self.attempt._request()
        for resolution, lines in ((Resolution.FINE, 196), (Resolution.STANDARD, 98)):
            provider.settings["resolution"] = resolution.value
            content, form, sent_as = provider._document(request)
            self.assertEqual((form, sent_as), ("TIFF", resolution))
            self.assertEqual(
                self.pages_of(content), self.preview(request.document, lines)
            )

    def pages_of(self, tiff):
        """Each page's lines and dots."""
        pages = []
        with Image.open(io.BytesIO(tiff)) as image:
            for index in range(image.n_frames):
                image.seek(index)
                pages.append((image.size, image.convert("1").tobytes()))
        return pages

    def preview(self, pdf, lines):
        dots = Dots("preview", 204, lines)
        bitmaps = [render_page(pdf, each, dots) for each in range(self.fax.pages)]
        return [((each.width, each.height), each.data) for each in bitmaps]

    def test_pages_that_cannot_be_drawn(self):
        """Nothing leaves, and no text of theirs is in what is raised."""
        provider = self.account._provider()
        with self.assertRaises(DocumentError):
            provider.render(b"%PDF-1.4 Zoe Quicksilver", Resolution.FINE)
        request = replace(self.attempt._request(), document=b"%PDF-1.4 Zoe Quicksilver")
        with self.assertRaises(ProviderError) as caught:
            provider.submit(request)
        error = caught.exception
        self.assertEqual(error.kind, FailureKind.DOCUMENT_REJECTED)
        self.assertTrue(error.proven_not_sent)
        self.assertNotIn("Zoe", f"{error} {error.text} {error.code}")
