from odoo import api, fields, models
from odoo.fields import Domain

from .medical_credit_wallet import UNIT_DIGITS

# Entries by which units of a card are used.
USES = ("capture", "fee", "due")


class MedicalCreditMove(models.Model):
    """What one use of a card was, and what it cost."""

    _inherit = "medical.credit.move"

    used = fields.Float(
        "Units used", digits="Credit Units", compute="_compute_used", help="Of a card."
    )
    pages = fields.Float(
        digits="Credit Units",
        compute="_compute_used",
        help="Pages paid with these units. A fax may be paid from two cards.",
    )
    cost = fields.Float(
        digits=(16, 4),
        compute="_compute_used",
        help="Untaxed: the units at the card's price, not rounded.",
    )

    @api.depends("units", "kind", "quantity", "message_id", "lot_id")
    def _compute_used(self):
        for move in self:
            used = -move.units if move.kind in USES else 0.0
            rate = move.sudo().message_id.credit_rate  # sudo: a rate, no content
            move.used = used
            move.pages = round(used / rate, UNIT_DIGITS) if rate else move.quantity
            move.cost = used * move.lot_id.price_unit


class MedicalCreditLot(models.Model):
    """A card's activity: every fax billed to it."""

    _inherit = "medical.credit.lot"

    use_ids = fields.One2many(
        "medical.credit.move",
        "lot_id",
        "Billed to it",
        domain=[("kind", "in", USES)],
    )
    use_count = fields.Integer("Uses", compute="_compute_use_count")

    @api.depends("move_ids")
    def _compute_use_count(self):
        counts = dict(
            self.env["medical.credit.move"]._read_group(
                Domain("lot_id", "in", self.ids) & Domain("kind", "in", USES),
                ["lot_id"],
                ["__count"],
            )
        )
        for lot in self:
            lot.use_count = counts.get(lot, 0)

    def action_view_uses(self):
        """List every fax billed to these cards, with its user, pages and cost."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_fax_billing.medical_credit_lot_use_action"
        )
        return {
            **action,
            "domain": [("lot_id", "in", self.ids), ("kind", "in", USES)],
            "context": {"search_default_by_lot": int(len(self) > 1)},
        }

    def action_export_csv(self):
        """Download that list as a CSV file, without patient data."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/medical_fax_billing/card/{self.id}/csv",
            "target": "self",
        }

    def _csv_rows(self):
        """The table of that list: a heading and a row for each entry, of plain values.

        No recipient, patient or subject: what is sent on says what was paid, not about
        whom.
        """
        env = self.env
        yield [
            env._("Date"),
            env._("Reference"),
            env._("User"),
            env._("Last four digits"),
            env._("Pages"),
            env._("Units"),
            env._("Cost"),
        ]
        for move in self.use_ids.sorted("id"):
            day = fields.Datetime.context_timestamp(self, move.date)
            fax = (
                move.sudo().message_id
            )  # sudo: of it only reference, user, four digits
            user = move.sudo().user_id or fax.user_id
            yield [
                f"{day:%Y-%m-%d %H:%M}",
                fax.name or "",
                user.name or "",
                move.number_end or (fax.number or "")[-4:],
                f"{move.pages:g}",
                f"{move.used:g}",
                f"{move.cost:.4f}",
            ]
