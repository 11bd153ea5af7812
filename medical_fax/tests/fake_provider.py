"""A fax provider that does what a test tells it to, and remembers what it was asked.

Exported for other addons: ``FakeProvider.installed()`` puts it among the providers
for as long as a test class needs it.
"""

from collections import deque
from unittest.mock import patch

from ..providers import PROVIDERS, FailureKind, FaxState, FaxStatus, ProviderError
from ..providers.interface import Capabilities, FindBy, Provider
from ..providers.values import AccountInfo, Found, Submission


class Killed(BaseException):
    """The worker process dies: no ``except Exception`` sees it."""


class FakeService:
    """The world outside: a list of what arrived, and a script of what it answers."""

    def __init__(self):
        self.submitted = []
        self.asked = []
        self.statuses = {}
        self.status_error = None
        self.on_submit = None
        self.there = []
        self.looked = []
        self.cancelled = []
        self.resent = []
        self.cancel_answer = True
        self._script = deque()

    # What the next submissions meet; without a script they are accepted

    def refuse(self, kind=FailureKind.BUSY, **options):
        """The provider says no before it takes the fax: proven not sent."""
        self._script.append(ProviderError(kind, proven_not_sent=True, **options))

    def lose_answer(self, kind=FailureKind.UNKNOWN, **options):
        """Nobody knows whether the provider took the fax."""
        self._script.append(ProviderError(kind, proven_not_sent=False, **options))

    def crash(self, error):
        """Anything else is raised: a bug in the provider's client, or Killed."""
        self._script.append(error)

    def accept(self):
        self._script.append(None)

    # What it says when asked

    def answer(self, state, *attempts, **values):
        """Let the provider report a state for these attempts."""
        for attempt in attempts:
            self.statuses[attempt.provider_id] = FaxStatus(
                provider_id=attempt.provider_id,
                state=state,
                raw_status=state.value,
                **values,
            )

    def deliver(self, *attempts):
        for attempt in attempts:
            pages = attempt.message_id.pages
            self.answer(FaxState.DELIVERED, attempt, pages_sent=pages)

    # Called by the provider

    def submit(self, request):
        self.submitted.append(request)
        if self.on_submit:
            self.on_submit(request)
        error = self._script.popleft() if self._script else None
        if error is not None:
            raise error
        return Submission(provider_id=f"fake-{request.reference}", raw_status="taken")

    def find(self, reference, fingerprint):
        """What tests put into `there`: lists of ids, one for each look, or errors."""
        self.looked.append((reference, fingerprint))
        there = self.there.pop(0) if self.there else []
        if isinstance(there, Exception):
            raise there
        return [Found(provider_id=key) for key in there]

    def cancel(self, provider_id):
        self.cancelled.append(provider_id)
        if isinstance(self.cancel_answer, Exception):
            raise self.cancel_answer
        return self.cancel_answer

    def fetch_status(self, provider_ids):
        asked = list(provider_ids)
        self.asked.append(asked)
        if self.status_error:
            raise self.status_error
        return {key: self.statuses[key] for key in asked if key in self.statuses}


class FakeProvider(Provider):
    """Stateless as every provider; the state is in ``service``.

    Left alone it can neither find nor cancel, so that what is not known stays so;
    ``able()`` lets it.
    """

    code = "fake"
    label = "Fake (tests)"
    capabilities = Capabilities(find=FindBy.FINGERPRINT, cancel=True, resend=True)
    service = FakeService()

    @classmethod
    def installed(cls):
        """A patch that makes the provider known by its code."""
        return patch.dict(PROVIDERS, {cls.code: cls})

    @classmethod
    def able(cls, **capabilities):
        """A patch that lets the provider do more, such as ``find=FindBy.REFERENCE``."""
        return patch.object(cls, "capabilities", Capabilities(**capabilities))

    @classmethod
    def reset(cls):
        """Begin a test with an empty service and return it."""
        cls.service = FakeService()
        return cls.service

    def verify(self):
        return AccountInfo(name="Fake")

    def submit(self, request):
        return self.service.submit(request)

    def fetch_status(self, provider_ids):
        return self.service.fetch_status(provider_ids)

    def find(self, reference, fingerprint):
        return self.service.find(reference, fingerprint)

    def cancel(self, provider_id):
        return self.service.cancel(provider_id)

    def resend(self, provider_id, request):
        self.service.resent.append(provider_id)
        return self.service.submit(request)


FakeProvider.capabilities = Capabilities()
