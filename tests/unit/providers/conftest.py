import pytest
import requests

# Helper modules of this folder: their asserts are explained as a test's own are.
pytest.register_assert_rewrite(
    "unit.providers.provider_contract",
    "unit.providers.documo_rig",
    "unit.providers.interfax_rig",
    "unit.providers.http_rig",
    "unit.providers.hylafax_rig",
)

from simulators.documo import DocumoSimulator  # noqa: E402
from simulators.hfaxd import HfaxdSimulator  # noqa: E402
from simulators.interfax import InterfaxSimulator  # noqa: E402
from simulators.tls import server_context  # noqa: E402
from unit.providers import interfax_rig as interfax_helper  # noqa: E402
from unit.providers.documo_rig import make_rig  # noqa: E402
from unit.providers.http_rig import Echo  # noqa: E402
from unit.providers.hylafax_rig import make_rig as make_hylafax_rig  # noqa: E402
from unit.providers.provider_rig import Clock  # noqa: E402


@pytest.fixture(scope="session")
def documo_server():
    """One server for all tests."""
    with DocumoSimulator(count_pages=lambda document: 3) as simulator:
        yield simulator


@pytest.fixture
def simulator(documo_server):
    """Documo with empty books, and a clock that stands still."""
    documo_server.reset()
    documo_server.clock = Clock()
    return documo_server


@pytest.fixture
def rig(simulator):
    return make_rig(simulator)


@pytest.fixture(scope="session")
def interfax_server():
    with InterfaxSimulator(count_pages=lambda document: 3) as simulator:
        yield simulator


@pytest.fixture
def interfax(interfax_server):
    """InterFAX with empty books, and a clock that stands still."""
    interfax_server.reset()
    interfax_server.clock = Clock()
    return interfax_server


@pytest.fixture
def interfax_rig(interfax):
    return interfax_helper.make_rig(interfax)


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    return server_context(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def plain_server():
    with Echo() as simulator:
        yield simulator


@pytest.fixture(scope="session")
def tls_server(tls):
    with Echo(tls=tls[0]) as simulator:
        yield simulator


@pytest.fixture(params=["plain", "tls"])
def server(request, tls):
    simulator = request.getfixturevalue(f"{request.param}_server")
    simulator.reset()
    simulator.authorizations = []
    simulator.like = requests.Session()
    simulator.like.verify = tls[1]
    return simulator


@pytest.fixture
def plain(plain_server):
    plain_server.reset()
    plain_server.authorizations = []
    return plain_server


@pytest.fixture(scope="session")
def hfaxd_server():
    with HfaxdSimulator() as simulator:
        yield simulator


@pytest.fixture
def hfaxd(hfaxd_server):
    """A fax server with empty queues, and a clock that stands still."""
    hfaxd_server.reset()
    hfaxd_server.clock = Clock()
    return hfaxd_server


@pytest.fixture
def hylafax_rig(hfaxd):
    return make_hylafax_rig(hfaxd)
