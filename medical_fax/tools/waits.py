"""Every waiting time of the queue, in seconds, and where it is read.

`ir.config_parameter` ``medical_fax.<name>_seconds`` replaces a default; fractions are
allowed, which tests make use of. Hosts that share a database must agree on the time
to within `skew`.
"""

from datetime import datetime, timedelta, timezone

WAITS = {
    # One call that sends: connect, upload and answer. Well below the lease, so that
    # a worker never sends a fax which another one has taken over.
    "call": 90,
    "lease": 300,
    # Nobody knows whether a fax left: first look, pause between the two looks that
    # prove "not taken", and how long to go on before a person must decide.
    "look_first": 10,
    "look_pause": 180,
    "look_longest": 3600,
    # Trying again: doubled each time. The second pair is about the provider itself
    # (down, or asking us to slow down), where no try at the recipient was made.
    "retry_first": 120,
    "retry_longest": 3600,
    "unreached_longest": 14400,
    # Asking how a fax went: doubled each time; the least pause between two calls;
    # and when a fax that the provider does not know any more becomes "not sure".
    "poll_first": 10,
    "poll_longest": 300,
    "poll_pause": 5,
    "forgotten": 86400,
    "receive_pause": 60,
    # Pages of a received fax that the provider could not give: asked for again,
    # doubled each time; when the fax stands in the inbox without them, and how long
    # they are asked for (30 days).
    "fetch_first": 60,
    "fetch_longest": 3600,
    "unfetched": 14400,
    "fetch_end": 2592000,
    # A queue that slept so long asks before it sends what was due meanwhile.
    "overdue": 3600,
    # People: on hold longer needs attention; failures of one cause are one notice.
    "hold_notice": 900,
    "notice_group": 600,
    # How far the clocks of our hosts and of a provider may be apart.
    "skew": 60,
}

# Those of addons that build on this one, by the same rules.
OTHERS = {}


def add(**defaults):
    """Make waiting times of another addon known: names and defaults in seconds."""
    OTHERS.update(defaults)


def seconds(env, name):
    """The waiting time `name`; its default where the setting is not a number >= 0."""
    # sudo: settings of the system, no content
    text = (
        env["ir.config_parameter"].sudo().get_param(f"medical_fax.{name}_seconds", "")
    )
    default = WAITS[name] if name in WAITS else OTHERS[name]
    try:
        value = float(text)
    except (TypeError, ValueError):
        return default
    return value if 0 <= value < float("inf") else default


def delta(env, name):
    return timedelta(seconds=seconds(env, name))


def now():
    """Now, naive in UTC as Odoo stores times, but to the microsecond."""
    return datetime.now(timezone.utc).replace(tzinfo=None)
