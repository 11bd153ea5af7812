from . import test_books_purchase
from . import test_books_month
from . import test_books_wizard
from . import test_books_provider
from . import test_books_statement
from . import test_ledger
from . import test_fax_credit
from . import test_tour_books
