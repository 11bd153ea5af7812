from . import fax_composer_credit
from . import medical_credit_purchase
from . import medical_credit_provider_purchase
from . import medical_credit_statement
