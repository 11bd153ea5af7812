"""Documo's words in ours: data tables, each row with where it comes from.

D: the vendor documents it. C: seen in other clients' code, not confirmed. The
vendor's full table of codes is not public: what is not listed goes by its thousand,
what fits no thousand is unknown, and the raw code is kept beside in any case. An
account's setting `codes` adds to the table, or corrects it, without a new release.
"""

from .connect import ConnectForm, FormField
from .failures import FailureKind, _
from .values import FaxState

# pylint: disable=prefer-env-translation  # there is no env in this package

K = FailureKind

BASE_URL = "https://api.documo.com"
SANDBOX_URL = "https://api.sandbox.documo.com"

STATES = {  # D, all there are
    "processing": FaxState.QUEUED,
    "scheduled": FaxState.QUEUED,
    "transmitting": FaxState.SENDING,
    "success": FaxState.DELIVERED,
    "failed": FaxState.FAILED,
    "cancelled": FaxState.CANCELLED,
}

NO_ERROR = ("", "0")  # D: codes are strings, "0" is OK

CODES = {
    "6100": K.BUSY,  # D: number busy, the most common
    "6000": K.CONNECTION,  # C: fax connect failed
}

THOUSANDS = {
    "5": K.DOCUMENT_REJECTED,  # D: document problem (C: 5100 blocked, 5200 rendering)
    # Line trouble, or a connection that failed at either end (D for the eights):
    # resending helps. Only "busy" says that no page can be out, so that only it may
    # be redialled without asking anyone.
    "6": K.CONNECTION,
    "8": K.CONNECTION,
}

# What the provider says in words counts for more than the number beside it. D; with
# which status or code this sentence comes is not known.
WORDS = (("caller id is not allowed", K.CALLER_ID),)

# Statuses by which the provider says that it did not take the request. Documented:
# 403 (trial ended or plan inactive) and 429 (too many calls); the others mean it by
# HTTP's own definition. Not among them, so that the outcome counts as open: 408,
# 409 and every status that says "later" or "perhaps".
REFUSALS = {
    400: K.UNKNOWN,
    401: K.CREDENTIALS,
    402: K.ACCOUNT_INACTIVE,
    403: K.ACCOUNT_INACTIVE,
    404: K.UNKNOWN,
    405: K.UNKNOWN,
    413: K.DOCUMENT_REJECTED,
    415: K.DOCUMENT_REJECTED,
    422: K.UNKNOWN,
    429: K.RATE_LIMITED,
}

FORM = ConnectForm(
    sign_up_url="https://app.documo.com/signup",
    help_url="https://help.documo.com",
    steps=(
        _("Sign up with Documo (mFax), or sign in to the account you have."),
        _(
            "In the Documo web app open Settings > API, enable the API, and create"
            " a key. Documo shows the key only once: copy it right away."
        ),
        _("Paste the key below. It is checked with Documo before it is kept."),
    ),
    credentials=(
        FormField(
            name="api_key",
            label=_("API key"),
            secret=True,
            help=_(
                "Shown once when it is created. If it is lost, create another one"
                " in Documo and connect again."
            ),
        ),
    ),
    settings=(
        FormField(
            name="base_url",
            label=_("Environment"),
            default=BASE_URL,
            choices=(
                (BASE_URL, _("Production")),
                (SANDBOX_URL, _("Sandbox (an account of its own; nothing is faxed)")),
            ),
            other=True,
        ),
    ),
    callback_steps=(
        _("In the Documo web app open Toolbox > Webhooks and add a new webhook."),
        _("Enter the address shown here, and switch on 'Use Basic Auth'."),
        _("Enter the user and the password shown here."),
        _("Choose the events fax.v1.outbound.complete and fax.v1.inbound.complete."),
    ),
)


def kind_of(
    codes: tuple[str, ...],
    texts: tuple[str, ...] = (),
    more: dict[str, FailureKind] | None = None,
) -> FailureKind:
    """The kind of a failure, from whatever codes and texts came with it."""
    for words, kind in WORDS:
        if any(words in text.lower() for text in texts):
            return kind
    exact = CODES | (more or {})
    for code in codes:
        if code in exact:
            return exact[code]
    for code in codes:
        if len(code) == 4 and code.isdecimal() and code[0] in THOUSANDS:
            return THOUSANDS[code[0]]
    return FailureKind.UNKNOWN
