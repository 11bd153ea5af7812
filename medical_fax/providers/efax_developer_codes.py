"""eFax Developer's words in ours: data tables, each row with where it comes from.

C: seen in a client's code and tests, or in a copy of the user guide of 2007. What the
provider calls the ways in which a fax can fail is not known, except for "Busy": the
setting `words` of an account adds to what is here, without a new release, and the
provider's own words are kept beside in any case.
"""

from .connect import ConnectForm, FormField
from .failures import FailureKind, _
from .values import FaxState

# pylint: disable=prefer-env-translation  # there is no env in this package

K = FailureKind

BASE_URL = "https://secure.efaxdeveloper.com"  # C
PATH = "/EFax_WebFax.serv"  # C

# `StatusCode` of the answer to a submission. C
TAKEN, REFUSED = "1", "2"

# `ErrorLevel` of a refusal -> whether it proves that nothing was taken. C: the names.
# A mistake of ours was found before anything was taken; where its own system failed,
# nobody knows how far it got.
LEVELS = {"user": True, "system": False}

# Classification and outcome of a fax, in small letters, without their quotes. C
# Whatever else both say is a failure. C
STATES = {
    ("", ""): FaxState.QUEUED,
    ("success", "success"): FaxState.DELIVERED,
    # Half of it told is not told yet; not documented.
    ("success", ""): FaxState.SENDING,
    ("", "success"): FaxState.SENDING,
}
BUSY = "busy"  # C, as a classification: it will try again, whatever the outcome says

# Words in classification, outcome or message of a failure -> kind; see `words`.
WORDS: dict[str, FailureKind] = {}

# Statuses of HTTP by which it says that it did not take the request, by HTTP's own
# definition: none are documented, the answer to every call is said to be 200.
HTTP_REFUSALS = {
    401: K.CREDENTIALS,
    403: K.CREDENTIALS,
    404: K.UNKNOWN,
    405: K.UNKNOWN,
    413: K.DOCUMENT_REJECTED,
    415: K.DOCUMENT_REJECTED,
    429: K.RATE_LIMITED,
}

NEW_INBOUND = "new inbound"  # C: `RequestType` of a received fax
REPLY = "Post Successful"  # C: what it wants to read back

FORM = ConnectForm(
    help_url="https://www.efaxdeveloper.com",
    steps=(
        _("This is for accounts of the older service eFax Developer."),
        _("Sign in to eFax Developer and look up the account ID."),
        _("Enter it below, with the user name and password for sending by XML."),
    ),
    credentials=(
        FormField(name="account_id", label=_("Account ID")),
        FormField(name="user_name", label=_("User name")),
        FormField(name="password", label=_("Password"), secret=True),
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
    callback_steps=(
        _("In eFax Developer open the settings for inbound faxes."),
        _("Choose that they are posted as XML, with the fax in it as PDF."),
        _("Enter the address, the user and the password shown here."),
    ),
)


def kind_of(
    texts: tuple[str, ...], more: dict[str, FailureKind] | None = None
) -> FailureKind:
    """The kind of a failure, from whatever it says about it."""
    for words, kind in (WORDS | (more or {})).items():
        if any(words.lower() in text.lower() for text in texts):
            return kind
    return FailureKind.UNKNOWN
