from . import test_access
from . import test_hooks
from . import test_mail
from . import test_medical_chart_entry
from . import test_medical_chart_entry_lock
from . import test_medical_patient
