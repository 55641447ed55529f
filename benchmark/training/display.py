"""Shows how training goes: a bar with the time left in a terminal, a line an epoch anywhere. Rich only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from benchmark.training.progress import Epoch

RECENT = 5


class TrainingDisplay:
    """Counts batches over all epochs that are still to come.

    Args:
        console: where to write; a bar only if it is a terminal.
        epochs: of the whole training.
        done: of these, before this process.
        batches: of an epoch.
    """

    def __init__(self, console: Console, epochs: int, done: int, batches: int) -> None:
        self._console = console
        self._epochs = epochs
        self._batches = batches
        self._bar: Progress | None = None
        self._task = TaskID(0)
        if console.is_terminal and epochs > done:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("batches"))
            self._bar = Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
            self._task = self._bar.add_task(f"epoch {done + 1}/{epochs}", total=(epochs - done) * batches)

    def __enter__(self) -> TrainingDisplay:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """A batch is done."""
        if self._bar is not None:
            self._bar.advance(self._task)

    def epoch(self, history: Sequence[Epoch]) -> None:
        """An epoch is done: its line, and what the last ones say of the time left."""
        last, recent = history[-1], history[-RECENT:]
        left = (self._epochs - len(history)) * sum(epoch.seconds for epoch in recent) / len(recent)
        checked = "" if math.isnan(last.val_srcc) else f", validation SRCC {last.val_srcc:.4f} PLCC {last.val_plcc:.4f}"
        self._console.print(
            f"epoch {last.epoch}/{self._epochs}: loss {last.train_loss:.5f}{checked}, {last.seconds:.1f} s, "
            f"{left / 60:.1f} min left",
            highlight=False,
            soft_wrap=True,
        )
        if self._bar is not None:
            self._bar.update(self._task, description=f"epoch {min(len(history) + 1, self._epochs)}/{self._epochs}")
