from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FaxCommon
from .test_access import RoleCase


@tagged("post_install", "-at_install")
class TestDoing(RoleCase):
    """Doing something with a fax needs the right to fax for its number."""

    ACTIONS = ("action_undo", "action_called", "action_release")

    def test_who_may_finish_a_fax(self):
        held = self._send_file(number_id=self.private_number.id)
        held._set_held("paused")
        for user in self.everybody - self.user - self.manager:
            for action in (*self.ACTIONS, "action_ask_provider"):
                with self.subTest(user=user.login, action=action):
                    with self.assertRaises(AccessError):
                        getattr(held.with_user(user), action)()
        self.assertEqual(held.state, "held")
        # Whoever may fax for a number may finish a colleague's fax.
        self.private_number.user_ids |= self.colleague
        held.with_user(self.colleague).action_release()
        self.assertEqual(held.state, "queued")

    def test_reading_the_record_is_not_faxing_for_the_number(self):
        fax = self.charted.with_user(self.colleague)
        self.assertTrue(fax.has_access("read"))
        self.set_state(self.charted, "held")
        for action in self.ACTIONS:
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(fax, action)()

    def test_opening_needs_the_right_to_read(self):
        for user in self.colleague | self.plain | self.stranger | self.denied_user:
            fax = self.private.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    fax.action_view_document()
                with self.assertRaises(AccessError):
                    fax.action_transmission_report()

    def test_denied_users(self):
        """Whatever other groups they have: two of them are fax users, one of these a
        manager."""
        entry = self.new_entry()
        for user in self.denied | self.denied_user:
            composers = self.env["fax.composer"].with_user(user)
            faxes = self.charted.with_user(user)
            with self.subTest(user=user.login):
                for call in (
                    lambda: composers.action_compose(),  # noqa: B023
                    lambda: composers.action_compose(  # noqa: B023
                        model="res.partner", ids=entry.ids
                    ),
                    lambda: composers.action_compose(patient_id=self.patient.id),  # noqa: B023
                    lambda: composers.action_check_number("5145550199"),  # noqa: B023
                    lambda: composers.create({}).action_send(),  # noqa: B023
                    lambda: faxes.action_undo(),  # noqa: B023
                    lambda: faxes.action_called(),  # noqa: B023
                    lambda: faxes.action_release(),  # noqa: B023
                    lambda: faxes.action_send_due(),  # noqa: B023
                    lambda: faxes.action_ask_provider(),  # noqa: B023
                    lambda: faxes.action_cancel(),  # noqa: B023
                    lambda: faxes.action_confirm_arrived("me"),  # noqa: B023
                    lambda: faxes.action_confirm_not_arrived(),  # noqa: B023
                ):
                    with self.assertRaises(AccessError):
                        call()

    def test_denied_by_a_group_that_implies_it(self):
        """As the chart's limited practitioners are."""
        group = self.env["res.groups"].create(
            {
                "name": "Limited",
                "implied_ids": [(4, self.env.ref("medical_fax.group_fax_denied").id)],
            }
        )
        entry = self.new_entry()
        composer = self.compose(entry)
        self.user.group_ids |= group
        with self.assertRaises(AccessError):
            composer.action_send()
        with self.assertRaises(AccessError):
            self.compose(entry)

    def test_a_composer_filled_in_by_rpc_is_checked_all_the_same(self):
        """A denied user who writes a composer without opening it sends nothing."""
        composer = (
            self.env["fax.composer"]
            .with_user(self.denied_user)
            .create(
                {
                    "number_id": self.number.id,
                    "recipients": [{"number": "+15145550199", "name": "x"}],
                }
            )
        )
        count = self.env["fax.message"].search_count([])
        with self.assertRaises(UserError):
            composer.action_send()
        self.assertEqual(self.env["fax.message"].search_count([]), count)


@tagged("post_install", "-at_install")
class TestPublicMethods(FaxCommon):
    """Each public method of a model can be called by any program that logs in. Those
    of ours are listed, so that a new one is looked at by someone who thinks of it."""

    EXPECTED = {
        "fax.account": {
            "action_ask_disconnect",
            "action_confirm_live",
            "action_confirm_restored",
            "action_connect",
            "action_disconnect",
            "action_enter_key",
            "action_fetch_numbers",
            "action_new_porting",
            "action_order_number",
            "action_probe_callback",
            "action_test_all",
            "action_view_callback",
            "callback_form",
            "connect",
            "connect_form",
            "disconnect_form",
            "free_numbers",
            "number_order_state",
            "order_number",
            "search_area_codes",
        },
        "fax.account.pace": set(),
        "fax.account.test": {
            "action_arrived",
            "action_missed",
            "action_refresh",
            "action_send_page",
        },
        "fax.account.test.line": set(),
        "fax.answer": {"action_confirm", "action_send_again"},
        "fax.attempt": set(),
        "fax.composer": {
            "action_add_files",
            "action_check_number",
            "action_compose",
            "action_preview",
            "action_preview_pages",
            "action_send",
            "action_suggest",
        },
        "fax.cover.page": set(),
        "fax.document": set(),
        "fax.document.access": set(),
        "fax.document.source": set(),
        "fax.category": set(),
        "fax.filing": {"action_ask_undo", "action_undo", "get_filed"},
        "fax.filing.undo": {"action_confirm"},
        "fax.hint": set(),
        "fax.loopback.job": set(),
        "fax.message": {
            "action_arrived",
            "action_assign",
            "action_ask_provider",
            "action_block_sender",
            "action_called",
            "action_categorize",
            "action_edit_and_send",
            "action_fetch_again",
            "action_file",
            "action_file_contact",
            "action_file_in_inbox",
            "action_forward",
            "action_missed",
            "action_nothing_to_do",
            "action_cancel",
            "action_confirm_arrived",
            "action_confirm_not_arrived",
            "action_put_away",
            "action_release",
            "action_reply",
            "action_resend",
            "action_resend_missing",
            "action_resend_plain",
            "action_resend_to_number",
            "action_save_file",
            "action_send_due",
            "action_sign",
            "action_sign_and_return",
            "action_take_back",
            "action_take_in",
            "action_transmission_report",
            "action_undo",
            "action_view_document",
            "action_view_first",
            "action_view_later",
            "get_attention_count",
            "get_inbox",
            "get_inbox_fax",
            "get_inbox_setup",
            "get_patients",
            "keep_inbox_fax",
        },
        "fax.number": {"action_ask_release", "action_subscribe"},
        "fax.number.order": {"action_cancel", "action_look"},
        "fax.number.porting": {"action_done", "action_drop"},
        "fax.number.release": {"action_release"},
        "fax.opened": set(),
        "fax.received.file": set(),
        "fax.resend": {"action_send"},
        "fax.sender.block": set(),
        "fax.token": set(),
        "fax.unfetched": set(),
        "fax.source": {"action_create_action", "action_remove_action"},
        "fax.source.exclusion": set(),
    }
    # Odoo's own names, which ours override
    OVERRIDES = {"create", "write", "unlink", "copy", "copy_data", "name_create"}

    def test_listed(self):
        for model, expected in self.EXPECTED.items():
            found = set()
            for cls in type(self.env[model]).__mro__:
                if cls.__module__.startswith("odoo.addons.medical_fax."):
                    found |= {
                        name
                        for name, value in vars(cls).items()
                        if callable(value)
                        and not name.startswith("_")
                        and not getattr(value, "_api_private", False)
                    }
            with self.subTest(model=model):
                self.assertEqual(found - self.OVERRIDES, expected)
