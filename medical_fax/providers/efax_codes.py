"""eFax Enterprise's words in ours: data tables, each row with where it comes from.

D: the vendor documents it. C: seen in other clients' code or in a reseller's copy of
the documentation, not confirmed. The list of error codes is behind the login of the
vendor's portal: an account's setting `codes` adds to what is here, without a new
release, and the raw code and text are kept beside in any case.
"""

from .connect import ConnectForm, FormField
from .failures import FailureKind, _
from .values import FaxState

# pylint: disable=prefer-env-translation  # there is no env in this package

K = FailureKind

BASE_URL = "https://api.securedocex.com"  # D

# `transmission_status`, in capitals and in one word: there is "PENDING RETRY".
STATES = {
    "NEW": FaxState.QUEUED,  # D
    "INPROGRESS": FaxState.SENDING,  # D
    "INPROGESS": FaxState.SENDING,  # C: so spelt in one place of the specification
    "PENDINGRETRY": FaxState.QUEUED,  # D: not if it does as told, see `NO_RETRIES`
    "COMPLETE": FaxState.DELIVERED,  # D
    "COMPLETED": FaxState.DELIVERED,  # C
    "ERROR": FaxState.FAILED,  # D
    "CANCELED": FaxState.CANCELLED,  # D
    "CANCELLED": FaxState.CANCELLED,  # C
}

NO_ERROR = ("", "0")  # C: "0" comes with the text "OK"

# Code of a fax that failed -> kind. None is known: see the setting `codes`.
CODES: dict[str, FailureKind] = {}

# Redialling is ours: it knows how often a fax was tried, and what became of each try.
NO_RETRIES = {"non_billable": 0, "billable": 0, "human_answer": 0}  # D: the names

# Statuses by which the provider says that it did not take the request. D: 400, 401,
# 403, 404, 429; the others mean it by HTTP's own definition. Not among them, so that
# the outcome counts as open: 408, 409 and every status that says "later".
REFUSALS = {
    400: K.UNKNOWN,
    401: K.CREDENTIALS,
    403: K.CREDENTIALS,  # C: "forbidden to the authenticated user"
    404: K.UNKNOWN,
    405: K.UNKNOWN,
    413: K.DOCUMENT_REJECTED,
    415: K.DOCUMENT_REJECTED,
    422: K.UNKNOWN,
    429: K.RATE_LIMITED,
}

# Of the call for a token: OAuth's own definition has 400 for a wrong client, too.
TOKEN_REFUSALS = REFUSALS | {400: K.CREDENTIALS}

# What a refusal is about, by its `element_name`. C
ELEMENTS = {"fax_number": K.INVALID_NUMBER}

FORM = ConnectForm(
    help_url="https://docs.efaxcorporate.com",
    steps=(
        _("Ask eFax for an eFax Enterprise (Corporate) account with API access."),
        _(
            "In the eFax admin portal open the API management, and create an App ID"
            " with its API key. Use them for nothing else: whoever else signs in with"
            " them interrupts your faxes."
        ),
        _("In the same portal find the user ID of the user whose number sends."),
        _("Paste the three below. They are checked with eFax before they are kept."),
    ),
    credentials=(
        FormField(name="app_id", label=_("App ID")),
        FormField(name="api_key", label=_("API key"), secret=True),
        FormField(
            name="user_id",
            label=_("User ID"),
            help=_("Letters, digits and dashes; not the name to sign in with."),
        ),
    ),
    settings=(
        FormField(
            name="base_url",
            label=_("Environment"),
            default=BASE_URL,
            choices=((BASE_URL, _("Production")),),
            other=True,
        ),
    ),
)


def kind_of(code: str, more: dict[str, FailureKind] | None = None) -> FailureKind:
    """The kind of a fax's failure."""
    return (CODES | (more or {})).get(code, FailureKind.UNKNOWN)
