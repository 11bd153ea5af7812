from . import medical_credit_subscribe
from . import medical_credit_purchase
from . import medical_credit_provider_purchase
from . import medical_credit_statement
