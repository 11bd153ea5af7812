from . import fax_composer_credit
