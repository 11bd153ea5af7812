"""Guards of units and money (invariant 8); see `mutations`."""

from mutation import Mutation

MONEY = "tests/faults/test_money.py::"
BILLING = "medical_fax_billing/models/"

MONEY_MUTATIONS = (
    Mutation(
        8,
        "lowering is not serialized",
        (
            (
                BILLING + "medical_credit_wallet_step.py",
                """        self.env.execute_query(
            SQL(
                "UPDATE medical_credit_wallet SET serial = serial + 1"
                " WHERE id = %s RETURNING serial",
                self.id,
            )
        )
""",
                "",
            ),
        ),
        (MONEY + "test_write_skew[reserve]", MONEY + "test_write_skew[refund]"),
    ),
    Mutation(
        8,
        "reserved units are free",
        (
            (
                BILLING + "medical_credit_lot.py",
                "round(self.left - self.reserved, UNIT_DIGITS), 0) if usable",
                "round(self.left, UNIT_DIGITS), 0) if usable",
            ),
        ),
        (MONEY + "test_life",),
    ),
    Mutation(
        8,
        "a reserve may be answered twice",
        (),
        (MONEY + "test_answered_once",),
        sql=("DROP INDEX medical_credit_move_answer_uniq",),
    ),
    Mutation(
        8,
        "a line is granted again",
        (
            (
                BILLING + "account_move_credit.py",
                "        if not lot and earned:",
                "        if earned:",
            ),
        ),
        (MONEY + "test_charged_once[answer_lost]",),
        sql=("DROP INDEX medical_credit_lot_invoice_line_uniq",),
    ),
    Mutation(
        9,
        "two refills may be open",
        (
            (
                BILLING + "medical_credit_refill_need.py",
                "        self._count_up()\n        purchase",
                "        purchase",
            ),
        ),
        (MONEY + "test_ordered_once",),
        sql=("DROP INDEX medical_credit_refill_purchase_open_uniq",),
    ),
    Mutation(
        9,
        "the claim of a charge is not committed",
        (
            (
                BILLING + "medical_credit_refill_charge.py",
                'if step(f"Claim of refill {purchase.id}", purchase._claim):',
                "if purchase._claim():",
            ),
        ),
        (MONEY + "test_charged_once_where_keys_are_forgotten[kill_taken]",),
    ),
    Mutation(
        9,
        "a lost answer of a charge counts as a refusal",
        (
            (
                BILLING + "payment_transaction.py",
                "return bool(watch.is_refused or self.provider_reference)",
                "return True",
            ),
        ),
        (
            MONEY + "test_charged_once[answer_lost]",
            MONEY + "test_charged_once_where_keys_are_forgotten[answer_lost]",
        ),
    ),
)
