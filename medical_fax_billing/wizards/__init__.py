from . import medical_credit_purchase
from . import medical_credit_provider_purchase
from . import medical_credit_statement
from . import fax_composer_credit
from . import medical_credit_refill_setup
from . import medical_credit_refill_plan
from . import medical_credit_subscribe
