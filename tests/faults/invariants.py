"""What must be true of every fax when nothing is left to do.

Both sides are asked: the database, and the simulator which counts what it took; what
is particular to its provider is in `adapters`.
"""

from collections import defaultdict

FINAL = {"delivered", "partial", "failed", "cancelled"}
TROUBLE = {"failed", "partial", "uncertain"}  # which people must hear of
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
    owners = {
        each.provider_id: line.provider.whose(each, messages) for each in acceptances
    }
    taken = defaultdict(list)
    for acceptance in acceptances:
        taken[owners[acceptance.provider_id]].append(acceptance)
    # What a person sends again is another fax.
    found = [
        f"sent again though it may have arrived: {pair}"
        for pair in doubles
        if len({owners.get(each) for each in pair}) == 1
    ]
    found += [f"sent by nobody: {each.provider_id}" for each in taken[None]]
    found += _attempts(line, messages)
    log = line.server.odoo.log.read_text()
    numbers = {message["number"] for message in messages.values()}
    found += [f"a number is in the log: {each}" for each in numbers if each in log]
    found += _callbacks(line)
    found += line.provider.wrong(line.server.deaths)
    for message in messages.values():
        unsure = message["id"] in may_be_unsure
        said = _one(line, message, taken[message["id"]], unsure)
        found += [f"fax {message['id']} ({message['state']}): {text}" for text in said]
    return found


def _attempts(line, messages):
    """Nothing leaves without a row, and each row has a reference of its own."""
    attempts = [each for message in messages.values() for each in message["attempts"]]
    references = {each["reference"] for each in attempts}
    if len(references) != len(attempts):
        yield "two tries have one reference"
    calls = line.provider.submissions()
    rows = sum(not each["is_probe"] for each in attempts)
    if calls > rows:
        yield f"{calls} submissions, {rows} rows"
    ids = [each["provider_id"] for each in attempts if each["provider_id"]]
    if len(set(ids)) != len(ids):
        yield "two tries are about one fax of the provider"


def _callbacks(line):
    """Who calls back is answered, or turned away, and finds no fault."""
    called = list(getattr(line.simulator, "called_back", []))
    statuses = {each.status for each in called if each.status}
    return [f"a callback was answered {each}" for each in statuses if each >= 500]


def untold(line):
    """Faxes whose trouble nobody was told of, once notices were made."""
    return [
        f"fax {message['id']} ({message['state']}): nobody was told"
        for message in line.messages().values()
        if message["state"] in TROUBLE
        and not (message["told_at"] or message["acknowledged_on"])
    ]


def _one(line, message, taken, may_be_unsure):
    """What is wrong with one fax."""
    state, attempts = message["state"], message["attempts"]
    for attempt in attempts:
        if attempt["reference"] != f"{message['uuid']}-{attempt['number']}":
            yield f"a reference of its own making: {attempt['reference']}"
    opened = [each["state"] for each in attempts if each["state"] != "over"]
    if state == "uncertain":
        yield from _unsure(line, message, taken, opened, may_be_unsure)
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


def _unsure(line, message, taken, opened, may_be):
    """A fax of which nobody knows whether it left."""
    if not message["unsure_reason"]:
        yield "not sure, without a reason"
    if opened != ["uncertain"]:
        yield f"not sure, and its tries are {opened}"
    ids = {each["provider_id"] for each in message["attempts"] if each["provider_id"]}
    mine = {each.provider_id for each in taken}
    if len(mine - ids) > 1 or ids - mine:
        yield f"not sure, and known are {ids} of {mine}"
    if not may_be and not line.provider.may_be_unsure(message, bool(mine - ids)):
        yield f"not sure: {message['unsure_reason']}"


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
    if state not in line.provider.states(taken[-1].provider_id):
        yield f"the provider says {line.provider.status(taken[-1].provider_id)}"
    if state == "delivered" and message["pages_sent"] != message["pages"]:
        yield f"{message['pages_sent']} of {message['pages']} pages"
