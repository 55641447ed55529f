"""The rooms of ``benchmark/``: which modules they hold, what these import, and which imports their order forbids.

The order is data (``layers.toml``). ``python -m tests.layers`` (``make layers``) prints rooms, floors and arrows.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ENGINE = "benchmark"
PLUGINS = ("benchmark.plugins.methods", "benchmark.plugins.datasets", "methods", "datasets")


@dataclass(frozen=True, slots=True)
class Room:
    """A folder of the engine (or its ``cli.py``): its floor, and what it may import."""

    name: str
    floor: int
    packages: frozenset[str]
    rooms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Import:
    """One module's import of another, by dotted names."""

    importer: str
    imported: str


def rooms() -> dict[str, Room]:
    """The rooms as ``layers.toml`` orders them, the lowest first."""
    content = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    found: dict[str, Room] = {}
    for floor, (name, allowed) in enumerate(content.items()):
        below = frozenset(allowed.get("rooms", found))
        found[name] = Room(name, floor, frozenset(allowed["packages"]), below)
    return found


def modules(root: Path) -> dict[str, Path]:
    """Files of the engine by dotted name."""
    files = sorted((root / ENGINE).rglob("*.py"))
    return {".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def room_of(module: str) -> str:
    """The room in which a module of the engine lies; empty for the engine's own ``__init__``."""
    return module.split(".")[1] if "." in module else ""


def imports(importer: str, source: str, known: Mapping[str, Path]) -> Iterator[Import]:
    """What a source imports, also inside functions; names of the engine are those of its modules."""
    is_package = importer in known and known[importer].name == "__init__.py"
    package = importer if is_package else importer.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(importer, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield Import(importer, whole if whole in known else base)


def all_imports(root: Path) -> list[Import]:
    """Every import of the engine."""
    known = modules(root)
    return [item for name, file in known.items() for item in imports(name, file.read_text(encoding="utf-8"), known)]


def fault(item: Import, plan: Mapping[str, Room]) -> str:
    """Why an import is forbidden; empty where it is allowed."""
    if item.imported.startswith(tuple(f"{home}." for home in PLUGINS)):
        return f"{item.importer} imports the plug-in {item.imported} by name"
    room = plan.get(room_of(item.importer))
    if room is None:
        return "" if item.importer == ENGINE else f"{item.importer} lies in no room of layers.toml"
    top = item.imported.split(".")[0]
    if top == ENGINE:
        other = room_of(item.imported)
        if other in ("", room.name) or other in room.rooms:
            return ""
        return f"{item.importer} imports {item.imported}: the room {other} is none of those that {room.name} may use"
    if top in sys.stdlib_module_names or top in room.packages:
        return ""
    return f"{item.importer} imports {top}, which layers.toml does not allow in {room.name}"


def arrows(root: Path) -> set[tuple[str, str]]:
    """Pairs of rooms of which the first imports from the second."""
    found = ((room_of(item.importer), room_of(item.imported)) for item in all_imports(root) if _inside(item))
    return {(one, other) for one, other in found if one and other and one != other}


def _inside(item: Import) -> bool:
    return item.imported.startswith(f"{ENGINE}.")


def floors(pairs: set[tuple[str, str]], names: list[str]) -> dict[str, int]:
    """The lowest floor on which each room can stand, so that it only looks down."""
    found: dict[str, int] = {}
    for name in names:
        found[name] = 1 + max((found[other] for one, other in pairs if one == name and other in found), default=-1)
    return found


def main() -> None:
    """Print the house: each room with its floor, its modules and the rooms that it uses."""
    root = Path(__file__).resolve().parent.parent
    plan, pairs, known = rooms(), arrows(root), modules(root)
    heights = floors(pairs, list(plan))
    for name in plan:
        count = sum(room_of(module) == name for module in known)
        uses = ", ".join(sorted(other for one, other in pairs if one == name)) or "nothing"
        print(f"{name:<12} floor {heights[name]:>2}  {count:>3} modules  uses {uses}")
    print(f"{len(plan)} rooms, {max(heights.values()) + 1} floors, {len(pairs)} arrows, {len(known)} modules")


if __name__ == "__main__":
    main()
