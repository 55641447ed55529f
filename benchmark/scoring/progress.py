"""Shows how far scoring is: as bars in a terminal, as plain lines elsewhere. Rich only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from benchmark.core.pace import Pace, words

PLAIN_LINE_EVERY_S = 10.0
FEWEST_GROUPS = 3
"""References that an estimate of the time left needs, beside the first one of each worker."""


class ScoringProgress:
    """Counts scored and failed pairs of each method, and estimates the time left from whole references.

    Pairs take longer with some methods than with others, so that only references, which all methods score, show the pace.

    Args:
        console: where to write; it shows bars only if it is a terminal.
        missing: for each label, how many pairs have to be scored.
        known: how many scores are at hand already.
        ranks: number of processes that share the work; only this one's part is counted.
        workers: number of workers of this process; the first reference of each also takes the time of its start.
        clock: a monotonic clock in seconds.
    """

    def __init__(
        self,
        console: Console,
        missing: Mapping[str, int],
        known: int,
        ranks: int = 1,
        *,
        workers: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._missing = {label: count for label, count in missing.items() if count}
        self._known = known
        self._ranks = ranks
        self._done = dict.fromkeys(self._missing, 0)
        self._failed = 0
        self._pace = Pace(workers, max(FEWEST_GROUPS, workers), clock)
        self._clock = clock
        self._begin = self._last_line = clock()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._all = TaskID(0)

    def __enter__(self) -> Self:
        shared = f", shared by {self._ranks} ranks" if self._ranks > 1 else ""
        self._console.print(
            f"scoring: {self._total} to compute, {self._known} known{shared}", highlight=False, markup=False
        )
        if self._console.is_terminal and self._total:
            columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
            left = TextColumn("{task.fields[left]}", style="dim")
            self._bars = Progress(*columns, left, console=self._console, transient=True)
            self._tasks = {
                label: self._bars.add_task(label, total=count, left="") for label, count in self._missing.items()
            }
            self._all = self._bars.add_task("all", total=self._total, left="")
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
        if self._missing:
            seconds, failed = self._clock() - self._begin, f", {self._failed} failed," if self._failed else ""
            computed = f"{self._computed - self._failed} of {self._total} computed{failed} in {seconds:.1f} s"
            self._console.print(f"scoring: {computed}", highlight=False, markup=False)

    def advance(self, label: str, count: int = 1, *, failed: bool = False) -> None:
        """Count pairs of a method as done, scored or failed."""
        self._done[label] = self._done.get(label, 0) + count
        self._failed += count * failed
        if self._bars is not None and label in self._tasks:
            self._bars.advance(self._tasks[label], count)
            self._bars.update(self._all, completed=self._computed, left=self._left())
        elif self._bars is None and self._clock() - self._last_line > PLAIN_LINE_EVERY_S:
            self._last_line = self._clock()
            self._console.print(self._line(), highlight=False, markup=False, soft_wrap=True)

    def group_done(self) -> None:
        """Count a reference that all methods are done with."""
        self._pace.piece(self._computed)

    @property
    def _computed(self) -> int:
        return sum(self._done.values())

    @property
    def _total(self) -> int:
        return sum(self._missing.values())

    def _left(self) -> str:
        return words(self._pace.left(self._computed, self._total / self._ranks))

    def _line(self) -> str:
        rate = self._pace.rate(self._computed)
        pace = [f"{rate:.1f}/s"] if rate is not None else []
        each = ", ".join(f"{label} {self._done[label]}/{count}" for label, count in self._missing.items())
        overall = ", ".join(filter(None, [f"scoring: {self._computed}/{self._total}", *pace, self._left()]))
        return f"{overall} ({each})"
