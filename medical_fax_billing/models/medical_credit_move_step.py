from odoo import models

from .medical_credit_wallet import UNIT_DIGITS


class MedicalCreditMove(models.Model):
    """Answers to reservations. They take the lots that the reservation took, make
    nothing negative and touch no row that others wait for; once for each."""

    _inherit = "medical.credit.move"

    def _open(self):
        """Reservations among these that nothing has answered yet."""
        reserves = self.filtered(lambda move: move.kind == "reserve")
        answers = self.search([("reserve_id", "in", reserves.ids)])
        return (reserves - answers.reserve_id).sorted("id")

    def _capture(self, units, quantity=0):
        """Use up to so many of the reserved units, the oldest lot's first, and release
        the rest.

        :param quantity: pages or the like, put on the first entry
        :return: the new entries
        """
        entries = self.browse()
        for reserve in self._open():
            used = min(reserve.reserved, max(round(units, UNIT_DIGITS), 0))
            rest = round(reserve.reserved - used, UNIT_DIGITS)
            units -= used
            if used > 0:
                entries += reserve._answer("capture", used, quantity)
                quantity = 0
            if rest > 0:
                entries += reserve._answer("release", rest)
        return entries

    def _release(self):
        return self._capture(0)

    def _answer(self, kind, units, quantity=0):
        used = -units if kind == "capture" else 0
        return self.wallet_id._book(
            [
                {
                    "kind": kind,
                    "account": self.account,
                    "lot_id": self.lot_id.id,
                    "reserve_id": self.id,
                    "service": self.service,
                    "message_id": self.message_id.id,
                    "user_id": self.user_id.id,
                    "number_end": self.number_end,
                    "quantity": quantity,
                    "units": used,
                    "reserved": -units,
                }
            ]
        )

    def _still_due(self):
        """Units of this due entry that nothing has paid yet."""
        paid = self.search([("due_id", "=", self.id), ("account", "=", "due")])
        return round(-self.units - sum(paid.mapped("units")), UNIT_DIGITS)
