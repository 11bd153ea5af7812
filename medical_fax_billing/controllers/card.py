import csv
import io

from odoo.http import Controller, content_disposition, request, route

# A spreadsheet takes text that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _plain(text):
    return f"'{text}" if text.startswith(FORMULA) else text


class CardController(Controller):
    """A card's activity as a file."""

    @route(
        "/medical_fax_billing/card/<int:lot_id>/csv",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def card_csv(self, lot_id):
        lot = request.env["medical.credit.lot"].browse(lot_id).exists()
        if not lot or not lot.has_access("read"):
            return request.not_found()
        table = io.StringIO()
        writer = csv.writer(table)
        writer.writerows([_plain(cell) for cell in row] for row in lot._csv_rows())
        name = lot.name.replace("/", "-")
        return request.make_response(
            "\ufeff" + table.getvalue(),  # spreadsheets take it for UTF-8 then
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition(f"{name}.csv")),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ],
        )
