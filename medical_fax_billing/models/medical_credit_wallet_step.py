from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.medical_fax.models import guard

from .medical_credit_wallet import UNIT_DIGITS


class MedicalCreditWallet(models.Model):
    """The steps that change what is available. Each is part of its caller's short
    transaction and names the lots that it takes from.

    Lowering by our own decision is serialized by the wallet's serial: a lock alone is
    not enough, as a transaction that waited for it still sums what it saw before.
    Whoever loses begins anew: requests are repeated by Odoo, the queue's steps by
    themselves.
    """

    _inherit = "medical.credit.wallet"

    def _serialize(self):
        """From here on this transaction alone lowers the wallet's available amount.

        :raise psycopg2.errors.SerializationFailure: another one did so since this
            transaction began
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE medical_credit_wallet SET serial = serial + 1"
                " WHERE id = %s RETURNING serial",
                self.id,
            )
        )
        self.env.invalidate_all(flush=False)

    def _free_lots(self):
        """Lots with units that may be used now, in the order of their use."""
        lots = self.env["medical.credit.lot"].search(
            [("wallet_id", "=", self.id), ("is_frozen", "=", False)]
        )
        return lots.filtered(lambda lot: lot._free() > 0)

    def _free_units(self):
        """Units that a new fax may take: those of frozen or expired lots are not."""
        lots = self._free_lots()
        return round(sum(lot._free() for lot in lots), UNIT_DIGITS)

    def _book(self, values_list):
        """Add entries to the ledger."""
        moves = guard.opened(self.env["medical.credit.move"])
        entries = moves.create([{"wallet_id": self.id, **v} for v in values_list])
        return guard.closed(entries)

    def _shares(self, units):
        """Split units over the lots.

        :return: ``[(account, lot id, units)]``, and what is lacking
        """
        shares, lacking = [], round(units, UNIT_DIGITS)
        for lot in self._free_lots() if self.mode != "counted" else ():
            if lacking <= 0:
                break
            share = min(lot._free(), lacking)
            shares.append(("lot", lot.id, share))
            lacking = round(lacking - share, UNIT_DIGITS)
        if lacking > 0 and (self.is_postpaid or self.mode == "counted"):
            shares.append(("credit", False, lacking))
            lacking = 0
        return shares, lacking

    def _reserve(self, units, **values):
        """Keep units for something on its way.

        :param values: of the entries: service, message_id ...
        :return: the entries, or none where there are not enough units; nothing is
            kept then
        """
        self._serialize()
        shares, lacking = self._shares(units)
        if lacking > 0:
            return self.env["medical.credit.move"]
        return self._book(
            {
                **values,
                "kind": "reserve",
                "account": account,
                "lot_id": lot_id,
                "reserved": share,
            }
            for account, lot_id, share in shares
        )

    def _charge(self, units, **values):
        """Book use that cannot be refused: from the lots what they have, the rest is
        due.

        :return: the entries
        """
        self._serialize()
        shares, lacking = self._shares(units)
        reserves = self._book(
            {
                **values,
                "quantity": 0,
                "kind": "reserve",
                "account": account,
                "lot_id": lot_id,
                "reserved": share,
            }
            for account, lot_id, share in shares
        )
        # What was used stands once: a part with the units that pay it, a part as due.
        quantity = values.get("quantity", 0)
        owed = quantity * lacking / units if units else 0
        entries = reserves + reserves._capture(units - lacking, quantity - owed)
        if lacking > 0:
            entries += self._owe(lacking, **{**values, "quantity": owed})
        return entries

    def _owe(self, units, **values):
        """Book use that could not be refused and is not paid for."""
        return self._book(
            [{**values, "kind": "due", "account": "due", "units": -units}]
        )

    # UNITS COME

    def _grant(
        self, units, amount=0.0, line=None, kind="purchase", reason=None, **values
    ):
        """Add a card; what is due is paid from it first.

        :param amount: untaxed, for all of its units, in the company's currency
        :param line: the invoice line that bought it; granted once for each
        :param kind: of the entry: purchase or adjustment
        :param values: of the lot: expires_on, is_included ...
        :return: the lot
        """
        line_id = line.id if line else False
        lots = guard.opened(self.env["medical.credit.lot"])
        lot = lots.create(
            {
                "name": self.env["ir.sequence"].next_by_code("medical.credit.lot"),
                "wallet_id": self.id,
                "granted": units,
                "amount": amount,
                "granted_on": fields.Date.context_today(self),
                "invoice_line_id": line_id,
                **values,
            }
        )
        lot = guard.closed(lot)
        self._book(
            [
                {
                    "kind": kind,
                    "account": "lot",
                    "lot_id": lot.id,
                    "units": units,
                    "line_id": line_id,
                    "reason": reason,
                }
            ]
        )
        if not lot.is_included:
            self._pay_due(lot)
        self._credit_arrived()
        return lot

    def _pay_due(self, lot):
        """Pay with a new lot what is due, the oldest first."""
        owed = Domain("wallet_id", "=", self.id) & Domain("account", "=", "due")
        owed &= Domain("due_id", "=", False)
        moves = self.env["medical.credit.move"]
        if not moves.search_count(owed, limit=1):
            return
        self._serialize()
        for due in moves.search(owed, order="id"):
            share = min(due._still_due(), lot._free())
            if share <= 0:
                continue
            common = {
                "kind": "due",
                "due_id": due.id,
                "service": due.service,
                "message_id": due.message_id.id,
            }
            self._book(
                [
                    {**common, "account": "lot", "lot_id": lot.id, "units": -share},
                    {**common, "account": "due", "units": share},
                ]
            )

    def _adjust(self, units, reason):
        """Correct by hand: add a card of these units, or take them from the lots.

        Never below zero: what is not there is not taken.
        """
        if units > 0:
            return self._grant(units, kind="adjustment", reason=reason)
        self._serialize()
        shares, _lacking = self._shares(-units)
        return self._book(
            {
                "kind": "adjustment",
                "account": "lot",
                "lot_id": lot_id,
                "units": -share,
                "reason": reason,
            }
            for account, lot_id, share in shares
            if account == "lot"
        )

    def _credit_arrived(self):
        """Hook: there are more units than before."""

    @api.model
    def _cron_expire(self):
        """Take from cards that have expired what is left and not on its way."""
        lots = self.env["medical.credit.lot"].search(
            [("expires_on", "<", fields.Date.context_today(self))]
        )
        # The days of a plan may be those of another time zone.
        for lot in lots.filtered(lambda lot: lot.left > 0 and lot.state == "expired"):
            self.env["fax.message"]._step(f"Expiry of card {lot.id}", lot._expire)


class MedicalCreditLot(models.Model):
    _inherit = "medical.credit.lot"

    def _take(self, kind, units, **values):
        """Lower this lot by our decision: refund, expiry or fee.

        :return: the units taken, at most those that are not reserved
        """
        self.wallet_id._serialize()
        units = min(units, round(self.left - self.reserved, UNIT_DIGITS))
        if units <= 0:
            return 0
        self.wallet_id._book(
            [
                {
                    **values,
                    "kind": kind,
                    "account": "lot",
                    "lot_id": self.id,
                    "units": -units,
                }
            ]
        )
        return units

    def _expire(self):
        return self._take("expiry", self.left)

    def _freeze(self):
        """Its payment was taken back: nothing more is used of it."""
        guard.opened(self).is_frozen = True

    def _thaw(self):
        """It is paid again."""
        guard.opened(self).is_frozen = False
        self.wallet_id._pay_due(self)
        self.wallet_id._credit_arrived()
