"""Filing a received fax makes a draft chart entry, as in a new database.

What may be faxed is the clinic's own to change once it is installed, so that an update
leaves these records alone: what is new in them is added here.
"""

import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)

FILING = {
    "filing_makes": True,
    "filing_title": "Received fax",
    "filing_author_path": "practitioner_id",
}


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    name = "medical_fax_chart.fax_source_chart_entry"
    source = env.ref(name, raise_if_not_found=False)
    if not source or env["fax.source"].search_count([("filing_makes", "=", True)]):
        return
    try:
        with cr.savepoint():
            source.write(FILING)
    except ValidationError:
        # Its paths are not those that we gave it: a manager decides.
        _logger.warning("Filing received faxes makes no chart entries, see %s", name)
