"""InterFAX against its simulator: the account, sending, outcomes."""

import pytest

from unit.providers.provider_contract import ProviderContract


@pytest.fixture
def simulator(interfax):
    return interfax


@pytest.fixture
def rig(interfax_rig):
    return interfax_rig


class TestInterfax(ProviderContract):
    @pytest.fixture
    def rig(self, interfax_rig, interfax):
        interfax.polls_a_minute = 1000  # the contract asks often; see below for 6
        return interfax_rig
