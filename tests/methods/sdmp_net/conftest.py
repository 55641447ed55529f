"""The second, plain SDMP-Net for comparison; one thread throughout, for equal bits and equal times on busy machines."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def plain() -> ModuleType:
    """The module ``reference_network.py`` beside this file."""
    spec = importlib.util.spec_from_file_location(
        "sdmp_reference_network", Path(__file__).parent / "reference_network.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Sums are then in one order."""
    import torch  # the fast lane reads this file and takes no torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
