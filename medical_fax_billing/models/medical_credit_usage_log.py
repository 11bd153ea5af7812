from odoo import api, models

from .medical_credit_usage import USED

LOG_ROWS = 40


class MedicalCreditWallet(models.Model):
    """The log of the usage page: each fax sent or received, by its reference."""

    _inherit = "medical.credit.wallet"

    @api.model
    @api.readonly
    def get_usage_log(self, wallet_id=False, offset=0):
        """Faxes that a wallet pays for, the latest first.

        No recipient, patient, subject or document: buyers see none of these.

        :param wallet_id: False: as get_usage
        :param offset: how many to leave out
        :return: rows, and whether there are more
        """
        wallet = self._usage_wallet(wallet_id)
        # sudo: of a fax only reference, dates, pages and status are shown
        faxes = self.env["fax.message"].sudo()
        found = faxes.search(
            wallet._usage_faxes(),
            order="id desc",
            offset=max(int(offset), 0),
            limit=LOG_ROWS + 1,
        )
        shown = found[:LOG_ROWS]
        readable = shown.sudo(False)._filtered_access("read")
        states = dict(faxes._fields["state"]._description_selection(self.env))
        return {
            "rows": [
                wallet._log_row(fax, states, fax.id in readable.ids) for fax in shown
            ],
            "has_more": len(found) > LOG_ROWS,
        }

    def _log_row(self, fax, states, is_readable):
        moment = fax.received_at or fax.done_at or fax.queued_at or fax.create_date
        used = -sum(fax.credit_move_ids.filtered_domain(USED).mapped("units"))
        return {
            "id": fax.id,
            "reference": fax.name,
            "is_readable": is_readable,
            "moment": fax._local(moment, "%Y-%m-%d %H:%M"),
            "direction": fax.direction,
            "pages": fax.pages if fax.direction == "in" else fax._log_pages(),
            "status": states[fax.state],
            "state": fax.state,
            "user": fax.user_id.name or "",
            "cost": self._units_text(used) if self and used else "",
        }


class FaxMessage(models.Model):
    _inherit = "fax.message"

    def _log_pages(self):
        """“3”, or “1 of 3” where not all arrived."""
        if self.state == "partial":
            return self.env._(
                "%(sent)s of %(pages)s", sent=self.pages_sent, pages=self.pages
            )
        return self.pages_sent if self.state == "delivered" else self.pages
