from . import fax_composer
from . import fax_composer_content
from . import fax_composer_files
from . import fax_composer_preview
from . import fax_composer_recipients
from . import fax_composer_send
