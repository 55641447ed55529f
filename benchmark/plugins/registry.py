"""Finds plug-ins by name without importing them, loads them on demand, suggests on a typo.

Standard library only. Names are read from the source with ``ast`` (``info = MethodInfo(name="…")``); the import itself is
Python's own, through ``benchmark.plugins``.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar

from benchmark import plugins
from benchmark.core.errors import PluginError, in_words
from benchmark.core.hashes import sha256_file
from benchmark.core.words import did_you_mean
from benchmark.plugins import contract_check, trial
from benchmark.plugins.contracts import (
    Dataset,
    DatasetInfo,
    DescribesReference,
    KeepsFeatures,
    LearnsFromColumns,
    Method,
    MethodInfo,
    NoReference,
    ScoreSource,
    Trainable,
)

Plugin = TypeVar("Plugin", Method, Dataset)


def normal(name: str) -> str:
    """The form in which names are compared: lower case, ``_`` as ``-``."""
    return name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Listing:
    """A plug-in class that was found but not yet imported.

    Attributes:
        name: as written in the plug-in.
        class_name: the class in its module; empty for an entry point.
        file: the source file; ``None`` for an entry point.
        module: import name of its module.
        entry_point: how an installed package offers it, else ``None``.
    """

    name: str
    class_name: str
    file: Path | None
    module: str
    entry_point: EntryPoint | None = None

    @property
    def place(self) -> str:
        """Where it is defined, for messages."""
        return str(self.file) if self.file is not None else f"entry point {self.module}"


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plug-in file or package that can't be read, with the reason in one line."""

    place: str
    reason: str


class Registry(Generic[Plugin]):
    """The plug-ins of one kind: from plug-in folders and from installed packages' entry points."""

    def __init__(self, kind: plugins.Kind, base: type, info: type[MethodInfo] | type[DatasetInfo]) -> None:
        self.kind = kind
        self.noun = "method" if kind == "methods" else "data set"
        self._base = base
        self._info = info

    def listings(self) -> tuple[list[Listing], list[BrokenPlugin]]:
        """All plug-ins found, by name, and the files that could not be read. Imports nothing."""
        listings: list[Listing] = []
        broken: list[BrokenPlugin] = []
        stems: dict[str, Path] = {}
        for file in _plugin_files(plugins.folders(self.kind)):
            stem = file.parent.name if file.name == "__init__.py" else file.stem
            if stem in stems:
                broken.append(
                    BrokenPlugin(str(file), f"its file name is already taken by {stems[stem]}: rename one of them")
                )
                continue
            stems[stem] = file
            try:
                names = _declared(file, stem, self._info.__name__)
            except (SyntaxError, UnicodeDecodeError, ValueError, OSError) as error:
                broken.append(BrokenPlugin(str(file), _in_words(error)))
                continue
            module = f"benchmark.plugins.{self.kind}.{stem}"
            listings += [Listing(name, class_name, file, module) for name, class_name in names]
        for point in entry_points(group=f"efid_bench.{self.kind}"):
            listings.append(Listing(point.name, "", None, point.value, point))
        return sorted(listings, key=lambda listing: normal(listing.name)), broken

    def names(self) -> list[str]:
        """The names of all plug-ins of this kind."""
        return [listing.name for listing in self.listings()[0]]

    def find(self, name: str, among: tuple[list[Listing], list[BrokenPlugin]] | None = None) -> Listing:
        """The one plug-in of this name.

        Args:
            name: in any spelling of capitals, dashes and underscores.
            among: the result of ``listings``, to look up many names; searched again by default.

        Raises:
            PluginError: there is none (with the nearest name), or more than one (with their places).
        """
        listings, broken = self.listings() if among is None else among
        matching = [listing for listing in listings if normal(listing.name) == normal(name)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            places = " and ".join(listing.place for listing in matching)
            raise PluginError(f"the {self.noun} name {name!r} is taken twice: {places}; rename one of them")
        hint = did_you_mean(name, [listing.name for listing in listings])
        unread = "".join(f"\n(not read: {item.place}: {item.reason})" for item in broken[:2])
        raise PluginError(f"no {self.noun} {name!r}{hint or f'; `list {self.kind}` shows all'}{unread}")

    def load(self, name: str, options: Mapping[str, Any] | None = None, *, tried: bool = False) -> type[Plugin]:
        """Import the plug-in of this name and check that it keeps the contract.

        Args:
            name: in any spelling of capitals, dashes and underscores.
            options: the options that it will be built with.
            tried: whether this process may crash, so that nothing is tried in a helper process first.

        Raises:
            PluginError: no such plug-in, its file fails to import, or its class breaks the contract.
        """
        return self.import_listing(self.find(name), options, tried=tried)

    def import_listing(
        self, listing: Listing, options: Mapping[str, Any] | None = None, *, tried: bool = False
    ) -> type[Plugin]:
        """Import one plug-in and check that it keeps the contract.

        A plug-in from elsewhere is first imported in a helper process, and built if options are given: it might end the
        process, or never return.

        Args:
            listing: the plug-in, from ``listings``.
            options: the options that it will be built with, as written in the configuration.
            tried: whether this process may crash, so that nothing is tried in a helper process first.

        Raises:
            PluginError: its file fails to import, or its class breaks the contract.
        """
        if not tried and trial.is_foreign(listing.file) and (options is not None or listing.module not in sys.modules):
            fault = trial.fault(self.kind, listing.name, options)
            if fault:
                raise PluginError(f"{listing.name}: {listing.place}: {fault}")
        try:
            if listing.entry_point is not None:
                plugin = listing.entry_point.load()
            else:
                plugin = getattr(importlib.import_module(listing.module), listing.class_name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            sys.modules.pop(listing.module, None)
            raise PluginError(
                f"{listing.name}: can't be imported: {_where_in(error, listing)}{_in_words(error)}"
            ) from None
        self._check(plugin, listing)
        return plugin  # type: ignore[no-any-return]

    def _check(self, plugin: Any, listing: Listing) -> None:
        fault = self._fault(plugin, listing)
        if fault:
            raise PluginError(f"{listing.name}: {listing.place}: {fault}")

    def _fault(self, plugin: Any, listing: Listing) -> str:
        """What is wrong with a class; empty if nothing is."""
        if not (isinstance(plugin, type) and issubclass(plugin, (Method, Dataset)) and issubclass(plugin, self._base)):
            return f"{listing.class_name or repr(plugin)} is no subclass of {self._base.__name__}"
        wrong = contract_check.info_fault(plugin.info if hasattr(plugin, "info") else None, self._info)
        if wrong:
            return f"{plugin.__name__}: {wrong}"
        if normal(plugin.info.name) != normal(listing.name):
            return (
                f"{plugin.__name__}: its `info` has the name {plugin.info.name!r}, but it is found as {listing.name!r}: "
                f"write info = {self._info.__name__}(name=…) as a literal in the class (or mend the entry point)"
            )
        lacking = _lacking(plugin)
        return f"{plugin.__name__} defines no {lacking}" if lacking else ""


def methods() -> Registry[Method]:
    """The registry of methods."""
    return Registry("methods", Method, MethodInfo)


def datasets() -> Registry[Dataset]:
    """The registry of data sets."""
    return Registry("datasets", Dataset, DatasetInfo)


def list_methods() -> list[str]:
    """The names of all methods."""
    return methods().names()


def list_datasets() -> list[str]:
    """The names of all data sets."""
    return datasets().names()


def _lacking(plugin: type[Method] | type[Dataset]) -> str:
    """The functions that a class lacks according to its contract, in words; empty if there are none."""
    if issubclass(plugin, Method) and not issubclass(plugin, LearnsFromColumns) and not _can_score(plugin):
        return "`score(self, enhanced, reference)` (or `describe` and `compare`)"
    if issubclass(plugin, Dataset) and plugin.pairs is Dataset.pairs:
        return "`pairs(self)`"
    return ", ".join(f"`{name}`" for name in sorted(plugin.__abstractmethods__))


def _can_score(plugin: type[Method]) -> bool:
    if issubclass(plugin, ScoreSource):
        return plugin.scores is not ScoreSource.scores
    return issubclass(plugin, DescribesReference) or plugin.score is not Method.score


def _plugin_files(folders: Sequence[Path]) -> Iterator[Path]:
    """Modules and packages of plug-in folders; names with a leading underscore are helpers."""
    for folder in folders:
        if not folder.is_dir():
            continue
        for item in sorted(folder.iterdir()):
            if item.name.startswith(("_", ".")):
                continue
            if item.suffix == ".py" and item.is_file():
                yield item
            elif (item / "__init__.py").is_file():
                yield item / "__init__.py"


def _declared(file: Path, stem: str, info: str) -> list[tuple[str, str]]:
    """(plug-in name, class name) of every class with a literal ``info = <info>(name="…")``.

    A plug-in that writes its ``info`` otherwise is listed as well, under the name in it or else under its file's, so that
    its user learns what is wrong.
    """
    return list(_declared_in(file.read_text(encoding="utf-8"), str(file), stem, info))


@lru_cache(maxsize=1024)
def _declared_in(source: str, filename: str, stem: str, info: str) -> tuple[tuple[str, str], ...]:
    """The same of a source that was read; remembered, since plug-ins are looked up one by one, each time among all files."""
    tree = ast.parse(source, filename=filename)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    names = [(name, node.name) for node in classes for name in _info_names(node, info)]
    bases = {_last_name(base) for node in classes for base in node.bases}
    nameless = [
        node.name
        for node in classes
        if _is_plugin(node, info) and not node.name.startswith("_") and node.name not in bases
    ]
    return tuple(names or [(stem, name) for name in nameless[:1]])


def _info_names(node: ast.ClassDef, info: str) -> Iterator[str]:
    for statement in node.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if not (isinstance(target, ast.Name) and target.id == "info"):
            continue
        if isinstance(value, ast.Call) and (_last_name(value.func) == info or _is_plugin(node, info)):
            named = [keyword.value for keyword in value.keywords if keyword.arg == "name"]
        elif isinstance(value, ast.Dict) and _is_plugin(node, info):
            named = [
                item
                for key, item in zip(value.keys, value.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "name"
            ]
        else:
            named = [value] if value is not None and _is_plugin(node, info) else []
        yield from (item.value for item in named if isinstance(item, ast.Constant) and isinstance(item.value, str))


def _is_plugin(node: ast.ClassDef, info: str) -> bool:
    """Whether a class derives, by the names in its source, from a base class of this kind of plug-in."""
    roots = (
        (Dataset,)
        if info == DatasetInfo.__name__
        else (Method, NoReference, ScoreSource, Trainable, KeepsFeatures, LearnsFromColumns)
    )
    return bool({_last_name(base) for base in node.bases} & {root.__name__ for root in roots})


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _in_words(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    if isinstance(error, SystemExit):
        return "it calls sys.exit when imported"
    return in_words(error)


def _where_in(error: BaseException, listing: Listing) -> str:
    """``file:line: `` of the innermost frame inside the plug-in's own file."""
    place, frame = listing.place, error.__traceback__
    while frame is not None:
        if listing.file is not None and frame.tb_frame.f_code.co_filename == str(listing.file):
            place = f"{listing.file}:{frame.tb_lineno}"
        frame = frame.tb_next
    return f"{place}: "


def is_foreign(plugin: type[Method] | type[Dataset]) -> bool:
    """Whether a plug-in does not come with this engine."""
    file = getattr(sys.modules.get(plugin.__module__), "__file__", None)
    return trial.is_foreign(Path(file) if file else None)


def source_files(plugin: type[Method] | type[Dataset]) -> list[Path]:
    """The files that decide what a plug-in computes: its module or package, and its relative imports."""
    module = sys.modules[plugin.__module__]
    if getattr(module, "__file__", None) is None:
        return []
    seen: dict[Path, None] = {}
    waiting = [Path(str(module.__file__))]
    while waiting:
        file = waiting.pop()
        if file in seen or not file.is_file():
            continue
        seen[file] = None
        if file.name == "__init__.py":
            waiting += sorted(file.parent.rglob("*.py"))
        waiting += _relative_imports(file)
    return sorted(seen)


def _relative_imports(file: Path) -> list[Path]:
    targets: list[Path] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            folder = file.parent
            for _ in range(node.level - 1):
                folder = folder.parent
            stems = [node.module] if node.module else [alias.name for alias in node.names]
            for stem in stems:
                target = folder.joinpath(*stem.split("."))
                targets += [target.with_suffix(".py"), target / "__init__.py"]
    return [path for path in targets if path.is_file()]


def source_sha256(plugin: type[Method] | type[Dataset], sha256: Callable[[Path], str] = sha256_file) -> str:
    """One hash of the plug-in's source files, by name and content.

    Args:
        plugin: the plug-in.
        sha256: hashes a file.
    """
    digest = hashlib.sha256()
    for file in source_files(plugin):
        digest.update(file.name.encode() + b"\0" + bytes.fromhex(sha256(file)))
    return digest.hexdigest()
