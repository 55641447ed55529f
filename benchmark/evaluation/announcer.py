"""Shows what an evaluation is doing and how far it is: a bar in a terminal, plain lines elsewhere. Rich only."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from benchmark.core.pace import Pace, words

PLAIN_LINE_EVERY_S = 5.0


class EvaluationProgress:
    """Prints a line for each task; while it runs, shows a bar or prints a line every few seconds.

    Args:
        console: where to write, with a bar only if it is a terminal; ``None`` for silence.
        clock: a monotonic clock in seconds.
    """

    def __init__(self, console: Console | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console if console is not None else Console(quiet=True)
        self._clock = clock
        self._what, self._last_line = "", clock()
        self._pace = Pace(1, 2, clock)
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def __call__(self, what: str, done: int = 0, total: int = 0) -> None:
        """Announce a task that begins, or how far the same task is."""
        if what != self._what:
            self._begin(what)
        if not total:
            return
        self._pace.piece(done)
        left = words(self._pace.left(done, total))
        if self._console.is_terminal and not self._console.quiet:
            self._show(done, total, left)
        elif done < total and self._clock() - self._last_line > PLAIN_LINE_EVERY_S:
            self._say(", ".join(filter(None, [f"{what}: {done:,} of {total:,}", left])))

    def _begin(self, what: str) -> None:
        self._stop()
        self._what = what
        self._pace.restart()
        self._say(what)

    def _show(self, done: int, total: int, left: str) -> None:
        if self._bar is None:
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}", style="dim"))
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=total, left="")
            self._bar.start()
        self._bar.update(self._task, completed=done, left=left)

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _say(self, text: str) -> None:
        self._last_line = self._clock()
        self._console.print(f"evaluate: {text}", highlight=False, markup=False, soft_wrap=True)
