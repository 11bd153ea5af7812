"""Fax providers, behind one interface. Plain Python: nothing here imports Odoo.

Where to read
    `failures`   what can go wrong, in words people understand
    `errors`     the one exception a provider raises
    `values`     the dataclasses that go in and out
    `interface`  `Provider` and its `Capabilities`: the seam itself
    `connect`    what a connect wizard asks for
    `registry`   `register` and `get`
    `loopback`   the embedded training provider, complete, and a good example
    `calls`      several calls at a time, each in a thread
    `documo`     Documo (mFax), over `http`: what a call that sends a fax needs
    `interfax`   InterFAX, likewise; large documents go in chunks
    `hylafax`    a fax server of one's own, over sockets

The rest of the addon knows no provider by name. It makes one from an account's
settings, calls it outside of any open transaction, and stores what comes back. A
provider knows no database, keeps no state and decides nothing: it says what
happened, and in doubt it says so.

Writing a provider
    Subclass `Provider`, declare what it can do, implement exactly that (anything
    else is refused when the class is made), and decorate it with `register`. This
    one is complete; it hands faxes to a machine which watches a folder, and which
    moves each job to `done` or `failed`:

        @register
        class FolderProvider(Provider):
            code = "folder"
            label = "Folder watched by a fax machine"
            capabilities = Capabilities(find=FindBy.REFERENCE)

            def verify(self):
                if not self._job("out", "").parent.is_dir():
                    raise ProviderError(
                        FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True
                    )
                return AccountInfo()

            def submit(self, request):
                self.verify()
                self.check_deadline(request)
                job = self._job("out", request.reference)
                try:
                    with job.with_suffix(".pdf").open("xb") as file:
                        file.write(request.document)
                    job.write_text(request.to)  # last: the machine waits for it
                except OSError:
                    raise ProviderError(
                        FailureKind.UNKNOWN, proven_not_sent=False
                    ) from None
                return Submission(provider_id=request.reference)

            def fetch_status(self, provider_ids):
                return {
                    key: FaxStatus(
                        provider_id=key,
                        state=state,
                        failure=failure,
                        raw_status=folder,
                    )
                    for key in provider_ids
                    for folder, state, failure in (
                        ("out", FaxState.QUEUED, None),
                        ("done", FaxState.DELIVERED, None),
                        ("failed", FaxState.FAILED, FailureKind.UNKNOWN),
                    )
                    if self._job(folder, key).exists()
                }

            def find(self, reference, fingerprint):
                known = self.fetch_status([reference])
                return [Found(provider_id=key) for key in known]

            def _job(self, folder, name):
                return Path(self.settings["folder"], folder, name + ".job")

    Let its tests inherit `ProviderContract` (tests/unit/providers): it holds every
    provider to the rules that the queue relies on, the most important being when
    an error may say `proven_not_sent`.
"""

from .calls import Calls, Outcome
from .connect import ConnectForm, FormField
from .documo import DocumoProvider
from .efax import EfaxProvider
from .efax_developer import EfaxDeveloperProvider
from .errors import CallbackRefused, NotSupported, ProviderError
from .failures import FAILURES, FailureFacts, FailureKind, FixedBy, page_at_fault
from .hylafax import HylafaxProvider
from .interfax import InterfaxProvider
from .interface import Capabilities, CoverLimits, FindBy, Provider, utc_now
from .loopback import LoopbackJob, LoopbackProvider, LoopbackStore
from .registry import PROVIDERS, get, register
from .values import (
    AccountInfo,
    AreaCode,
    Balance,
    Callback,
    Cover,
    FaxState,
    FaxStatus,
    Fingerprint,
    Found,
    Hint,
    NumberInfo,
    NumberOrder,
    Received,
    Resolution,
    Submission,
    SubmitRequest,
)

__all__ = [
    "FAILURES",
    "PROVIDERS",
    "AccountInfo",
    "AreaCode",
    "Balance",
    "Callback",
    "CallbackRefused",
    "Calls",
    "Capabilities",
    "ConnectForm",
    "Cover",
    "CoverLimits",
    "DocumoProvider",
    "EfaxDeveloperProvider",
    "EfaxProvider",
    "FailureFacts",
    "FailureKind",
    "FaxState",
    "FaxStatus",
    "Fingerprint",
    "FindBy",
    "FixedBy",
    "FormField",
    "Found",
    "Hint",
    "HylafaxProvider",
    "InterfaxProvider",
    "LoopbackJob",
    "LoopbackProvider",
    "LoopbackStore",
    "NotSupported",
    "NumberInfo",
    "NumberOrder",
    "Outcome",
    "Provider",
    "ProviderError",
    "Received",
    "Resolution",
    "Submission",
    "SubmitRequest",
    "get",
    "page_at_fault",
    "register",
    "utc_now",
]
