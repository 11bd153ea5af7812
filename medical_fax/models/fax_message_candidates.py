import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.text import fold

MOST = 5
EARLIER = 40  # of the sender's last faxes
WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
MOST_WORDS = 3000
NAME_WORDS = (2, 3, 4)
DIGITS = re.compile(r"[0-9]+")

# The surest first; also the order in which they are offered.
WEIGHTS = {"code": 3, "birth": 2, "name": 1, "sender": 0}


class FaxMessage(models.Model):
    """Whom a received fax may be about: offers with their reasons, for a person to
    decide. Only patients whom the user may read are offered."""

    _inherit = "fax.message"

    def _filing_candidates(self):
        """Offers for the chart, the surest first.

        :return: list of dicts of partner_id, name, detail, reason (of fax.filing) and
            words, all reasons as told to the user
        """
        self.ensure_one()
        reasons, births = {}, {}
        for partner, birth, reason in (
            *self._candidates_by_code(),
            *self._candidates_by_text(),
            *self._candidates_by_sender(),
        ):
            reasons.setdefault(partner, []).append(reason)
            births[partner] = births.get(partner) or birth
        readable = self.env["res.partner"].union(*reasons)._filtered_access("read")
        ordered = sorted(
            (partner for partner in reasons if partner in readable),
            key=lambda partner: -max(WEIGHTS[r] for r in reasons[partner]),
        )
        return [
            self._candidate(partner, births[partner], reasons[partner])
            for partner in ordered[:MOST]
        ]

    def _candidate(self, partner, birth, reasons):
        words = {
            "code": self.env._("our code is on a page"),
            "birth": self.env._("name and birth date are on a page"),
            "name": self.env._("the name is on a page"),
            "sender": self.env._("earlier faxes of this number"),
        }
        ordered = sorted(dict.fromkeys(reasons), key=lambda r: -WEIGHTS[r])
        return {
            "partner_id": partner.id,
            "name": partner.name,
            "detail": format_date(self.env, birth) if birth else "",
            "reason": ordered[0] if ordered else "chosen",
            "words": ", ".join(words[reason] for reason in ordered),
        }

    def _candidates_by_sender(self):
        """Patients of this number's earlier faxes, in and out, the latest first."""
        if not self.number:
            return
        earlier = self.search(
            [
                ("number", "=", self.number),
                ("company_id", "=", self.company_id.id),
                ("patient_id", "!=", False),
                ("id", "!=", self.id),
            ],
            limit=EARLIER,
        )
        for partner in earlier.patient_id[:MOST]:
            yield partner, self._birth(partner), "sender"

    def _candidates_by_code(self):
        """Hook: the patient of the fax whose cover came back."""
        return ()

    def _candidates_by_text(self):
        """Patients whose whole name stands in the text of the PDF."""
        # sudo: the text is a closed field; who may file may see the pages
        text = self.sudo().received_text or ""
        names = self._names_in(text)
        if not names:
            return
        domain = Domain("name", "in", sorted(names))
        numbers = " ".join(DIGITS.findall(text))
        for partner, birth in self.env["fax.source"]._find_patients(domain, 20):
            is_born = birth and self._says_date(fold(text), numbers, birth)
            yield partner, birth, "birth" if is_born else "name"

    @api.model
    def _names_in(self, text):
        """Every few words in a row that could be a name, as names are written."""
        words = WORDS.findall(text)[:MOST_WORDS]
        names = set()
        for length in NAME_WORDS:
            for start in range(len(words) - length + 1):
                part = words[start : start + length]
                if not part[0][0].isupper():
                    continue
                # "OKAFOR Tomas" and "Okafor, Tomas" are Tomas Okafor as well.
                for order in (part, [*part[1:], part[0]]):
                    name = " ".join(order)
                    names.update((name, name.title()))
        return names

    @api.model
    def _says_date(self, text, numbers, day):
        """Whether a date stands in a text, in one of the usual ways."""
        year, month, date = f"{day:%Y}", f"{day:%m}", f"{day:%d}"
        ways = (
            (year, month, date),
            (date, month, year),
            (month, date, year),
        )
        padded = f" {numbers} "
        for way in ways:
            plain = " ".join(way)
            short = " ".join(str(int(part)) for part in way)
            if f" {plain} " in padded or f" {short} " in padded:
                return True
            if f" {''.join(way)} " in padded:
                return True
        for name in (f"{day:%B}", f"{day:%b}"):
            if re.search(rf"{name.lower()}\W+{day.day}\W+{year}", text) or re.search(
                rf"\b0?{day.day}\W+{name.lower()}\W+{year}", text
            ):
                return True
        return False

    def _birth(self, partner):
        found = self.env["fax.source"]._find_patients([("id", "=", partner.id)], 1)
        return found[0][1] if found else None
