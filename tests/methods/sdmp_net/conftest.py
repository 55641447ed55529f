"""The second, plain SDMP-Net for comparison."""

import importlib.util
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
