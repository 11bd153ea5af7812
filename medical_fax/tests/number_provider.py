"""A provider that lists, orders and releases numbers, as a test tells it to.

``NumberProvider.installed()`` puts it among the providers, as the fake one does.
"""

from collections import deque
from unittest.mock import patch

from odoo.tests import test_cursor

from ..providers import (
    PROVIDERS,
    AccountInfo,
    AreaCode,
    Capabilities,
    FailureKind,
    NumberInfo,
    Provider,
    ProviderError,
    Submission,
)
from .fake_provider import Killed

OURS = "+15145550177"
FREE = "+15145550180"


class NumberService:
    """The world outside."""

    def __init__(self):
        self.listed = {OURS: NumberInfo(number=OURS, provider_id="id-1")}
        self.free = {"514": [FREE, "+15145550181"], "615": ["+16155550182"]}
        self.regions = {"514": "QC", "438": "QC", "263": "QC", "615": "TN", "629": "TN"}
        self.calls = []  # what was asked for, in order
        self.script = deque()  # what the next calls that change something meet
        self.list_error = None

    def lose_answer(self, taken):
        """Nobody hears how the next order or release went."""
        error = ProviderError(FailureKind.UNKNOWN, proven_not_sent=False, code="lost")
        self.script.append((error, taken))

    def refuse(self, kind=FailureKind.INVALID_NUMBER):
        text = f"refused +1 514 555 0180 {kind}"
        error = ProviderError(kind, proven_not_sent=True, code="400", text=text)
        self.script.append((error, False))

    def count(self, name):
        return sum(call[0] == name for call in self.calls)

    def change(self, call, take):
        self.calls.append(call)
        error, taken = self.script.popleft() if self.script else (None, True)
        if isinstance(error, ProviderError) and not taken:
            raise error
        take()
        if isinstance(error, Killed):
            # The process ends: its connection is gone, with what is not committed.
            test_cursor.TestCursor._cursors_stack[-1].rollback()
        if error:
            raise error


class NumberProvider(Provider):
    code = "numbered"
    label = "Numbered (tests)"
    capabilities = Capabilities(numbers=True, orders_numbers=True)
    service = NumberService()

    @classmethod
    def installed(cls):
        return patch.dict(PROVIDERS, {cls.code: cls})

    @classmethod
    def reset(cls):
        cls.service = NumberService()
        return cls.service

    @classmethod
    def able(cls, **capabilities):
        return patch.object(cls, "capabilities", Capabilities(**capabilities))

    def verify(self):
        return AccountInfo(name="Numbered")

    def submit(self, request):
        return Submission(provider_id=f"number-{request.reference}")

    def fetch_status(self, provider_ids):
        return {}

    def list_numbers(self):
        self.service.calls.append(("list",))
        if self.service.list_error:
            raise self.service.list_error
        return list(self.service.listed.values())

    def search_area_codes(self, country, area_code=None, region=None):
        service = self.service
        service.calls.append(("search", area_code or region))
        return [
            AreaCode(country=country, code=code, region=region, offers=tuple(numbers))
            for code, numbers in service.free.items()
            if numbers and (code == area_code or service.regions[code] == region)
        ]

    def order_number(self, order):
        info = NumberInfo(number=order.number, provider_id=f"id-{order.number[-4:]}")

        def take():
            self.service.listed[order.number] = info

        self.service.change(("order", order.number), take)
        return info

    def release_number(self, number):
        self.service.change(
            ("release", number.number),
            lambda: self.service.listed.pop(number.number),
        )


class NumberCase:
    """An account at a provider that has numbers; connected, its numbers fetched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = NumberProvider.installed()
        installed.start()
        cls.addClassCleanup(installed.stop)
        NumberProvider.reset()
        cls.numbered = cls.env["fax.account"].create(
            {"name": "Numbered", "code": "numbered", "company_id": cls.company.id}
        )
        cls.numbered.with_user(cls.manager).action_connect()
        cls.ours = cls.numbered.number_ids

    def setUp(self):
        super().setUp()
        self.service = NumberProvider.reset()
        self.set_wait("look_first_seconds", 10)
        self.as_manager = self.numbered.with_user(self.manager)

    def run_orders(self):
        self.run_cron("ir_cron_fax_numbers")

    def order(self, number=FREE):
        order_id = self.as_manager.order_number(number)
        return self.env["fax.number.order"].browse(order_id)
