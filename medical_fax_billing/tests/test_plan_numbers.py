from datetime import date, datetime, timedelta, timezone

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.medical_fax.models import guard
from odoo.addons.medical_fax.providers import FaxState

from .common import CreditCase
from .plan_common import START, PlanCase

NOVEMBER = datetime(2026, 11, 1), datetime(2026, 12, 1)
DECEMBER = datetime(2026, 12, 1), datetime(2027, 1, 1)
NEXT = date(2026, 12, 3)


@tagged("post_install", "-at_install")
class TestNumbersRented(PlanCase):
    """When a number was rented, and which wallet pays for it."""

    def rented(self, number):
        return [number._is_rented(*period) for period in (NOVEMBER, DECEMBER)]

    def test_listed_by_the_provider(self):
        self.assertEqual(self.rented(self.rent(1, date(2026, 10, 5))), [True, True])
        self.assertEqual(self.rented(self.rent(1, date(2026, 11, 30))), [True, True])
        self.assertEqual(self.rented(self.rent(1, date(2026, 12, 1))), [False, True])

    def test_ordered(self):
        number = self.rent(1, date(2026, 12, 20))
        self.order_number(number, date(2026, 12, 20))
        self.assertEqual(self.rented(number), [False, True])

    def test_given_back(self):
        number = self.rent(1)
        self.order_number(number, date(2026, 11, 30), "release")
        self.assertEqual(self.rented(number), [True, False])

    def test_given_back_and_ordered_again(self):
        number = self.rent(1)
        self.order_number(number, date(2026, 10, 5), "release")
        self.order_number(number, date(2026, 12, 5))
        self.assertEqual(self.rented(number), [False, True])

    def test_vanished_at_the_provider(self):
        number = self.rent(1)
        number._note_missing()
        self.assertEqual(self.rented(number), [False, False])

    def test_archived(self):
        """The provider goes on billing a number that it lists; one that was entered by
        hand may have been a mistake."""
        listed, entered = self.rent(2)
        guard.opened(listed).status = "active"
        (listed + entered).active = False
        self.assertEqual(self.rented(listed), [True, True])
        self.assertEqual(self.rented(entered), [False, False])

    def test_on_its_way_from_another_carrier(self):
        with self.at(date(2026, 11, 5)):
            porting = self.root["fax.number.porting"].create(
                {
                    "account_id": self.account.id,
                    "number": "+15145559001",
                    "carrier": "Another one",
                }
            )
        number = porting.number_id
        self.assertEqual(self.rented(number), [False, False])
        with self.at(date(2026, 12, 5)):
            porting.with_user(self.manager).action_done()
        self.assertEqual(self.rented(number), [False, True])

    def test_who_pays(self):
        """The number's wallet, else the location's, else the company's."""
        mine, located, own = self.rent(3)
        for number in (located, own):
            wallet = self.new_wallet(name=number.number)
            if number == own:
                number.wallet_id = wallet
            else:
                location = self.root["res.partner"].create(
                    {"name": "East", "is_fax_location": True}
                )
                location.fax_wallet_id = wallet
                number.location_id = location
            self.assertEqual(wallet._numbers(), number)
        self.assertEqual(self.wallet._numbers(), mine)

    def test_each_further_number(self):
        """3.00 for the fourth and each after it, those given back meanwhile too."""
        numbers = self.rent(6)
        self.subscribe(self.documo)
        self.order_number(numbers[0], date(2026, 11, 10), "release")
        self.order_number(numbers[1], date(2026, 12, 2), "release")
        self.assertInvoiced(self.run_contracts(NEXT), 15.00 + 3 * 3.00)
        self.assertInvoiced(self.run_contracts(date(2027, 1, 3)), 15.00 + 3.00)

    # PORTING

    def test_ported_in_before_the_subscription(self):
        self.port(date(2026, 11, 2))
        self.subscribe(self.documo)
        self.assertInvoiced(self.run_contracts(NEXT), 15.00)

    def test_ported_in_after_the_period(self):
        """Known when the invoice is made late, and of the next period."""
        self.subscribe(self.documo)
        self.port(NEXT)
        self.assertInvoiced(self.run_contracts(date(2026, 12, 5)), 15.00)
        self.assertInvoiced(self.run_contracts(date(2027, 1, 3)), 30.00)

    def test_given_up(self):
        self.subscribe(self.documo)
        with self.at(date(2026, 11, 10)):
            porting = self.root["fax.number.porting"].create(
                {
                    "account_id": self.account.id,
                    "number": "+15145559001",
                    "carrier": "Another one",
                }
            )
            porting.with_user(self.manager).action_drop()
        self.assertInvoiced(self.run_contracts(NEXT), 15.00)

    def test_nobody_marks_a_porting_as_charged(self):
        porting = self.port(START)
        line = self.root["account.move.line"].search([], limit=1)
        with self.assertRaises(UserError):
            porting.write({"billed_line_id": line.id})
        with self.assertRaises(UserError):
            self.root["fax.number.porting"].create(
                {
                    "account_id": self.account.id,
                    "number": "+15145559002",
                    "carrier": "Another one",
                    "billed_line_id": line.id,
                }
            )

    # IN UNITS

    def price_numbers(self, units):
        self.root["medical.credit.tariff.line"].create(
            {
                "tariff_id": self.aesthetic.tariff_id.id,
                "service": "number_month",
                "units": units,
            }
        )

    def test_numbers_that_cost_units(self):
        """Of three numbers one is included; what no card covers is due."""
        self.price_numbers(25)
        self.rent(3)
        self.subscribe(self.aesthetic)
        self.wallet._grant(30)
        self.run_subscriptions(date(2026, 12, 2))
        self.assertUnits(available=30)
        self.run_subscriptions(NEXT)
        self.assertUnits(available=0, due=20)
        self.run_subscriptions(NEXT)
        self.run_contracts(NEXT)
        self.assertUnits(available=0, due=20)
        rows = self.wallet.move_ids.filtered(lambda row: row.service == "number_month")
        periods = set(rows.filtered("units").mapped("used_at"))
        end = self.aesthetic._midnight(NEXT) - timedelta(seconds=1)
        self.assertEqual(periods, {end})

    def test_numbers_that_cost_units_on_credit(self):
        """They are on the invoice of the period that they close."""
        self.root["medical.credit.tariff.line"].create(
            {
                "tariff_id": self.on_account.tariff_id.id,
                "service": "number_month",
                "units": 25,
            }
        )
        self.rent(2)
        self.subscribe(self.on_account)
        self.assertInvoiced(self.run_contracts(NEXT), 3.00)

    def test_a_number_is_not_charged_twice(self):
        self.price_numbers(25)
        plan = self.aesthetic.copy(
            {"number_price": 3, "number_product_id": self.documo.number_product_id.id}
        )
        with self.assertRaises(UserError):
            self.subscribe(plan)


@tagged("post_install", "-at_install")
class TestWhenUsed(CreditCase):
    """What decides the period is when the transmission ended, not when we heard."""

    def setUp(self):
        super().setUp()
        self.company.fax_wallet_id = self.wallet
        self.wallet._grant(100)

    def used_at(self, fax):
        rows = fax.credit_move_ids.filtered(lambda row: row.kind == "capture")
        self.assertEqual(len(rows), 1)
        return rows.used_at

    def deliver(self, fax, ended_at):
        self.run_queue()
        self.fake.answer(
            FaxState.DELIVERED,
            fax.attempt_ids,
            pages_sent=fax.pages,
            ended_at=ended_at,
        )
        self.run_queue()
        self.assertEqual(fax.state, "delivered")

    def test_as_the_provider_says(self):
        fax = self.send()
        self.run_queue()
        called = datetime(2026, 3, 1, 4, 0)
        fax.attempt_ids.called_at = called
        self.deliver(fax, datetime(2026, 3, 1, 4, 30, tzinfo=timezone.utc))
        self.assertEqual(self.used_at(fax), datetime(2026, 3, 1, 4, 30))

    def test_no_sooner_than_the_call_and_not_in_the_future(self):
        for ended_at in (
            datetime(2020, 1, 1, tzinfo=timezone.utc),
            datetime.now(timezone.utc) + timedelta(days=2),
        ):
            fax = self.send()
            before = datetime.now() - timedelta(seconds=5)
            self.deliver(fax, ended_at)
            now = datetime.now() + timedelta(seconds=5)
            self.assertTrue(before < self.used_at(fax) < now)

    def test_the_provider_does_not_say(self):
        fax = self.send()
        before = datetime.now() - timedelta(seconds=5)
        self.deliver(fax, None)
        self.assertTrue(before < self.used_at(fax))
