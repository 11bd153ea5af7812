import ast
from pathlib import Path

import pytest

import providers
from providers import (
    PROVIDERS,
    Capabilities,
    CoverLimits,
    FindBy,
    LoopbackProvider,
    Provider,
    get,
    register,
    utc_now,
)
from providers.interface import ALL_METHODS
from unit.providers.provider_rig import Clock

PACKAGE = Path(providers.__file__).parent


def declare(capabilities: Capabilities, **methods) -> type[Provider]:
    names = {"code": "made-up", "label": "Made up", "capabilities": capabilities}
    return type("MadeUp", (Provider,), names | methods)


def test_declared_but_not_written_is_refused():
    with pytest.raises(TypeError, match="cancel"):
        declare(Capabilities(cancel=True))


def test_written_but_not_declared_is_refused():
    with pytest.raises(TypeError, match="find"):
        declare(Capabilities(), find=lambda self, reference, fingerprint: [])


def test_half_of_a_capability_is_refused():
    with pytest.raises(TypeError, match="fetch_received"):
        declare(Capabilities(receive=True), list_received=lambda self, since: [])


def test_what_a_subclass_no_longer_declares_is_refused():
    changed = {"capabilities": Capabilities(find=FindBy.NONE, training=True)}
    with pytest.raises(TypeError, match="cancel, fetch_received, find"):
        type("Less", (LoopbackProvider,), changed)


def test_a_base_class_of_several_providers_may_declare_nothing():
    class HttpProvider(Provider):
        def cancel(self, provider_id):
            return False

    assert HttpProvider.cancel is not Provider.cancel


def test_verify_submit_and_status_cannot_be_left_out():
    with pytest.raises(TypeError, match="fetch_status, submit, verify"):
        declare(Capabilities())()


@pytest.mark.parametrize("method", sorted(ALL_METHODS))
def test_the_interface_has_each_method_that_can_be_declared(method):
    assert callable(getattr(Provider, method))


def test_all_methods_means_all():
    """A method added to the interface is declarable, or demanded."""
    own = {name for name, value in vars(Provider).items() if callable(value)}
    own = {name for name in own if not name.startswith("_")}
    assert own == ALL_METHODS | Provider.__abstractmethods__ | {
        "check_deadline",
        "find_all",
    }


def test_draws_cover():
    assert not Capabilities().draws_cover
    assert Capabilities(cover=CoverLimits(subject=55)).draws_cover


def test_settings_are_a_copy():
    settings = {"own_numbers": []}
    provider = LoopbackProvider(settings, store=None, stamp=None)
    settings["dial_seconds"] = 9
    assert "dial_seconds" not in provider.settings
    assert provider.clock is utc_now


def test_the_clock_of_the_machine_is_in_utc():
    assert utc_now().utcoffset() == Clock().now.utcoffset()


def test_registry(monkeypatch):
    monkeypatch.delitem(PROVIDERS, "made-up", raising=False)
    cls = declare(Capabilities())
    try:
        assert register(cls) is cls and register(cls) is cls
        assert get("made-up") is cls
        with pytest.raises(ValueError, match="made-up"):
            register(declare(Capabilities()))
        assert get("made-up") is cls
    finally:
        PROVIDERS.pop("made-up", None)
    with pytest.raises(LookupError, match="loopback"):
        get("made-up")


def test_the_package_stands_on_its_own():
    """It reaches neither for the addon around it nor for Odoo."""
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert not any(name.name.startswith("odoo") for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level <= 1, f"{path.name} reaches outside the package"
                assert node.level or not node.module.startswith("odoo"), path.name
