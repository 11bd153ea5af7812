from . import test_books_purchase
from . import test_ledger
from . import test_fax_credit
from . import test_plan_documo
from . import test_plan_subscription
from . import test_plan_money
from . import test_plan_numbers
from . import test_plan
