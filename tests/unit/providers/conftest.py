import pytest

# Helper modules of this folder: their asserts are explained as a test's own are.
pytest.register_assert_rewrite("unit.providers.provider_contract")

from simulators.documo import DocumoSimulator  # noqa: E402
from unit.providers.documo_rig import make_rig  # noqa: E402
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
