"""The protocol for reports of progress. Standard library only, so that statistics need no console."""

from __future__ import annotations

from typing import Protocol


class Announce(Protocol):
    """Receives what is being done and, where that can be counted, how much of it."""

    def __call__(self, what: str, done: int = 0, total: int = 0) -> None:
        """``done`` of ``total``; 0 of 0 where nothing is counted."""


def silent(what: str, done: int = 0, total: int = 0) -> None:
    """Say nothing: for callers without a console."""
