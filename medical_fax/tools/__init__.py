"""Plain functions without Odoo, so that they are tested in milliseconds."""

from . import fax_number, text
