from . import medical_credit_subscribe
