from . import test_ledger
from . import test_fax_credit
