"""Import home of plug-ins, and the list of folders that they come from. Imports only the standard library.

``benchmark.plugins.methods`` and ``benchmark.plugins.datasets`` are ordinary packages whose search path is extended by
the checkout's ``methods/`` and ``datasets/`` and by those of each further folder (``--plugins DIR``), so that Python's own
import system does the rest. In a wheel the shipped plug-ins are inside these packages.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Literal

Kind = Literal["methods", "datasets"]
KINDS: tuple[Kind, ...] = ("methods", "datasets")


def checkout_root() -> Path | None:
    """The checkout that holds this engine, or ``None`` if it is installed from a wheel."""
    root = Path(__file__).resolve().parent.parent.parent
    return root if (root / "run_benchmark.py").is_file() else None


def shipped_folders(kind: Kind) -> list[str]:
    """The folders that this module's packages add to their search path when they are imported."""
    root = checkout_root()
    return [str(root / kind)] if root is not None and (root / kind).is_dir() else []


def package(kind: Kind) -> ModuleType:
    """The package from which plug-ins of this kind are imported."""
    return importlib.import_module(f"benchmark.plugins.{kind}")


def folders(kind: Kind) -> list[Path]:
    """The folders searched for plug-ins of this kind, in order."""
    return [Path(folder) for folder in package(kind).__path__]


def add_folder(folder: Path) -> None:
    """Make the plug-ins of ``folder/methods`` and ``folder/datasets`` importable; adding a folder twice does nothing.

    Raises:
        FileNotFoundError: the folder has neither.
    """
    present = [kind for kind in KINDS if (folder / kind).is_dir()]
    if not present:
        raise FileNotFoundError(folder)
    for kind in present:
        path = package(kind).__path__
        place = str((folder / kind).resolve())
        if place not in path:
            path.append(place)
    importlib.invalidate_caches()


class SourceLoader(SourceFileLoader):
    """Compiles a plug-in's current source and notes its hash.

    Python's compiled files are not used: they can't be distinguished from those of a source of the same size that was edited
    within the same second, or whose time was set back.
    """

    sha256 = ""

    def get_code(self, fullname: str) -> CodeType:
        """The compiled source."""
        path = self.get_filename(fullname)
        source = self.get_data(path)
        self.sha256 = hashlib.sha256(source).hexdigest()
        code: CodeType = self.source_to_code(source, path)
        return code


class _Finder(MetaPathFinder):
    """Finds plug-ins as Python does, to be loaded by ``SourceLoader``."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is None or not fullname.startswith(f"{__name__}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = SourceLoader(fullname, spec.loader.path)
        return spec


if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
    sys.meta_path.insert(0, _Finder())


def loaded_sources() -> dict[str, str]:
    """SHA-256 of the plug-ins' sources that this process has imported, by path."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(f"{__name__}.")]
    loaders = [getattr(module, "__loader__", None) for module in modules]
    return {loader.path: loader.sha256 for loader in loaders if isinstance(loader, SourceLoader)}
