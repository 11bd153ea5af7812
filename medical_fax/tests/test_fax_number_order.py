from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import guard
from ..providers import FailureKind, ProviderError
from ..tools import waits
from .common import FaxCommon
from .fake_provider import Killed
from .number_provider import FREE, OURS, NumberCase, NumberProvider

SECOND = "+15145550181"
QUEUE = "odoo.addons.medical_fax.models.fax_number_order_queue"


class OrderCase(NumberCase, FaxCommon):
    def later(self, order, seconds=3600):
        """Let time go by for an order."""
        for name in ("lease_until", "next_look_at", "missed_at", "lost_at"):
            if order[name]:
                order[name] -= timedelta(seconds=seconds)

    def number_of(self, text):
        return self.numbered._all_numbers().filtered(lambda n: n.number == text)


@tagged("post_install", "-at_install")
class TestAreaCodes(OrderCase):
    def test_by_code_city_and_state(self):
        for text, code in (("514", "514"), ("Montréal", "438"), ("tn", "615")):
            found = self.as_manager.search_area_codes(text)
            self.assertIn(code, [each["code"] for each in found])
        self.assertEqual(self.as_manager.search_area_codes("Atlantis"), [])
        self.assertEqual(self.as_manager.search_area_codes({}), [])
        self.assertEqual(self.service.calls, [], "nobody is asked")

    def test_free_numbers(self):
        answer = self.as_manager.free_numbers("514")
        numbers = [offer["number"] for offer in answer["offers"]]
        self.assertEqual(numbers, [FREE, SECOND])
        self.assertEqual(answer["note"], "")
        self.assertEqual(self.service.calls, [("search", "514")])

    def test_overlay_of_the_same_city(self):
        answer = self.as_manager.free_numbers("438")
        self.assertEqual(answer["offers"][0]["number"], FREE)
        self.assertIn("438", answer["note"])
        self.assertIn("514, of the same city", answer["note"])

    def test_else_the_same_state(self):
        answer = self.as_manager.free_numbers("629")
        self.assertEqual(answer["offers"][0]["number"], "+16155550182")
        self.assertIn("same state or province", answer["note"])
        self.assertEqual(self.service.calls, [("search", "629"), ("search", "TN")])

    def test_none_anywhere(self):
        self.service.free.clear()
        answer = self.as_manager.free_numbers("514")
        self.assertEqual(answer["offers"], [])
        self.assertIn("438", answer["note"])
        self.assertLessEqual(self.service.count("search"), 10)

    def test_ten_at_most_are_asked(self):
        """Whatever the data says: Los Angeles and Atlanta have many codes."""
        self.service.free.clear()
        for code in ("213", "404", "917", "713"):
            self.service.calls.clear()
            self.as_manager.free_numbers(code)
            self.assertLessEqual(self.service.count("search"), 10)

    def test_no_such_code(self):
        for code in ("000", "", None, 514, ["514"]):
            with self.subTest(code=code), self.assertRaises(UserError):
                self.as_manager.free_numbers(code)
        self.assertEqual(self.service.calls, [])


@tagged("post_install", "-at_install")
class TestOrder(OrderCase):
    """The intent is written down, the queue calls once, what came of it is known."""

    def test_ordered(self):
        order = self.order()
        self.assertEqual(self.service.calls, [], "the button calls nobody")
        self.assertEqual((order.state, order.user_id), ("intent", self.manager))
        self.run_orders()
        self.assertEqual(order.state, "done")
        number = order.number_id
        self.assertEqual((number.number, number.status), (FREE, "active"))
        self.assertEqual(number.provider_id, "id-0180")
        self.assertEqual(self.service.count("order"), 1)
        self.assertEqual(
            self.as_manager.number_order_state(order.id),
            {
                "state": "done",
                "reason": "",
                "number": FREE,
                "display": "+1 514-555-0180",
            },
        )
        self.run_orders()
        self.assertEqual(self.service.count("order"), 1)

    def test_once_for_each_number(self):
        self.order()
        with self.assertRaises(UserError):
            self.order()
        orders = self.env["fax.number.order"]
        values = {"account_id": self.numbered.id, "user_id": self.manager.id}
        for twin in ({"number": FREE}, {"number": SECOND, "state": "calling"}):
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                if twin["number"] == SECOND:
                    orders.create({**values, "kind": "order", "number": "+15145550182",
                                   "state": "unknown"})  # fmt: skip
                with self.assertRaises(UniqueViolation), self.cr.savepoint():
                    orders.create({**values, "kind": "order", **twin})

    def test_refused(self):
        self.service.refuse()
        order = self.order()
        self.run_orders()
        self.assertEqual(order.state, "failed")
        self.assertIn("somebody else was faster", order.reason)
        self.assertEqual(order.answer, "invalid_number 400")
        self.assertFalse(self.number_of(FREE))
        told = self.numbered.activity_ids
        self.assertEqual(told.user_id, self.manager)
        self.assertNotIn("514", told.summary)
        # It may be ordered anew
        self.order()
        self.run_orders()
        self.assertEqual(self.service.count("order"), 2)
        self.assertEqual(self.number_of(FREE).status, "active")

    def test_answer_lost_but_taken(self):
        self.service.lose_answer(taken=True)
        order = self.order()
        self.run_orders()
        self.later(order)
        self.run_orders()
        self.assertEqual(order.state, "done")
        self.assertEqual(self.number_of(FREE).status, "active")
        self.assertEqual(self.service.count("order"), 1, "never repeated blindly")

    def test_answer_lost_and_not_taken(self):
        self.service.lose_answer(taken=False)
        order = self.order()
        self.run_orders()
        self.assertEqual(order.state, "unknown")
        order.next_look_at = waits.now()
        self.run_orders()
        self.assertEqual(order.state, "unknown", "one look proves nothing")
        self.later(order)
        self.run_orders()
        self.assertEqual(order.state, "failed")
        self.assertEqual(self.service.count("order"), 1)
        self.assertFalse(self.number_of(FREE))

    def test_a_late_order_shows_in_the_second_look(self):
        self.service.lose_answer(taken=False)
        order = self.order()
        self.run_orders()
        order.next_look_at = waits.now()
        self.run_orders()
        NumberProvider.order_number(NumberProvider(), order)
        self.later(order)
        self.run_orders()
        self.assertEqual(order.state, "done")

    def test_the_list_cannot_be_read(self):
        self.service.lose_answer(taken=True)
        order = self.order()
        self.run_orders()
        self.service.list_error = ProviderError(
            FailureKind.PROVIDER_UNAVAILABLE, proven_not_sent=True
        )
        order.next_look_at = waits.now()
        self.run_orders()
        self.assertEqual(order.state, "unknown")
        self.assertTrue(order.next_look_at)
        self.later(order, 7200)
        self.run_orders()
        self.assertFalse(order.next_look_at, "a person is told, and looks")
        self.assertEqual(self.numbered.activity_ids.user_id, self.manager)
        self.service.list_error = None
        order.with_user(self.manager).action_look()
        self.run_orders()
        self.assertEqual(order.state, "done")

    def test_the_worker_dies(self):
        self.service.script.append((Killed(), True))
        order = self.order()
        try:  # assertRaises would take back what was committed
            self.run_orders()
        except Killed:
            self.env.invalidate_all()
        else:
            self.fail("the worker did not die")
        self.assertEqual(order.state, "calling")
        self.run_orders()
        self.assertEqual(order.state, "calling", "until its lease is over")
        self.later(order)
        with mute_logger(QUEUE):
            self.run_orders()
        self.assertEqual(order.state, "done")
        self.assertEqual(self.service.count("order"), 1)

    def test_one_after_the_other(self):
        self.service.lose_answer(taken=True)
        first, second = self.order(), self.order(SECOND)
        self.run_orders()
        self.assertEqual((first.state, second.state), ("unknown", "intent"))
        self.later(first)
        self.run_orders()
        self.run_orders()
        self.assertEqual((first.state, second.state), ("done", "done"))

    def test_a_backup_that_forgot_the_call(self):
        order = self.order()
        NumberProvider.order_number(NumberProvider(), order)
        self.run_orders()
        self.assertEqual(order.state, "done")
        self.assertEqual(self.service.count("order"), 1)

    def test_nothing_from_a_copy_or_too_late(self):
        order = self.order()
        guard.opened(self.numbered).home = "elsewhere"
        self.run_orders()
        self.assertEqual((order.state, self.service.calls), ("intent", []))
        self.numbered._set_home()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE fax_number_order SET create_date = create_date - interval '2 hours'"
        )
        self.env.invalidate_all()
        self.run_orders()
        self.assertEqual(order.state, "failed")
        self.assertEqual(self.service.count("order"), 0)

    def test_taken_back(self):
        order = self.order()
        order.with_user(self.manager).action_cancel()
        self.run_orders()
        self.assertEqual((order.state, self.service.calls), ("failed", []))
        with self.assertRaises(UserError):
            order.with_user(self.manager).action_cancel()

    def test_what_may_be_ordered(self):
        for number in ("", None, "911", "+33199001234", "5145550180", "+18005550180",
                       "+1514555018", "+15145550180x", [FREE], OURS):  # fmt: skip
            with self.subTest(number=number), self.assertRaises(UserError):
                self.as_manager.order_number(number)
        self.assertFalse(self.numbered.number_order_ids)

    def test_only_where_the_provider_has_it(self):
        with NumberProvider.able(numbers=True), self.assertRaises(UserError):
            self.order()
        self.assertFalse(self.account.orders_numbers)


@tagged("post_install", "-at_install")
class TestRelease(OrderCase):
    def release(self, digits=OURS[-4:]):
        action = self.ours.with_user(self.manager).action_ask_release()
        wizard = self.env["fax.number.release"].with_user(self.manager)
        wizard = wizard.browse(action["res_id"])
        wizard.last_digits = digits
        wizard.action_release()
        return self.numbered.number_order_ids[:1]

    def test_released(self):
        order = self.release()
        self.assertEqual(self.service.calls, [])
        self.assertEqual(self.ours.status, "releasing")
        self.assertNotIn(
            self.ours, self.env["fax.number"].with_user(self.user)._usable()
        )
        self.run_orders()
        self.assertEqual((order.state, self.ours.status), ("done", "released"))
        self.assertFalse(self.ours.active)
        self.assertEqual(self.ours.released_by_id, self.manager)
        self.assertFalse(self.numbered.default_number_id)
        self.assertEqual(self.service.listed, {})
        with self.assertRaises(UserError):
            self.ours.with_user(self.manager).active = True
        # And ordered again, the same record with its history
        self.order(OURS)
        self.run_orders()
        self.assertTrue(self.ours.active)
        self.assertEqual(self.ours.status, "active")

    def test_the_digits_are_typed(self):
        for digits in ("", "0000", OURS, False):
            with self.subTest(digits=digits), self.assertRaises(UserError):
                self.release(digits)
        self.assertEqual(self.ours.status, "active")
        self.assertFalse(self.numbered.number_order_ids)

    def test_refused(self):
        self.service.refuse(FailureKind.CREDENTIALS)
        order = self.release()
        self.run_orders()
        self.assertEqual((order.state, self.ours.status), ("failed", "active"))
        self.assertEqual(self.numbered.state, "failing")

    def test_answer_lost(self):
        for taken, state, status in (
            (False, "failed", "active"),
            (True, "done", "released"),
        ):
            self.service.lose_answer(taken)
            order = self.release()
            self.run_orders()
            order.next_look_at = waits.now()
            self.run_orders()
            self.later(order)
            self.run_orders()
            with self.subTest(taken=taken):
                self.assertEqual((order.state, self.ours.status), (state, status))
        self.assertEqual(self.service.count("release"), 2)

    def test_not_while_faxes_are_under_way(self):
        fax = self.send(number_id=self.ours.id)
        with self.assertRaisesRegex(UserError, "have not ended"):
            self.release()
        self.set_state(fax, "delivered")
        self.release()

    def test_only_what_the_provider_lists(self):
        hand = self.new_number("+15145550178", account_id=self.numbered.id)
        with self.assertRaises(UserError):
            hand.with_user(self.manager).action_ask_release()


@tagged("post_install", "-at_install")
class TestOrderAccess(OrderCase):
    """Only managers of the company order, release and see it."""

    def test_roles(self):
        order = self.order()
        wizard = self.env["fax.number.release"].create({"number_id": self.ours.id})
        wizard.last_digits = OURS[-4:]
        for user in self.user | self.plain | self.stranger:
            account = self.numbered.with_user(user)
            for call in (
                account.action_order_number,
                account.action_new_porting,
                lambda: account.search_area_codes("514"),  # noqa: B023
                lambda: account.free_numbers("514"),  # noqa: B023
                lambda: account.order_number(SECOND),  # noqa: B023
                lambda: account.number_order_state(order.id),  # noqa: B023
                order.with_user(user).action_look,
                order.with_user(user).action_cancel,
                self.ours.with_user(user).action_ask_release,
                wizard.with_user(user).action_release,
                lambda: order.with_user(user).read(["number"]),  # noqa: B023
            ):
                with self.subTest(user=user.login, call=call):
                    with self.assertRaises(UserError):
                        call()
        self.assertEqual(order.state, "intent")
        self.assertEqual(self.service.calls, [])

    def test_not_even_managers_write(self):
        order = self.order()
        mine = order.with_user(self.manager)
        self.assertEqual(mine.state, "intent")
        for call in (
            lambda: mine.write({"state": "done"}),
            lambda: mine.copy(),
            mine.unlink,
            lambda: mine.create(
                {"account_id": self.numbered.id, "kind": "order", "number": FREE}
            ),
        ):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            mine.read(["answer"])
