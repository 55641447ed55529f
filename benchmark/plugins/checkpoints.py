"""Checkpoint files: written atomically, read without running code in them, summarised without torch.

Torch is imported only when tensors are read or written.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast

from benchmark.core import atomic
from benchmark.core.errors import UserError
from benchmark.plugins.checkpoint_content import CheckpointContent

FORMAT = "efid-bench-checkpoint-1"
_HUGE = 2**53


def write(path: Path, content: CheckpointContent | Mapping[str, object]) -> None:
    """Write a checkpoint, whole or not at all: tensors, numbers, strings and containers of them.

    Raises:
        OSError: the disk is full, or the place can't be written to.
    """
    import torch  # noqa: PLC0415

    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **content}, buffer)
    atomic.write_bytes(path, buffer.getvalue())


def read(path: Path) -> CheckpointContent:
    """Read a checkpoint with ``weights_only=True``, tensors on the CPU.

    Raises:
        UserError: it is missing, truncated, not a checkpoint of this tool, or holds anything but data.
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
    except Exception as error:  # torch's readers raise whatever the damaged bytes lead them to
        raise UserError(f"{path}: it is cut off or damaged ({_first_line(error)})") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UserError(f"{path}: no checkpoint of this tool (or of another version)")
    _refuse_odd(path, content)
    return cast(CheckpointContent, content)


def summary(path: Path) -> CheckpointContent:
    """A checkpoint's content with ``None`` for every tensor; read without torch, empty if unreadable.

    Raises:
        UserError: a key has a type that none of this tool's checkpoints has.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            with archive.open(name) as file:
                content = _Inert(file).load()
    except Exception:  # ``read`` names what is wrong with a damaged file
        return {}
    if not isinstance(content, Mapping):
        return {}
    if content.get("format") == FORMAT:
        _refuse_odd(path, content)
    odd = set(_odd(content))
    return cast(CheckpointContent, {key: value for key, value in content.items() if key not in odd})


def _refuse_odd(path: Path, content: Mapping[str, Any]) -> None:
    odd = _odd(content)
    if odd:
        raise UserError(f"{path}: it is damaged, or of another version: its {odd[0]!r} is not what a checkpoint states")


def _odd(content: Mapping[str, Any]) -> list[str]:
    """The keys with another type than this tool reads."""
    return [key for key, is_sound in _STATED.items() if content.get(key) is not None and not is_sound(content[key])]


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)


def _are_texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    )


def _is_history(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(
        _is_mapping(epoch) and all(item is None or _is_number(item) for item in epoch.values()) for epoch in value
    )


def _are_numbers(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(map(_is_number, value))


def _is_number(value: object) -> bool:
    return type(value) is float or (type(value) is int and abs(value) < _HUGE)


def _is_count(value: object) -> bool:
    return type(value) is int and -1 <= value < _HUGE


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _is_selection(value: object) -> bool:
    return isinstance(value, Mapping) and all(_are_texts(value.get(key) or {}) for key in ("references", "pixels"))


def _is_scaling(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_number(value.get(key, 0)) for key in ("low", "high"))


def _is_data(value: object) -> bool:
    folds = value.get("folds") if isinstance(value, Mapping) else None
    return _is_mapping(value) and (not folds or (isinstance(folds, Mapping) and {"left_out", "count"} <= folds.keys()))


_STATED: Mapping[str, Callable[[object], bool]] = {
    "history": _is_history,
    "training_references": _are_texts,
    "training_pixels": _are_texts,
    "images": _are_texts,
    "weights": _are_texts,
    "identity": _are_texts,
    "selected_on": _is_selection,
    "tested_on": _is_selection,
    "tested": _are_numbers,
    "study": _is_mapping,
    "label_scaling": _is_scaling,
    "settings": _is_mapping,
    "train": _is_mapping,
    "data": _is_data,
    "state": _is_mapping,
    "optimizer": _is_mapping,
    "scheduler": _is_mapping,
    "circumstances": _is_mapping,
    "changes": _is_list_of_texts,
    "epoch": _is_count,
    "begun": _is_count,
}


class _Inert(pickle.Unpickler):
    """Builds plain containers, numbers and strings; anything else that a pickle names becomes ``None`` when called."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)

    def find_class(self, module: str, name: str) -> Any:
        """A dictionary for an ordered dictionary, ``_nothing`` for everything else."""
        return dict if (module, name) == ("collections", "OrderedDict") else _nothing

    def persistent_load(self, pid: Any) -> None:
        """Read no storage."""


def _nothing(*_arguments: object) -> None:
    return None


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__
