"""The provider in the package's docstring works as it is printed there."""

import re
import textwrap

import pytest

import providers
from unit.providers.provider_contract import ProviderContract
from unit.providers.provider_rig import Clock, Rig

PRINTED = re.search(
    r"^        @register\n.*?(?=^    \S)", providers.__doc__, re.DOTALL | re.MULTILINE
).group()


@pytest.fixture(scope="module")
def folder_provider():
    names = {}
    # pylint: disable=exec-used  # our own docstring, so that it stays true
    exec("from pathlib import Path\nfrom providers import *", names)
    exec(textwrap.dedent(PRINTED), names)
    yield names["FolderProvider"]
    del providers.PROVIDERS["folder"]


class TestFolderProvider(ProviderContract):
    @pytest.fixture
    def rig(self, folder_provider, tmp_path):
        for name in ("out", "done", "failed"):
            (tmp_path / name).mkdir()

        def machine():
            for job in (tmp_path / "out").glob("*.job"):
                fate = "failed" if job.read_text().endswith("0118") else "done"
                job.rename(tmp_path / fate / job.name)

        clock = Clock()
        return Rig(
            provider=folder_provider({"folder": tmp_path}, clock=clock),
            clock=clock,
            finish=machine,
            good="+15145550199",
            failing={providers.FailureKind.UNKNOWN: "+15145550118"},
        )

    def test_the_same_reference_twice_is_not_sent_twice(self, rig):
        request = rig.request()
        rig.provider.submit(request)
        with pytest.raises(providers.ProviderError) as caught:
            rig.provider.submit(request)
        assert not caught.value.proven_not_sent

    def test_without_the_folder_it_is_proven_not_sent(self, rig, tmp_path):
        (tmp_path / "out").rmdir()
        with pytest.raises(providers.ProviderError) as caught:
            rig.submit()
        assert caught.value.may_redial


def test_it_is_short():
    assert len(PRINTED.splitlines()) < 55
