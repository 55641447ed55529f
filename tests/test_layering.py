"""Who may import whom (docs/architecture.md): walks the imports of the source and fails on a wrong arrow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HEAVY = {"torch", "torchvision", "timm", "pyiqa"}
PUBLIC = {
    "contracts",
    "errors",
    "decimals",
    "delimited",
    "pairs",
    "randomness",
    "labels",
    "names",
    "simulation",
    "fov",
    "words",
    "checkpoints",
    "weights",
}
FUNCTIONS = {"create_method", "evaluate", "run", "statistics"}
TOP = {"cli", "pipeline", "checking", "check_training", "single", "training_run", "fetching"}


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted((root / "benchmark").rglob("*.py")):
        yield ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"), file


def imports(file: Path, *, top_level: bool) -> set[str]:
    """Modules that a file imports; with ``top_level`` only those imported when it is."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if top_level and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        waiting += ast.iter_child_nodes(node)
    return found


def roots(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_statistics_and_report_never_import_torch_and_statistics_is_pure(root: Path) -> None:
    for name, file in modules(root):
        if name.startswith(
            (
                "benchmark.statistics",
                "benchmark.report",
                "benchmark.evaluation.summarise",
                "benchmark.commands.evaluate",
            )
        ):
            assert not roots(imports(file, top_level=False)) & HEAVY, name
        if name.startswith("benchmark.statistics"):
            allowed = {"numpy", "scipy", "numba", "benchmark"}
            from_elsewhere = {
                item for item in roots(imports(file, top_level=False)) if item in {"pandas", "matplotlib", "pydantic"}
            }
            assert not from_elsewhere - allowed, name
            inside = {item for item in imports(file, top_level=False) if item.startswith("benchmark.")}
            assert all(item.startswith("benchmark.statistics") for item in inside), (name, inside)


def test_matplotlib_only_in_report(root: Path) -> None:
    for name, file in modules(root):
        if not name.startswith("benchmark.report"):
            assert "matplotlib" not in roots(imports(file, top_level=False)), name


def test_nothing_imports_what_stands_above_it(root: Path) -> None:
    for name, file in modules(root):
        if name.removeprefix("benchmark.") in TOP or name == "benchmark":
            continue
        wrong = {item for item in imports(file, top_level=False) if item in {f"benchmark.{top}" for top in TOP}}
        assert not wrong, (name, wrong)


def test_no_module_imports_a_plugin_by_name(root: Path) -> None:
    for name, file in modules(root):
        wrong = {
            item
            for item in imports(file, top_level=False)
            if item.startswith(("benchmark.plugins.methods", "benchmark.plugins.datasets", "methods.", "datasets."))
        }
        assert not wrong, (name, wrong)


@pytest.mark.parametrize("kind", ["methods", "datasets"])
def test_plugins_import_only_public_names_and_nothing_heavy_when_imported(root: Path, kind: str) -> None:
    assert not (root / kind / "__init__.py").exists(), "it would shadow an installed package"
    for file in sorted((root / kind).rglob("*.py")):
        if file.parent == root / kind or file.name == "__init__.py":  # what listing plug-ins imports
            assert not roots(imports(file, top_level=True)) & (HEAVY | {"pandas"}), file
        engine = {item for item in imports(file, top_level=False) if item.startswith("benchmark.")}
        modules_used = {item for item in engine if item.removeprefix("benchmark.")[0].islower()}
        names = {item.removeprefix("benchmark.").split(".")[0] for item in modules_used}
        assert names <= PUBLIC | FUNCTIONS, (file, names)
