from . import medical_credit_check
from . import medical_credit_statement
from . import medical_credit_unused
