"""A provider that needs a key and calls back, and remembers who asked it.

``KeyProvider.installed()`` puts it among the providers, as the fake one does.
"""

import base64
import json
from unittest.mock import patch

from ..providers import (
    PROVIDERS,
    AccountInfo,
    Callback,
    CallbackRefused,
    Capabilities,
    ConnectForm,
    CoverLimits,
    FailureKind,
    FormField,
    Hint,
    Provider,
    ProviderError,
    Submission,
)

GOOD_KEY = "good-key-of-the-clinic-4f2a"
OTHER_KEY = "other-key-of-the-clinic-9b1c"
WRONG_KEY = "wrong-key-nobody-knows-0000"
SECRETS = ("credentials", "credentials_digest", "callback_token", "callback_password")


class KeyService:
    """The world outside."""

    def __init__(self):
        self.keys = {GOOD_KEY, OTHER_KEY}
        self.seen = []
        self.submitted = []
        self.error = None
        self.info = AccountInfo(name="Clinic")


class KeyProvider(Provider):
    code = "keyed"
    label = "Keyed (tests)"
    capabilities = Capabilities(
        callbacks=True, cover=CoverLimits(recipient=40, subject=55, notes=4000)
    )
    form = ConnectForm(
        steps=("Sign up.", "Make a key."),
        sign_up_url="https://example.com/sign-up",
        help_url="https://example.com/help",
        credentials=(
            FormField(name="api_key", label="API key", secret=True),
            FormField(name="user", label="User", required=False),
        ),
        settings=(
            FormField(
                name="base_url",
                label="Environment",
                default="https://one.example.com",
                choices=(("https://one.example.com", "One"),),
                other=True,
            ),
            FormField(
                name="speed",
                label="Speed",
                default="slow",
                choices=(("slow", "Slow"), ("fast", "Fast")),
            ),
        ),
        callback_steps=("Enter the address.",),
    )
    service = KeyService()

    @classmethod
    def installed(cls):
        return patch.dict(PROVIDERS, {cls.code: cls})

    @classmethod
    def reset(cls):
        cls.service = KeyService()
        return cls.service

    def verify(self):
        service = self.service
        service.seen.append((dict(self.credentials), dict(self.settings)))
        if service.error:
            raise service.error
        if self.credentials.get("api_key") not in service.keys:
            raise ProviderError(
                FailureKind.CREDENTIALS,
                proven_not_sent=True,
                code="401",
                text=f"key {self.credentials.get('api_key')} of 514 555 0199 refused",
            )
        return service.info

    def submit(self, request):
        self.service.submitted.append(request)
        return Submission(provider_id=f"key-{request.reference}")

    def fetch_status(self, provider_ids):
        return {}

    def parse_callback(self, headers, body, query):
        user = self.credentials["callback_user"]
        password = self.credentials["callback_password"]
        known = base64.b64encode(f"{user}:{password}".encode()).decode()
        lower = {name.lower(): value for name, value in headers.items()}
        if not password or lower.get("authorization") != f"Basic {known}":
            raise CallbackRefused()
        try:
            said = json.loads(body)
        except ValueError:
            raise CallbackRefused(FailureKind.UNKNOWN) from None
        return Callback(hints=(Hint(provider_id=said["id"], event=said["event"]),))


class KeyCase:
    """An account at a provider that wants a key, not connected yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        installed = KeyProvider.installed()
        installed.start()
        cls.addClassCleanup(installed.stop)
        cls.keyed = cls.new_keyed("Keyed account")

    def setUp(self):
        super().setUp()
        self.service = KeyProvider.reset()

    @classmethod
    def new_keyed(cls, name, company=None):
        return cls.env["fax.account"].create(
            {"name": name, "code": "keyed", "company_id": (company or cls.company).id}
        )

    def connect(self, key=GOOD_KEY, account=None, user=None, **values):
        account = (account or self.keyed).with_user(user or self.manager)
        return account.connect({"api_key": key, **values})
