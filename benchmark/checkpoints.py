"""Checkpoint files: written atomically, read without running anything they hold, summarised without torch.

``training`` writes them, plug-ins and ``lineup`` read them. Torch is imported when tensors are read or written.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from benchmark import atomic
from benchmark.errors import UserError

FORMAT = "efid-bench-checkpoint-1"


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a checkpoint, whole or not at all: tensors, numbers, strings and containers of them.

    Raises:
        OSError: the disk is full, or the place can't be written to.
    """
    import torch  # noqa: PLC0415

    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content}, buffer)
    atomic.write_bytes(path, buffer.getvalue())


def read(path: Path) -> dict[str, Any]:
    """Read a checkpoint with ``weights_only=True``, tensors on the CPU.

    Raises:
        UserError: it is missing, cut off, no checkpoint of this tool, or holds anything but data.
    """
    import torch  # noqa: PLC0415

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise UserError(f"{path}: no such checkpoint") from None
    except pickle.UnpicklingError as error:
        if zipfile.is_zipfile(path):
            reason = "it holds more than data and is refused: reading it would run code"
        else:
            reason = f"it is cut off or damaged ({_first_line(error)})"
        raise UserError(f"{path}: {reason}") from None
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: it is cut off or damaged ({_first_line(error)})") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UserError(f"{path}: no checkpoint of this tool (or of another version)")
    return content


def summary(path: Path) -> Mapping[str, Any]:
    """What a checkpoint says of itself, ``None`` in place of every tensor; read without torch, empty where unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            with archive.open(name) as file:
                content = _Inert(file).load()  # type: ignore[arg-type]
    except Exception:  # whoever reads a damaged file for good names what is wrong with it
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


def _nothing(*_arguments: object) -> None:
    return None


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__
