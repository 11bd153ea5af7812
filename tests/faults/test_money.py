"""Money: a card is charged once, credits are granted once, a page is charged once,
whoever is killed and whatever is lost, and two at once never take the same units."""

import os
import time

import pytest

from . import money

CENTS = 5400
UNITS = 500
TAKEN = ("kill_taken", "kill_answered", "answer_lost", "server_error_after")
NOT_TAKEN = ("kill_arrived", "reset_after_body", "server_error")


@pytest.fixture(scope="module")
def shop(odoo, copy):
    """A shop whose worker sends, refills and books."""
    with money.open_shop(odoo, copy()) as shop:
        shop.server.start()
        yield shop
        assert not shop.server.failures, shop.server.failures[0]


# CARDS


@pytest.mark.parametrize("what", TAKEN + NOT_TAKEN)
def test_charged_once(shop, what):
    """Killed between the charge and the commit, or not told: charged once, granted
    once, booked once."""
    deaths = shop.server.deaths
    shop.fault(what)
    wallet = shop.wallet(left=9)
    wallet.wait("done")
    charges = [(charge.amount, charge.currency) for charge in wallet.charges()]
    assert charges == [(CENTS, "usd")]
    assert [row["granted"] for row in wallet.bought()] == [UNITS]
    assert wallet.documents() == [("posted", "paid", 1)]
    sums = wallet.sums()
    assert (sums["balance"], sums["available"]) == (UNITS + 9, UNITS + 9)
    assert not sums["differences"]
    assert not shop.cards.faults.pending
    assert (shop.server.deaths > deaths) == what.startswith("kill_")


@pytest.mark.parametrize("what", ["kill_taken", "answer_lost"])
def test_charged_once_where_keys_are_forgotten(shop, what):
    """A provider that does not know a request again is not asked again: a person is."""
    shop.cards.forgets_keys = True
    try:
        with shop.other_workers(repeat_hours=0) as other:
            other.fault(what)
            wallet = other.wallet(left=9)
            rests = ("declined", "done")
            money.until(
                lambda: any(
                    row["is_asked"] or row["state"] in rests
                    for row in wallet.purchases()
                ),
                wallet.purchases,
            )
            time.sleep(0.5)
            assert len(wallet.charges()) == 1
            assert [row["state"] for row in wallet.purchases()] == ["unknown"]
            assert not wallet.bought()
    finally:
        shop.cards.forgets_keys = False


def test_ten_are_enough(shop):
    wallet = shop.wallet(left=10)
    other = shop.wallet(left=9)
    other.wait("done")
    assert not wallet.purchases() and not wallet.charges()


def test_declined(shop):
    """No invoice is posted and no number used; the next try is another transaction."""
    wallet = shop.wallet(left=9, refusal="Your card was declined.")
    wallet.wait("declined")
    (purchase,) = wallet.purchases()
    assert purchase["reason"] == "Your card was declined."
    assert wallet.documents() == [("draft", "not_paid", 0)]
    assert not wallet.charges() and not wallet.bought()
    shop.cards.cards[wallet.card] = None
    said = shop.server.run(
        "press", model="medical.credit.wallet", ids=[wallet.id],
        button="action_refill_again",
    )  # fmt: skip
    assert said is None
    wallet.wait("done")
    (charge,) = wallet.charges()
    assert shop.cards.refusals[-1] == f"FAX-{purchase['uuid']}-1"
    assert charge.reference == f"FAX-{purchase['uuid']}-2"
    assert wallet.documents() == [("posted", "paid", 1)]


def test_workers_without_a_lock(shop):
    """Several refill at once, and the provider is slow: one charge."""
    with shop.nobody_at_work():
        shop.fault("slow", seconds=0.8)
        wallet = shop.wallet(left=9)
        workers = [shop.start("refillers", url=shop.cards.url) for _ in range(3)]
        wallet.wait("done")
        time.sleep(0.3)
        for worker in workers:
            worker.stop()
    assert len(wallet.charges()) == len(wallet.bought()) == 1
    assert wallet.documents() == [("posted", "paid", 1)]


# PAGES


@pytest.mark.parametrize("route", ["submit", "info"])
def test_page_charged_once(shop, route):
    """Killed between the fax provider's answer and the capture."""
    wallet = shop.wallet(left=100, refill=False)
    deaths = shop.server.deaths
    shop.line.fault("kill_answered", route)
    (fax,) = shop.line.queue(shop.line.fax(pages=3))
    shop.line.settle()
    assert shop.line.messages()[fax]["state"] == "delivered"
    assert shop.server.deaths > deaths
    moves = wallet.sql(
        "SELECT kind, COALESCE(units, 0) AS units, quantity FROM medical_credit_move"
        " WHERE wallet_id = %s AND message_id IS NOT NULL ORDER BY id"
    )
    assert [(m["kind"], m["units"], m["quantity"] or 0) for m in moves] == [
        ("reserve", 0, 0),
        ("capture", -3, 3),
    ]
    assert wallet.sums()["balance"] == 97


# AT THE SAME TIME


def at_once(shop, *jobs):
    """Let jobs read, and go on when all have; gives what came of them, sorted."""
    gate = int.from_bytes(os.urandom(3))
    waiting = (
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND objid = %s"
    )
    shop.server.sql("SELECT pg_advisory_lock(%s)", gate)
    try:
        begun = [shop.start(name, gate=gate, **values) for name, values in jobs]
        money.until(lambda: len(shop.server.sql(waiting, gate)) == len(jobs))
    finally:
        shop.server.sql("SELECT pg_advisory_unlock(%s)", gate)
    return sorted(job.stop() for job in begun)


@pytest.mark.parametrize("how", ["reserve", "refund"])
def test_write_skew(shop, how):
    """Both see 10 before either commits, and both want 8: one of them gets them."""
    wallet = shop.wallet(left=10, refill=False)
    want = {"wallet": wallet.id, "units": 8}
    jobs = [("lower", want | {"how": each}) for each in ("reserve", how)]
    assert at_once(shop, *jobs) == ["beaten", "done"]
    assert wallet.sums()["available"] == 2


def test_answered_once(shop):
    """Two record the same outcome: the units are used once."""
    wallet = shop.wallet(left=10, refill=False)
    moves = shop.run("reserve", wallet=wallet.id, units=8)
    jobs = [("capture", {"moves": moves, "units": 8})] * 2
    assert at_once(shop, *jobs) == ["beaten", "done"]
    assert wallet.sums()["balance"] == 2


def test_ordered_once(shop):
    """Two see that units run low: one package is ordered."""
    with shop.nobody_at_work():
        wallet = shop.wallet(left=9)
        jobs = [("order", {"wallet": wallet.id})] * 2
        assert at_once(shop, *jobs) == ["beaten", "done"]
        assert len(wallet.purchases()) == 1
    wallet.wait("done")


# LIFE


def test_life(shop):
    """Purchases, faxes, refunds, refills, payments taken back, by several at once: the
    ledger adds up. MONEY_SEED in the environment plays another life, MONEY_ACTS a
    longer one."""
    seed = os.environ.get("MONEY_SEED", "1")
    acts = int(os.environ.get("MONEY_ACTS", "16"))
    wallet = shop.wallet(left=20)
    for fault in ("answer_lost", "kill_taken"):
        shop.fault(fault)
    with money.Watching(wallet) as watching:
        people = [
            shop.start(
                "live", wallet=wallet.id, account=shop.line.account,
                package=shop.made["package"], seed=f"{seed}-{number}", count=acts,
            )
            for number in range(3)
        ]  # fmt: skip
        done = [act for job in people for act in job.result()]
        shop.line.settle()
        over = ("done", "cancelled")
        money.until(
            lambda: all(row["state"] in over for row in wallet.purchases()),
            wallet.purchases,
        )
    told = f"seed {seed}: {done}"
    assert len(done) > 12 and watching.looks > 10, told
    assert not watching.below, told
    assert not (wrong := money.broken(wallet)), f"{told}\n{wrong}"
