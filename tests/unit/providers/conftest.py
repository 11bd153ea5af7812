import pytest

# Helper modules of this folder: their asserts are explained as a test's own are.
pytest.register_assert_rewrite("unit.providers.provider_contract")
