from . import test_medical_chart_entry
from . import test_medical_chart_entry_lock
