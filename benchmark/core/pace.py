"""Estimates the time that work will still take from its pace so far. Standard library only."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """The time left of work that is done piece by piece.

    The first pieces include work that is done once (starting processes, importing, loading weights, filling caches), so the
    clock runs from their end. Until some more are done there is no estimate rather than a wild one.

    Args:
        settle: pieces that only start the clock, at least 1.
        basis: further pieces that an estimate needs.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, settle: int, basis: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._settle, self._basis, self._clock = max(settle, 1), max(basis, 1), clock
        self.restart()

    def restart(self) -> None:
        """Forget the pace so far: the next pieces go at another one."""
        self._pieces, self._since, self._done_since, self._last = 0, 0.0, 0.0, 0.0

    def piece(self, done: float) -> None:
        """Note that another piece is done, ``done`` units of work in all."""
        self._pieces += 1
        self._last = self._clock()
        if self._pieces == self._settle:
            self._since, self._done_since = self._last, done

    def rate(self, done: float) -> float | None:
        """Units a second once under way; ``None`` while that isn't known."""
        if self._pieces < self._settle + self._basis or done <= self._done_since:
            return None
        seconds = self._clock() - self._since
        return (done - self._done_since) / seconds if seconds > 0 else None

    def left(self, done: float, total: float) -> float | None:
        """Seconds until ``total`` units are done; ``None`` while that isn't known."""
        rate = self.rate(done)
        return None if rate is None else max(total - done, 0.0) / rate


def words(seconds: float | None) -> str:
    """``37 s left``, ``12 min left``, ``3.5 h left``; empty for ``None``."""
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 7200 else f"{seconds / 3600:.1f} h left"
