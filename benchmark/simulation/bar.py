"""Shows the progress of writing a data set: a bar in a terminal, plain lines elsewhere. Rich only."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from benchmark.core.pace import Pace, words

PLAIN_LINE_EVERY_S = 5.0


class WritingProgress:
    """Called after each photograph (``write_demo(progress=…)``); silent if nothing is written.

    Args:
        console: the output; a bar only if it is a terminal.
        doing: what is done with each photograph.
    """

    def __init__(self, console: Console, doing: str = "degrade, enhance and judge") -> None:
        self._console = console
        self._doing = doing
        self._pace = Pace(1, 2)
        self._begin = self._last_line = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> WritingProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """``done`` of ``total`` photographs are degraded, enhanced and judged; 0 at the beginning."""
        now = time.monotonic()
        if done == 0:
            self._start(total)
            return
        self._pace.piece(done)
        left = words(self._pace.left(done, total))
        if self._bar is not None:
            self._bar.update(self._task, completed=done, left=left)
        elif done < total and now - self._last_line > PLAIN_LINE_EVERY_S:
            self._last_line = now
            self._say(", ".join(filter(None, [f"{done}/{total} photographs", left])))
        if done == total:
            if self._bar is not None:
                self._bar.stop()
            self._say(f"{total} photographs in {now - self._begin:.1f} s")

    def _start(self, total: int) -> None:
        self._say(f"{total} photographs to {self._doing}")
        if self._console.is_terminal:
            columns = (TextColumn("photographs"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._task = self._bar.add_task("", total=total, left="")
            self._bar.start()

    def _say(self, text: str) -> None:
        self._console.print(f"demo-data: {text}", highlight=False, markup=False, soft_wrap=True)
