"""Test-made weights for LPIPS and DISTS in a cache of their own, in use by torch and pyiqa; and tests without network."""

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def weight_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """torch's hub directory."""
    spec = importlib.util.spec_from_file_location("made_weights", Path(__file__).parent / "made_weights.py")
    assert spec is not None
    assert spec.loader is not None
    made_weights = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made_weights)
    hub = tmp_path_factory.mktemp("torch_home") / "hub"
    made_weights.write(hub)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCH_HOME", str(hub.parent))
        from pyiqa.utils import download_util

        patch.setattr(download_util, "DEFAULT_CACHE_DIR", str(hub / "pyiqa"))
        yield hub


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any connection is a failure of the test, not something to be caught."""
    tried: list[object] = []

    def refuse(_: object, address: object) -> None:
        tried.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    yield
    assert not tried
