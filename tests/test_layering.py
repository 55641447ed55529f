"""The order of the rooms holds: every import of the engine and of its plug-ins is one that ``layers.toml`` allows."""

import ast
from pathlib import Path

import pytest

from tests import layers

HEAVY = {"torch", "torchvision", "timm", "pyiqa"}
MOST_ENTRIES = 17


@pytest.fixture(scope="module")
def imports(root: Path) -> list[layers.Import]:
    """Every import of the engine and its plug-ins; reading them takes a second."""
    return layers.all_imports(root)


@pytest.mark.parametrize("room", layers.rooms())
def test_a_room_imports_only_what_the_plan_allows(imports: list[layers.Import], room: str) -> None:
    plan = layers.rooms()
    found = [layers.fault(item, plan) for item in imports if layers.room_of(item.importer) == room]
    assert found
    assert not [fault for fault in found if fault]


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("benchmark.statistics.measures", "import requests"),
        ("benchmark.scoring.engine", "from benchmark import report"),
        ("benchmark.scoring.engine", "from benchmark.report import table"),
        ("benchmark.report.table", "import torch.nn"),
        ("benchmark.scoring.engine", "def draw():\n    from matplotlib import pyplot"),
        ("benchmark.scoring.engine", "from benchmark.plugins.methods.psnr import PSNR"),
        ("benchmark.scoring.engine", "from methods import psnr"),
        ("benchmark.statistics.measures", "from benchmark.config import models"),
        ("benchmark.plugins.registry", "from ..scoring import lineup"),
        ("benchmark.attic.module", "import os"),
    ],
)
def test_a_forbidden_import_is_named(root: Path, importer: str, source: str) -> None:
    plan, known = layers.rooms(), layers.modules(root)
    assert any(layers.fault(item, plan) for item in layers.imports(importer, source, known))


def test_the_house_has_rooms_that_a_stranger_can_count(root: Path) -> None:
    entries = [item for item in (root / "benchmark").iterdir() if item.name != "__pycache__"]
    assert len(entries) <= MOST_ENTRIES, sorted(item.name for item in entries)
    named = {item.stem for item in entries if item.suffix != ".typed"} - {"__init__"}
    assert named == set(layers.rooms())


def test_modules_of_one_name_are_the_same_thing(root: Path) -> None:
    """A name that occurs in two rooms is one that both use for one thing; the exceptions are said here, with the reason."""
    one_thing = {
        "power",  # the arithmetic, and the command that prints it
        "weights",  # weight files, and the command that fetches them
        "study",  # its configuration, its run and its report
        "efficiency",
        "code",
    }
    seen: dict[str, set[str]] = {}
    for module, file in layers.modules(root).items():
        if file.name != "__init__.py" and module.count(".") >= 2:
            seen.setdefault(file.stem, set()).add(module)
    twice = {name: places for name, places in seen.items() if len(places) > 1 and name not in one_thing}
    assert not twice


def test_a_class_has_one_meaning(root: Path) -> None:
    seen: dict[str, set[str]] = {}
    for module, file in layers.modules(root).items():
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                seen.setdefault(node.name, set()).add(module)
    assert not {name: places for name, places in seen.items() if len(places) > 1}


@pytest.mark.parametrize("kind", ["methods", "datasets"])
def test_plug_ins_import_only_public_names_and_nothing_heavy_when_imported(root: Path, kind: str) -> None:
    assert not (root / kind / "__init__.py").exists(), "it would shadow an installed package"
    for file in sorted((root / kind).rglob("*.py")):
        if file.parent == root / kind or file.name == "__init__.py":  # what listing plug-ins imports
            assert not _when_imported(file) & (HEAVY | {"pandas"}), file
        names = {
            item.imported for item in layers.imports(f"{kind}.{file.stem}", file.read_text(), layers.modules(root))
        }
        engine = {name for name in names if name.startswith("benchmark.")}
        assert all(name.startswith(PUBLIC) for name in engine), (file, engine)


PUBLIC = (
    "benchmark.plugins.contracts",
    "benchmark.plugins.checkpoints",
    "benchmark.plugins.weights",
    "benchmark.plugins.hub_snapshots",
    "benchmark.core",
    "benchmark.data",
    "benchmark.images",
    "benchmark.statistics",
    "benchmark.simulation",
)
"""What a plug-in may import beside the names of ``benchmark`` itself: rooms below those that use plug-ins."""


def _when_imported(file: Path) -> set[str]:
    """Packages that a file imports as soon as it is imported, not inside its functions."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        waiting += ast.iter_child_nodes(node)
    return found
