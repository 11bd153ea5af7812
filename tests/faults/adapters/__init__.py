"""What is particular to each provider: one class over its simulator.

`base` says what there is; the other files hold what differs, as data where they can.
"""

from .base import Adapter
from .documo import Documo
from .efax import Efax
from .efax_developer import EfaxDeveloper
from .hylafax import Hylafax
from .interfax import Interfax

ADAPTERS = {
    each.code: each for each in (Documo, Interfax, Efax, EfaxDeveloper, Hylafax)
}
__all__ = ["ADAPTERS", "Adapter"]
