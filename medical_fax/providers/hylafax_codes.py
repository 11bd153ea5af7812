"""HylaFAX's words in ours: data tables, each row with where it comes from.

M: measured on calls between two HylaFAX 6.0.7 (dev/faxlab makes them again).
S: a text that the programs of that release contain; not provoked.

A failed job is told by its text. Its number is of no use: with one dial allowed,
"too many attempts to dial" takes the place of what went wrong. The text in front of
the semicolon is what went wrong.
"""

from .connect import ConnectForm, FormField
from .failures import FailureKind, _
from .values import FaxState

# pylint: disable=prefer-env-translation  # there is no env in this package

K = FailureKind

# The letters of a job's state in a list, and what we call them. The last attempt of
# a job is the only one, so that "sleeping" waits for a modem and not for a redial.
STATES = {
    "?": ("undefined", FaxState.QUEUED),
    "T": ("suspended", FaxState.QUEUED),  # also for seconds after it was submitted
    "P": ("pending", FaxState.QUEUED),
    "S": ("sleeping", FaxState.QUEUED),
    "B": ("blocked", FaxState.QUEUED),
    "W": ("ready", FaxState.QUEUED),
    "R": ("active", FaxState.SENDING),
    "D": ("done", FaxState.DELIVERED),
    "F": ("failed", FaxState.FAILED),
}
HANDING_OVER = "T"
FAILED = "F"

# M: the scheduler did not take the job, and keeps it among the finished ones. Not so
# after a crash, where it means that the job had been dialled already.
REJECTED = "reject: "
REJECTED_LATER = "reject: too many attempts"
SCHEDULER_REFUSED = 460  # M: what JSUBM then replies; also when nobody schedules

ABORTED = "job aborted by request"  # M: somebody removed it, or we did

# The first row whose words are in the text decides. Only rows where no page can be
# out have a kind that may be redialled without asking anyone.
FAILURES = (
    ("busy signal detected", K.BUSY),  # M
    ("no answer from remote", K.NO_ANSWER),  # M
    ("no answer or ring back", K.NO_ANSWER),  # S
    ("ringback detected, no answer", K.NO_ANSWER),  # S
    ("no carrier detected", K.NOT_A_FAX),  # M: answered, and no fax is heard
    ("no receiver protocol", K.NOT_A_FAX),  # S
    ("no answer (t.30 t1 timeout)", K.NOT_A_FAX),  # S
    ("voice connection", K.NOT_A_FAX),  # S
    ("data connection established", K.NOT_A_FAX),  # S
    ("no t.4 receiver capability", K.NOT_A_FAX),  # S
    ("remote cannot receive", K.NOT_A_FAX),  # S
    # Our own line or modem.
    ("no local dialtone", K.PROVIDER_UNAVAILABLE),  # M
    ("no dial tone", K.PROVIDER_UNAVAILABLE),  # S
    ("phone off-hook", K.PROVIDER_UNAVAILABLE),  # S
    ("no loop current", K.PROVIDER_UNAVAILABLE),  # S
    ("glare - ring detected", K.PROVIDER_UNAVAILABLE),  # S: a call came in meanwhile
    ("can not lock modem device", K.PROVIDER_UNAVAILABLE),  # S
    ("unable to setup modem", K.PROVIDER_UNAVAILABLE),  # S
    ("unable to configure modem", K.PROVIDER_UNAVAILABLE),  # S
    ("is not registered", K.PROVIDER_UNAVAILABLE),  # M: a modem of that name
    ("fork to prepare", K.PROVIDER_UNAVAILABLE),  # S
    ("invalid dialing command", K.INVALID_NUMBER),  # S
    ("convert dial string", K.INVALID_NUMBER),  # S
    ("blacklisted by modem", K.BLOCKED),  # S
    ("permission denied", K.BLOCKED),  # S: by an access list of the server
    ("too many pages", K.TOO_MANY_PAGES),  # S
    ("document preparation failed", K.DOCUMENT_REJECTED),  # S
    ("converted document", K.DOCUMENT_REJECTED),  # M: a PDF that cannot be read
    ("document is not", K.DOCUMENT_REJECTED),  # M: no TIFF, or not as a fax is
    ("document directory", K.DOCUMENT_REJECTED),  # S
    ("document file", K.DOCUMENT_REJECTED),  # S
    ("document conver", K.DOCUMENT_REJECTED),  # S
    ("document was encoded", K.DOCUMENT_REJECTED),  # S
    ("contains no documents", K.DOCUMENT_REJECTED),  # S
    ("no work found", K.DOCUMENT_REJECTED),  # S
    ("does not support document", K.DOCUMENT_REJECTED),  # S: its width or length
    # The call stood, or may have stood.
    (REJECTED_LATER, K.CONNECTION),  # M: the scheduler crashed in the call
    ("phase c error", K.CONNECTION),  # M: cut in a page
    ("no response to", K.CONNECTION),  # M: the other side fell silent
    ("failure to receive silence", K.CONNECTION),  # M: the same, in training
    ("comrec", K.CONNECTION),  # M: a line so bad that it failed before a page
    ("kill time expired", K.CONNECTION),  # S: waited too long, perhaps in a call
    ("send program terminated", K.CONNECTION),  # S
    ("phase", K.CONNECTION),  # S: A, B and D
    ("t.30", K.CONNECTION),  # S
    ("failure to", K.CONNECTION),  # S: train, raise a carrier, send clean data
    ("unable to transmit page", K.CONNECTION),  # S
    ("unable to establish", K.CONNECTION),  # S
    ("disconnected", K.CONNECTION),  # S
    ("attempts to send same page", K.CONNECTION),  # S
    ("protocol error", K.CONNECTION),  # S
    ("synchroni", K.CONNECTION),  # S
    ("timeout", K.CONNECTION),  # S
    ("trouble with", K.CONNECTION),  # S: V.17, V.34
    ("call aborted", K.CONNECTION),  # S
    ("aborted due to operator", K.CONNECTION),  # S
    ("procedure interrupt", K.CONNECTION),  # S
)

# Commands before the one that hands a job over, and what a refusal of each means.
# Nothing has left then, whatever the reply.
REFUSALS = {
    "USER": K.CREDENTIALS,
    "PASS": K.CREDENTIALS,
    "FORM": K.DOCUMENT_REJECTED,
    "JPARM DOCUMENT": K.DOCUMENT_REJECTED,
    "JPARM DIALSTRING": K.INVALID_NUMBER,
    "RETR": K.CREDENTIALS,  # the file is there, and we may not read it
}
NOT_LOGGED_IN = 530

# Replies by which JSUBM says that the job was not given to the scheduler: it lacks
# something, or is not there. With any other (450 and 460: the scheduler did not
# answer) the job's file had been written, and a scheduler may find it.
NOT_SUBMITTED = (500, 504)

RESOLUTIONS = {"standard": 98, "fine": 196}  # lines an inch
PAPERS = {"letter": (216, 279), "a4": (210, 297)}  # millimetres

FORM = ConnectForm(
    help_url="https://www.hylafax.org",
    steps=(
        _(
            "For a fax server of your own: HylaFAX 6 or HylaFAX+ with at least one"
            " modem that has sent a test fax."
        ),
        _(
            "On that server run 'faxadduser -p PASSWORD USER', then restart hfaxd."
            " Choose a user name that nothing else uses: its jobs are this clinic's."
        ),
        _(
            "HylaFAX does not encrypt: password and pages cross the network as they"
            " are. Run it on this machine (127.0.0.1), or reach it through a VPN or"
            " an SSH tunnel of the network layer. stunnel is not enough, since pages"
            " travel over a second connection."
        ),
        _(
            "To receive, set RecvFileMode: 0644 in each modem's configuration, so"
            " that the user may read received faxes."
        ),
    ),
    credentials=(
        FormField(name="user", label=_("User")),
        FormField(name="password", label=_("Password"), secret=True),
    ),
    settings=(
        FormField(
            name="host",
            label=_("Server"),
            default="127.0.0.1",
            help=_("Not encrypted: this machine, or one reached through a VPN."),
        ),
        FormField(name="port", label=_("Port"), default="4559"),
        FormField(
            name="number",
            label=_("Fax number of the line"),
            help=_("With country code, as in +15145550177."),
        ),
        FormField(
            name="modem",
            label=_("Modem"),
            default="any",
            choices=(("any", _("Any that is free")),),
            other=True,
        ),
        FormField(
            name="resolution",
            label=_("Resolution"),
            default="fine",
            choices=(
                ("fine", _("Fine")),
                ("standard", _("Standard, in half the time")),
            ),
        ),
        FormField(
            name="paper",
            label=_("Paper"),
            default="letter",
            choices=(("letter", _("Letter")), ("a4", _("A4"))),
        ),
        FormField(
            name="dial",
            label=_("Numbers are dialled"),
            default="plus",
            choices=(
                ("plus", _("As +15145550199: the server's dial rules do the rest")),
                ("digits", _("As 15145550199")),
            ),
        ),
        FormField(
            name="prefix",
            label=_("Prefix for an outside line"),
            required=False,
            help=_("Dialled before each number, as in 9,"),
        ),
        FormField(
            name="kept_minutes",
            label=_("Finished jobs are kept for"),
            default="15",
            choices=(
                ("15", _("15 minutes (what faxqclean does by itself)")),
                ("1440", _("A day or more")),
                ("43200", _("30 days or more (Debian)")),
            ),
            help=_(
                "After a failure of the network a fax that the server does not list"
                " counts as not sent only within this time."
            ),
        ),
    ),
    callback_steps=(
        _(
            "Copy medical-fax-notify from this server"
            " (/medical_fax/static/hylafax/medical-fax-notify) to the fax server's"
            " /usr/local/bin and make it executable."
        ),
        _(
            "Write the address, the user and the password shown here into"
            " /etc/hylafax/medical-fax.conf, as the script's first lines say, and let"
            " only the user uucp read it."
        ),
        _(
            "In /etc/hylafax/config set 'NotifyCmd: /usr/local/bin/medical-fax-notify';"
            " in each modem's configuration set"
            " 'FaxRcvdCmd: /usr/local/bin/medical-fax-notify'. Restart HylaFAX."
        ),
    ),
)


def kind_of(text: str) -> FailureKind:
    """The kind of a failed job, from its text."""
    first = text.partition(";")[0].lower()
    return next((kind for words, kind in FAILURES if words in first), K.UNKNOWN)
