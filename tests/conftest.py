"""Fixtures shared by all tests: where the repository and the optional shared test data lie."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark.scoring.process import tune_allocator
from tests.lanes import (
    light,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_ignore_collect,
    pytest_make_collect_report,
)
from tests.near import near, near_module
from tests.orphans import marked, no_orphans, no_orphans_of_a_module

__all__ = (
    "light",
    "marked",
    "near",
    "near_module",
    "no_orphans",
    "no_orphans_of_a_module",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_ignore_collect",
    "pytest_make_collect_report",
)

os.environ.setdefault("OMP_NUM_THREADS", "1")  # pytest-xdist runs a test a core: more threads would wait for each other
ROOT = Path(__file__).resolve().parent.parent

tune_allocator()  # as in workers: image tensors are allocated and freed all the time


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Give a path inside the shared test data, or skip the test where it is absent."""

    def find(relative: str) -> Path:
        path = ROOT.parent / "shared" / relative
        if not path.exists():
            pytest.skip(f"test data not present: ../shared/{relative}")
        return path

    return find


@pytest.fixture
def plugin_folder(tmp_path: Path) -> Iterator[Path]:
    """An empty plug-in folder that is searched for the time of the test."""
    from benchmark import plugins

    folder = tmp_path / "plugins"
    for kind in plugins.KINDS:
        (folder / kind).mkdir(parents=True)
    plugins.add_folder(folder)
    before = set(sys.modules)
    yield folder
    for kind in plugins.KINDS:
        plugins.package(kind).__path__.remove(str((folder / kind).resolve()))
    for name in set(sys.modules) - before:
        if name.startswith(("benchmark.plugins.methods.", "benchmark.plugins.datasets.")):
            module = sys.modules.pop(name)
            if str(getattr(module, "__file__", "")).startswith(str(folder)):
                parent, _, child = name.rpartition(".")
                vars(sys.modules[parent]).pop(child, None)


@pytest.fixture
def tiny_set(tmp_path: Path) -> Path:
    """A data set of two references with two enhanced images each (32 px noise), as a table: its CSV file."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(0)
    lines = ["reference,enhanced,mos,condition"]
    for number in range(2):
        reference = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), reference)
        for step, condition in enumerate(("soft", "hard")):
            noise = rng.normal(0, 8 * (step + 1), reference.shape)
            enhanced = np.clip(reference + noise, 0, 255).astype(np.uint8)
            cv2.imwrite(str(tmp_path / f"{number}_{condition}.png"), enhanced)
            lines.append(f"{number}.png,{number}_{condition}.png,{5 - step - number / 10},{condition}")
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(lines) + "\n")
    return file
