from odoo import models
from odoo.tools import SQL

CODES = ("fax.document", "fax.message")


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _create_date_range_seq(self, date):
        """Two who draw the first number of a year at once (somebody sends, a fax comes
        in) would both make the year, and one of them would be told of a constraint.

        So each writes the sequence first: whoever is second waits, is told by the
        database that somebody was faster, and so begins again, as Odoo then does.
        """
        if self.code in CODES:
            # Being second is no fault, and so not for the log.
            self.env.cr.execute(
                SQL("UPDATE ir_sequence SET code = code WHERE id = %s", self.id),
                log_exceptions=False,
            )
        return super()._create_date_range_seq(date)
