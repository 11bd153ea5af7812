"""InterFAX's words in ours: data tables, each row with where it comes from.

D: the vendor documents it. C: seen in other clients' code. R: remembered, nowhere
confirmed. The vendor's table of statuses is not known in full: any other number below
0 is on its way, any other above 0 has failed for a reason that is not known, and the
raw number is kept beside in any case. An account's setting `codes` adds to the table,
or corrects it, without a new release.
"""

from .connect import ConnectForm, FormField
from .failures import FailureKind, _
from .values import FaxState

# pylint: disable=prefer-env-translation  # there is no env in this package

K = FailureKind
S = FaxState

BASE_URL = "https://rest.interfax.net"

# What the setting `codes` says of a status that means "cancelled": which one a fax
# gets that was stopped is not documented.
CANCELLED = S.CANCELLED.value

STATES: dict[int, tuple[FaxState, FailureKind | None]] = {
    0: (S.DELIVERED, None),  # D: the other machine confirmed all pages
    -1: (S.QUEUED, None),  # D: pre-processing
    -11: (S.QUEUED, None),  # D: pre-processing
    -2: (S.QUEUED, None),  # D: ready, in the queue
    -3: (S.SENDING, None),  # D: sending, or waiting for its next attempt
    # D: out of credit. Goes on by itself when credit is bought; becomes 205000 after
    # 24 hours without.
    -22: (S.WAITING, K.QUOTA_EXCEEDED),
    205000: (S.FAILED, K.QUOTA_EXCEEDED),  # D: cancelled for lack of credit
    # D: "internal error", the call dropped after minutes without a confirmation: a
    # page may be out.
    1: (S.FAILED, K.CONNECTION),
    2: (S.FAILED, K.CONNECTION),  # D: telephony error
    12: (S.FAILED, K.CONNECTION),  # D: telephony error
    263: (S.FAILED, K.BUSY),  # C: the receiving line is in use
    6001: (S.FAILED, K.BUSY),  # R
}
UNDER_WAY = (S.SENDING, None)  # D: any other number below 0
FAILED = (S.FAILED, K.UNKNOWN)  # D: any other number above 0

# Codes in the body of a refusal; D, all of them. They name what was refused, so that
# with any status of the four hundreds the request was not taken.
REFUSED: dict[int, FailureKind] = {
    -111: K.BLOCKED,  # a developer account faxes its designated number only
    -112: K.INVALID_NUMBER,
    -114: K.UNKNOWN,  # postponed for too long
    -123: K.DOCUMENT_REJECTED,  # no valid document
    -310: K.UNKNOWN,  # not the primary user
    -311: K.UNKNOWN,  # a fax of another user
    -312: K.UNKNOWN,  # already resent
    -666: K.ACCOUNT_INACTIVE,  # of another switch group
    -677: K.ACCOUNT_INACTIVE,  # no service for sending
    -1002: K.UNKNOWN,  # number of types is not number of sizes
    -1003: K.CREDENTIALS,
    -1004: K.DOCUMENT_REJECTED,  # no file type
    -1005: K.UNKNOWN,  # no such fax
    -1009: K.UNKNOWN,  # no image
    -1011: K.RATE_LIMITED,
    -1059: K.DOCUMENT_REJECTED,  # too many attachments
    # The document that was uploaded before is not there (any more): with another try
    # it is uploaded again.
    -1062: K.PROVIDER_UNAVAILABLE,
    -2003: K.CREDENTIALS,  # not from this address
}
INTERNAL = -150  # D: an internal error, which refuses nothing
TOO_MANY_REQUESTS = -1011

# Statuses that mean "not taken" by HTTP's own definition; the codes above tell more.
# Not among them, so that the outcome counts as open: 408, 409 and every status that
# says "later" or "perhaps".
REFUSALS: dict[int, FailureKind] = {
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

Codes = dict[int, tuple[FaxState, FailureKind | None]]


def more_codes(setting: dict) -> Codes:
    """The setting `codes`, {number: failure kind or "cancelled"}, as rows of `STATES`.

    Only of numbers above 0: what is on its way is not ended by a setting.
    """
    kinds = {kind.value: kind for kind in FailureKind}
    rows: Codes = {}
    for number, word in setting.items():
        number, word = str(number).strip(), str(word)
        if not (number.isascii() and number.isdigit() and 0 < int(number[:18])):
            continue
        if word == CANCELLED:
            rows[int(number)] = (S.CANCELLED, None)
        elif word in kinds:
            rows[int(number)] = (S.FAILED, kinds[word])
    return rows


def state_of(number: int, more: Codes) -> tuple[FaxState, FailureKind | None]:
    """State and reason of a status."""
    other = UNDER_WAY if number < 0 else FAILED
    return more.get(number) or STATES.get(number) or other


FORM = ConnectForm(
    sign_up_url="https://uplandsoftware.com/interfax/",
    help_url="https://help.uplandsoftware.com/interfax/",
    steps=(
        _("Sign up with InterFAX, or use the account you have."),
        _(
            "For a prepaid account buy a card first: without credit InterFAX holds"
            " every fax, and cancels it after 24 hours."
        ),
        _(
            "Enter the user name and the password of the account below. They are"
            " checked with InterFAX before they are kept."
        ),
    ),
    credentials=(
        FormField(name="username", label=_("User name")),
        FormField(
            name="password",
            label=_("Password"),
            secret=True,
            help=_("If it is changed at InterFAX, connect again with the new one."),
        ),
    ),
    settings=(
        FormField(
            name="base_url",
            label=_("Environment"),
            default=BASE_URL,
            choices=((BASE_URL, _("Production")),),
            other=True,
            help=_("An account of another service (such as PCI) has its own address."),
        ),
        FormField(
            name="currency",
            label=_("Currency of the account"),
            required=False,
            help=_(
                "Three letters, such as USD. InterFAX tells balance and costs without"
                " naming their currency."
            ),
        ),
    ),
    callback_steps=(
        _("In the InterFAX web account open Settings > Outbound Settings > Feedback."),
        _(
            "Under Web Feedback choose Always and HTTP POST, and enter the address"
            " shown here. Anyone who knows it could send hints: keep it to yourself."
        ),
        _("Enter the same address, with HTTP POST, in the Inbound Settings."),
    ),
    callback_login=False,
)
