"""Shows how scoring goes: bars in a terminal, plain lines elsewhere. Rich only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

PLAIN_LINE_EVERY_S = 10.0


class _Rate(ProgressColumn):
    """Pairs a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "", style="dim")


class ScoringProgress:
    """Counts scored and failed pairs of each method.

    Args:
        console: where to write; bars only if it is a terminal.
        missing: for each label, how many pairs have to be scored.
        known: how many scores are at hand already.
        ranks: processes that share the work; only this one's part is counted.
    """

    def __init__(self, console: Console, missing: Mapping[str, int], known: int, ranks: int = 1) -> None:
        self._console = console
        self._missing = {label: count for label, count in missing.items() if count}
        self._known = known
        self._shared = f", shared by {ranks} ranks" if ranks > 1 else ""
        self._done = dict.fromkeys(self._missing, 0)
        self._begin = self._last_line = time.monotonic()
        self._bars: Progress | None = None
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> ScoringProgress:
        total = sum(self._missing.values())
        self._console.print(f"scoring: {total} to compute, {self._known} known{self._shared}", highlight=False)
        if self._console.is_terminal and total:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                _Rate(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._tasks = {label: self._bars.add_task(label, total=count) for label, count in self._missing.items()}
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
        if self._missing:
            seconds = time.monotonic() - self._begin
            done = sum(self._done.values())
            self._console.print(
                f"scoring: {done} of {sum(self._missing.values())} computed in {seconds:.1f} s", highlight=False
            )

    def advance(self, label: str, count: int = 1) -> None:
        """Pairs of a method are done, scored or failed."""
        self._done[label] = self._done.get(label, 0) + count
        if self._bars is not None and label in self._tasks:
            self._bars.advance(self._tasks[label], count)  # type: ignore[arg-type]
        elif self._bars is None and time.monotonic() - self._last_line > PLAIN_LINE_EVERY_S:
            self._last_line = time.monotonic()
            self._console.print(self._line(), highlight=False, soft_wrap=True)

    def _line(self) -> str:
        done, total = sum(self._done.values()), sum(self._missing.values())
        rate = done / max(time.monotonic() - self._begin, 1e-9)
        left = (total - done) / rate if rate else 0.0
        each = ", ".join(f"{label} {self._done[label]}/{count}" for label, count in self._missing.items())
        return f"scoring: {done}/{total}, {rate:.1f}/s, {left:.0f} s left ({each})"
