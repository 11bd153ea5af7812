"""What must be true of every fax when nothing is left to do.

Both sides are asked: the database, and the simulator which counts what it took. A fax
is recognised at the simulator by its pages, as no two have the same.
"""

from collections import defaultdict

ENDS = {  # how the last acceptance of a fax ended -> how the fax must have ended
    "success": {"delivered"},
    "failed": {"failed", "partial"},
    "cancelled": {"cancelled"},
}
FINAL = {"delivered", "partial", "failed", "cancelled"}
# Ways in which a try ends that prove that it brought no fax.
UNSENT = {"failed", "cancelled", "held"}


def broken(line, may_be_unsure=()):
    """What is not as it must be, as sentences; an empty list when all is well.

    :param may_be_unsure: ids of faxes about which nobody but a person can tell
    """
    messages = line.messages()
    with line.simulator.lock:
        acceptances = list(line.simulator.acceptances)
        doubles = list(line.simulator.doubles)
    taken = defaultdict(list)
    for acceptance in acceptances:
        taken[acceptance.sha256].append(acceptance)
    known = {message["sha256"] for message in messages.values()}
    found = [f"sent again though it may have arrived: {pair}" for pair in doubles]
    found += [f"sent by nobody: {sha256}" for sha256 in set(taken) - known]
    found += _attempts(line, messages)
    log = line.server.odoo.log.read_text()
    numbers = {message["number"] for message in messages.values()}
    found += [f"a number is in the log: {each}" for each in numbers if each in log]
    for message in messages.values():
        unsure = message["id"] in may_be_unsure
        said = _one(line, message, taken[message["sha256"]], unsure)
        found += [f"fax {message['id']} ({message['state']}): {text}" for text in said]
    return found


def _attempts(line, messages):
    """Nothing leaves without a row, and each row has a reference of its own."""
    attempts = [each for message in messages.values() for each in message["attempts"]]
    references = {each["reference"] for each in attempts}
    if len(references) != len(attempts):
        yield "two tries have one reference"
    calls = line.calls("submit")
    rows = sum(not each["is_probe"] for each in attempts)
    if calls > rows:
        yield f"{calls} submissions, {rows} rows"
    ids = [each["provider_id"] for each in attempts if each["provider_id"]]
    if len(set(ids)) != len(ids):
        yield "two tries are about one fax of the provider"


def _one(line, message, taken, may_be_unsure):
    """What is wrong with one fax."""
    state, attempts = message["state"], message["attempts"]
    for attempt in attempts:
        if attempt["reference"] != f"{message['uuid']}-{attempt['number']}":
            yield f"a reference of its own making: {attempt['reference']}"
    opened = [each["state"] for each in attempts if each["state"] != "over"]
    if state == "uncertain":
        yield from _unsure(message, opened, may_be_unsure)
        return
    if state not in FINAL | {"held"}:
        yield "not at its end"
    if opened:
        yield f"a try is still open: {opened}"
    if state == "held" and not message["hold_reason"]:
        yield "held without a reason"
    if state in ("failed", "partial") and not message["failure_kind"]:
        yield "failed without a reason"
    yield from _both_sides(line, message, taken)


def _unsure(message, opened, may_be):
    """A fax of which nobody knows whether it left."""
    if not message["unsure_reason"]:
        yield "not sure, without a reason"
    if not may_be:
        yield f"not sure: {message['unsure_reason']}"
    if opened != ["uncertain"]:
        yield f"not sure, and its tries are {opened}"


def _both_sides(line, message, taken):
    """Whether the database says what the provider does."""
    state = message["state"]
    mine = {each.provider_id for each in taken}
    ids = {each["provider_id"] for each in message["attempts"] if each["provider_id"]}
    if ids - mine:
        yield f"took the fax of somebody else for its own: {ids - mine}"
    if mine - ids:
        yield f"the provider has it, and nobody knows: {mine - ids}"
    if not taken:
        if state not in UNSENT:
            yield "the provider never had it: lost"
        return
    status = line.simulator.faxes[taken[-1].provider_id].status(line.simulator.clock())
    if state not in ENDS.get(status, ()):
        yield f"the provider says {status}"
    if state == "delivered" and message["pages_sent"] != message["pages"]:
        yield f"{message['pages_sent']} of {message['pages']} pages"
