from . import test_access_denied
from . import test_access_faxes
from . import test_content
from . import test_sources
from . import test_tour_accessibility
from . import test_tours
from . import test_filing
