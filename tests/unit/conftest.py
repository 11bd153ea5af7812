"""What takes its time among the tests without Odoo is marked `slow`, so that the rest
answers while one writes: `make test-quick`. `make test-unit` runs them all."""

import pytest

# Child processes, servers and proxies; whole pages of dots; every script of the world.
SLOW_FILES = {
    "test_documo.py",
    "test_foreign.py",
    "test_hostile.py",
    "test_hostile_received.py",
    "test_http.py",
    "test_http_answers.py",
    "test_http_proxy.py",
    "test_hylafax.py",
    "test_hylafax_callbacks.py",
    "test_hylafax_faults.py",
    "test_interfax.py",
    "test_interfax_outcomes.py",
    "test_interfax_upload.py",
    "test_package.py",
    "test_papers.py",
    "test_raster.py",
    "test_scripts.py",
}


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "slow: generated examples, child processes, real connections"
    )


def pytest_collection_modifyitems(items):
    for item in items:
        generated = getattr(item.obj, "is_hypothesis_test", False)
        if generated or item.path.name in SLOW_FILES:
            item.add_marker(pytest.mark.slow)
