"""What a checkpoint file says of itself, read without torch and without running anything that it holds. Standard library.

``method`` needs to know, before any worker starts, whether a checkpoint carries its own backbones. Reading its tensors is
``benchmark.checkpoints`` ' task.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO


def summary(path: Path) -> Mapping[str, Any]:
    """The dictionary that ``torch.save`` wrote, with ``None`` for every tensor; empty where the file can't be read so.

    A damaged file is no error here: whoever reads it for good names what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            with archive.open(name) as file:
                content = _Inert(file).load()  # type: ignore[arg-type]
    except (OSError, StopIteration, zipfile.BadZipFile, pickle.UnpicklingError, EOFError, ValueError, KeyError,
            TypeError, AttributeError, IndexError, UnicodeDecodeError):  # fmt: skip
        return {}
    return content if isinstance(content, Mapping) else {}


class _Inert(pickle.Unpickler):
    """Builds plain containers, numbers and strings; whatever else a pickle names becomes ``None`` when called."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)

    def find_class(self, module: str, name: str) -> Any:
        """Dictionaries for ordered dictionaries, nothing for everything else."""
        return dict if (module, name) == ("collections", "OrderedDict") else _nothing

    def persistent_load(self, pid: Any) -> None:
        """No storage is read."""


def _nothing(*_args: object) -> None:
    return None
