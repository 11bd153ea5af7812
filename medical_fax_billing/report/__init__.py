from . import medical_credit_unused
