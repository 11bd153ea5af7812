import io
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from PIL import Image

from odoo.tools import mute_logger

from ..providers import PROVIDERS, Callback, Capabilities, Hint, Received
from . import samples
from .common import OUR_PRIVATE_NUMBER
from .fake_provider import FakeProvider

INBOUND = "odoo.addons.medical_fax.models.fax_message_inbound"
SENDER = "+15145550188"


class ReceivingProvider(FakeProvider):
    """A provider with faxes to fetch: ``listed``, and their files in ``files``, bytes
    or what is raised."""

    capabilities = Capabilities(receive=True, callbacks=True)
    listed = []
    files = {}
    fetched = []
    pushed = ()

    def list_received(self, since):
        return list(self.listed)

    def fetch_received(self, provider_id):
        self.fetched.append(provider_id)
        content = self.files[provider_id]
        if isinstance(content, Exception):
            raise content
        return content

    def parse_callback(self, headers, body, query):
        return Callback(hints=tuple(self.pushed), reply="Post Successful")

    # The parent's own, which it declares not to have
    find = FakeProvider.__mro__[1].find
    cancel = FakeProvider.__mro__[1].cancel
    resend = FakeProvider.__mro__[1].resend


class InboxMixin:
    """Faxes that come in at the fixture's account."""

    def setUp(self):
        super().setUp()
        installed = patch.dict(PROVIDERS, {"fake": ReceivingProvider})
        installed.start()
        self.addCleanup(installed.stop)
        self.provider = ReceivingProvider
        self.provider.listed, self.provider.files = [], {}
        self.provider.fetched, self.provider.pushed = [], ()
        self.account.action_connect()  # makes the address that is called back

    def offer(self, content=None, to=OUR_PRIVATE_NUMBER, sender=SENDER, **values):
        """Let a fax be there to fetch; gives the provider's id."""
        provider_id = f"in-{len(self.provider.files) + 1}"
        self.provider.files[provider_id] = (
            samples.pdf("Result of the blood test") if content is None else content
        )
        received = self.received(provider_id, to=to, sender=sender, **values)
        self.provider.listed.append(received)
        return provider_id

    def received(self, provider_id, to=OUR_PRIVATE_NUMBER, sender=SENDER, **values):
        at = datetime.now(timezone.utc) - timedelta(minutes=1)
        values = {"received_at": at, **values}
        return Received(provider_id=provider_id, to=to, sender=sender, **values)

    def push(self, content, provider_id="pushed-1", **values):
        """What a provider calls back with that gives the pages along."""
        received = self.received(provider_id, **values)
        return Hint(
            provider_id=provider_id, inbound=True, received=received, document=content
        )

    def look(self):
        with mute_logger(INBOUND):
            self.run_cron("ir_cron_fax_receive")

    def inbox(self):
        domain = [("direction", "=", "in"), ("account_id", "=", self.account.id)]
        return self.env["fax.message"].search(domain, order="id")

    def receive(self, *args, **kwargs):
        """Let a fax come in and return it."""
        provider_id = self.offer(*args, **kwargs)
        self.look()
        return self.inbox().filtered(lambda m: m.inbound_id == provider_id)


def tiff(pages=1):
    """A TIFF as fax servers make them."""
    out = io.BytesIO()
    images = [Image.new("1", (1728, 1078), 1) for _page in range(pages)]
    images[0].save(
        out,
        "TIFF",
        compression="group4",
        dpi=(204, 98),
        save_all=True,
        append_images=images[1:],
    )
    return out.getvalue()
