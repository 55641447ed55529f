"""What a training run writes and resumes from: checkpoints, history and its plot. Torch is imported inside functions only.

``last.pt`` is written after every epoch, ``best.pt`` at the best validation SRCC, ``epoch_N.pt`` each ``save_interval``.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import cast

from benchmark.core import atomic
from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints
from benchmark.plugins.checkpoint_content import CheckpointContent, EpochRecord

HISTORY = "history.csv"
BEST, BEST_TEST, LAST = "best.pt", "best_test.pt", "last.pt"
"""The checkpoint of the best epoch by validation, by a watched test part, and of the last epoch."""
PLOTS = ("history.png", "history.pdf")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of ``history.csv``; NaN where there was no validation or it is undefined.

    Attributes:
        epoch: counted from 1.
        train_loss: mean over the epoch's batches.
        learning_rate: learning rate at the epoch's end.
        val_srcc: Spearman's correlation on the validation pairs; higher is better.
        val_plcc: Pearson's correlation.
        val_krcc: Kendall's correlation.
        seconds: time that the epoch took.
    """

    epoch: int
    train_loss: float
    learning_rate: float
    val_srcc: float
    val_plcc: float
    val_krcc: float
    seconds: float


def read(path: Path) -> CheckpointContent:
    """Read a checkpoint to resume from.

    Raises:
        UserError: it is damaged; the message names the intact ones that the user may choose.
    """
    try:
        return checkpoints.read(path)
    except UserError as error:
        raise UserError(f"{error}{others(path.parent, path)}") from None


def others(directory: Path, damaged: Path | None = None) -> str:
    """The intact checkpoints that a user may resume from, as the end of a message."""
    numbers = sorted(
        int(path.stem.removeprefix("epoch_"))
        for path in directory.glob("epoch_*.pt")
        if path != damaged and path.stem.removeprefix("epoch_").isdigit()
    )
    if not numbers:
        return "; --set train.load_epoch=0 starts anew"
    return f"; --set train.load_epoch={numbers[-1]} goes on from epoch {numbers[-1]}, 0 starts anew"


def going_on(path: Path, done: int, wanted: int, note: str) -> list[str]:
    """The lines printed when a training resumes, or has nothing left to do."""
    lines = [f"going on after epoch {done} ({path.name}){': ' if note else ''}{note}"]
    if done > wanted:
        lines.append(
            f"train.n_epoch is {wanted}, but {done} epochs are done: nothing is trained, best.pt and last.pt are those of "
            f"{done} epochs; another checkpoints_dir trains for {wanted}"
        )
    elif done == wanted:
        lines.append(f"train.n_epoch ({wanted}) is reached: nothing is left to train")
    return lines


def best_of(history: Sequence[Epoch]) -> Epoch | None:
    """The epoch with the highest validation SRCC; the earliest of equals, ``None`` where none is defined."""
    known = [epoch for epoch in history if math.isfinite(epoch.val_srcc)]
    return max(known, key=lambda epoch: epoch.val_srcc) if known else None


def best_place(values: Sequence[float]) -> int | None:
    """The place of the highest value; the earliest of equals, ``None`` where none is defined."""
    known = [place for place, value in enumerate(values) if math.isfinite(value)]
    return max(known, key=lambda place: values[place]) if known else None


def write_history(directory: Path, history: Sequence[Epoch]) -> None:
    """Write ``history.csv``; undefined values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(asdict(history[0]) if history else [])
    for epoch in history:
        writer.writerow(
            "" if isinstance(value, float) and math.isnan(value) else value for value in asdict(epoch).values()
        )
    atomic.write_text(directory / HISTORY, out.getvalue())


def is_drawn(directory: Path) -> bool:
    """Whether a training's history is plotted, or there is none to plot."""
    return all((directory / name).exists() for name in PLOTS) or not (directory / HISTORY).exists()


def stranger(directory: Path) -> Path | None:
    """A file of the user's that has the name of a training's history or of its plot; ``None`` where there is none."""
    table = directory / HISTORY
    present = [directory / name for name in (HISTORY, *PLOTS) if os.path.lexists(directory / name)]
    if not present or (table in present and _is_history(table)):
        return None
    return present[0]


def _is_history(table: Path) -> bool:
    """Whether a table has the columns of a training's history; a history of no epochs is empty."""
    columns = ",".join(field.name for field in fields(Epoch))
    try:
        with open(table, encoding="utf-8") as file:
            return file.readline(2 * len(columns)).strip() in (columns, "")
    except (OSError, ValueError):
        return False


def history_from(content: CheckpointContent) -> list[Epoch]:
    """The history inside a checkpoint."""
    return [Epoch(**item) for item in content.get("history", [])]


def history_record(history: Sequence[Epoch]) -> list[EpochRecord]:
    """The history as a checkpoint holds it."""
    return [cast(EpochRecord, asdict(epoch)) for epoch in history]
