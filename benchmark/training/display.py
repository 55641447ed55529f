"""Shows how far training is: a bar with the time left in a terminal, and a line per epoch everywhere. Rich only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from benchmark.core.pace import Pace, words
from benchmark.training.course import Epoch

RECENT = 5
FIRST_BATCHES, FEWEST_BATCHES = 3, 10
"""Batches before the clock starts, and further ones that an estimate needs."""


class TrainingDisplay:
    """Counts batches over all epochs that are still to come.

    The first epoch of a process reads each image and starts what is started once, so that it does not predict later ones.

    Args:
        console: where to write; it shows a bar only if it is a terminal.
        epochs: number of epochs of the whole training.
        done: how many of these were done before this process.
        batches: number of batches of an epoch.
    """

    def __init__(self, console: Console, epochs: int, done: int, batches: int) -> None:
        self._console = console
        self._epochs = epochs
        self._own = self._advanced = 0
        self._all_batches = (epochs - done) * batches
        self._pace = Pace(FIRST_BATCHES, FEWEST_BATCHES)
        self._bar: Progress | None = None
        self._task = TaskID(0)
        if console.is_terminal and epochs > done:
            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("batches"),
            )
            self._bar = Progress(*columns, TextColumn("{task.fields[left]}"), console=console, transient=True)
            self._task = self._bar.add_task(f"epoch {done + 1}/{epochs}", total=self._all_batches, left="")

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
        """Count a batch as done."""
        self._advanced += 1
        self._pace.piece(self._advanced)
        if self._bar is not None:
            left = words(self._pace.left(self._advanced, self._all_batches))
            self._bar.update(self._task, completed=self._advanced, left=left)

    def epoch(self, history: Sequence[Epoch]) -> None:
        """Print the line of an epoch that is done, with the time left as estimated from the last epochs."""
        last, still = history[-1], self._epochs - len(history)
        recent = history[len(history) - min(RECENT, self._own) :]  # without the first one of this process
        if self._own == 0:
            self._pace.restart()
        self._own += 1
        left = f", {words(still * sum(epoch.seconds for epoch in recent) / len(recent))}" if recent and still else ""
        checked = "" if math.isnan(last.val_srcc) else f", validation SRCC {last.val_srcc:.4f} PLCC {last.val_plcc:.4f}"
        self._console.print(
            f"epoch {last.epoch}/{self._epochs}: loss {last.train_loss:.5f}{checked}, {last.seconds:.1f} s{left}",
            highlight=False,
            soft_wrap=True,
        )
        if self._bar is not None:
            self._bar.update(self._task, description=f"epoch {min(len(history) + 1, self._epochs)}/{self._epochs}")
