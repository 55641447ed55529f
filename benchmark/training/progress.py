"""What a training run leaves on disk and how it goes on from there: checkpoints, history, its plot. Torch only inside.

``last.pt`` after every epoch, ``best.pt`` by validation SRCC, ``epoch_N.pt`` each ``save_interval`` epochs.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmark import atomic, checkpoints
from benchmark.errors import UserError

MAY_CHANGE = ("n_epoch", "num_workers", "val_freq", "save_interval", "load_epoch")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of ``history.csv``; NaN where there was no validation or it is undefined.

    Attributes:
        epoch: counted from 1.
        train_loss: mean over the epoch's batches.
        learning_rate: at the epoch's end.
        val_srcc: Spearman's correlation on the validation pairs, higher better.
        val_plcc: Pearson's.
        val_krcc: Kendall's.
        seconds: the epoch took.
    """

    epoch: int
    train_loss: float
    learning_rate: float
    val_srcc: float
    val_plcc: float
    val_krcc: float
    seconds: float


def file_of(directory: Path, load_epoch: int) -> Path | None:
    """The checkpoint to go on from: the latest (``-1``; ``None`` when there is none yet) or that of an epoch.

    Raises:
        UserError: an epoch was named that has no checkpoint.
    """
    if load_epoch == 0:
        return None
    path = directory / ("last.pt" if load_epoch == -1 else f"epoch_{load_epoch}.pt")
    if path.exists():
        return path
    if load_epoch == -1:
        return None
    raise UserError(f"train.load_epoch: there is no {path}{_others(directory)}")


def read(path: Path) -> dict[str, Any]:
    """A checkpoint to go on from.

    Raises:
        UserError: it is damaged; names the whole ones that the user may choose.
    """
    try:
        return checkpoints.read(path)
    except UserError as error:
        raise UserError(f"{error}{_others(path.parent, path)}") from None


def _others(directory: Path, damaged: Path | None = None) -> str:
    numbers = sorted(
        int(path.stem.removeprefix("epoch_"))
        for path in directory.glob("epoch_*.pt")
        if path != damaged and path.stem.removeprefix("epoch_").isdigit()
    )
    if not numbers:
        return "; --set train.load_epoch=0 starts anew"
    return f"; --set train.load_epoch={numbers[-1]} goes on from epoch {numbers[-1]}, 0 starts anew"


def check_same(path: Path, content: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Refuse to go on with other pairs, another network or other options than the checkpoint's.

    Raises:
        UserError: says what differs.
    """
    for key, words in (("identity", "network"), ("pairs_sha256", "pairs or labels"), ("train", "options")):
        before, now = content.get(key), expected[key]
        if key == "train":
            before, now = (
                {name: value for name, value in (part or {}).items() if name not in MAY_CHANGE}
                for part in (before, now)
            )
        if before != now:
            detail = _difference(before, now) if isinstance(before, Mapping) and isinstance(now, Mapping) else ""
            raise UserError(
                f"{path} was made with other {words}{detail}; name another checkpoints_dir, or start anew with "
                "--set train.load_epoch=0"
            )


def _difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    keys = [key for key in sorted({*before, *now}) if before.get(key) != now.get(key)]
    return ": " + ", ".join(f"{key} was {before.get(key)!r}, is {now.get(key)!r}" for key in keys[:3])


def best_of(history: Sequence[Epoch]) -> Epoch | None:
    """The epoch with the highest validation SRCC; the earliest of equals, ``None`` where none is defined."""
    known = [epoch for epoch in history if math.isfinite(epoch.val_srcc)]
    return max(known, key=lambda epoch: epoch.val_srcc) if known else None


def write_history(directory: Path, history: Sequence[Epoch]) -> None:
    """``history.csv``; what is undefined is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(asdict(history[0]) if history else [])
    for epoch in history:
        writer.writerow(
            "" if isinstance(value, float) and math.isnan(value) else value for value in asdict(epoch).values()
        )
    atomic.write_text(directory / "history.csv", out.getvalue())


def history_from(content: Mapping[str, Any]) -> list[Epoch]:
    """The history inside a checkpoint."""
    return [Epoch(**item) for item in content.get("history", [])]


def history_record(history: Sequence[Epoch]) -> list[dict[str, Any]]:
    """The history as a checkpoint holds it."""
    return [asdict(epoch) for epoch in history]
