"""Import home of plug-ins, and the list of folders that they come from. Imports only the standard library.

``benchmark.plugins.methods`` and ``benchmark.plugins.datasets`` are ordinary packages whose search path is extended by
the checkout's ``methods/`` and ``datasets/`` and by those of each further folder (``--plugins DIR``), so that Python's own
import system does the rest. In a wheel the shipped plug-ins lie inside these packages.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Literal

Kind = Literal["methods", "datasets"]
KINDS: tuple[Kind, ...] = ("methods", "datasets")


def checkout_root() -> Path | None:
    """The checkout this engine lies in, or ``None`` where it is installed from a wheel."""
    root = Path(__file__).resolve().parent.parent.parent
    return root if (root / "run_benchmark.py").is_file() else None


def shipped_folders(kind: Kind) -> list[str]:
    """What the packages of this module add to their own search path when they are imported."""
    root = checkout_root()
    return [str(root / kind)] if root is not None and (root / kind).is_dir() else []


def package(kind: Kind) -> ModuleType:
    """The package that plug-ins of this kind are imported from."""
    return importlib.import_module(f"benchmark.plugins.{kind}")


def folders(kind: Kind) -> list[Path]:
    """The folders searched for plug-ins of this kind, in order."""
    return [Path(folder) for folder in package(kind).__path__]


def add_folder(folder: Path) -> None:
    """Make the plug-ins of ``folder/methods`` and ``folder/datasets`` importable; adding a folder twice does nothing.

    Raises:
        FileNotFoundError: the folder has neither.
    """
    found = [kind for kind in KINDS if (folder / kind).is_dir()]
    if not found:
        raise FileNotFoundError(folder)
    for kind in found:
        path = package(kind).__path__
        place = str((folder / kind).resolve())
        if place not in path:
            path.append(place)
    importlib.invalidate_caches()
