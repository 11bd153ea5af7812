from . import test_fax_message
