import pytest

from document import worker


def pytest_configure(config):
    config.addinivalue_line("markers", "ocr: reads pages back with Tesseract (slow)")


@pytest.fixture
def no_child(monkeypatch):
    """Do the child's work in this process: for files made here, which cannot hurt."""
    from document import api

    def call(operation, limits, /, **arguments):
        return worker.OPERATIONS[operation](**arguments)

    monkeypatch.setattr(api.sandbox, "call", call)
