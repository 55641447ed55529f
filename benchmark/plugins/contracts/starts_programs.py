"""The contract of methods that start programs: how the engine schedules them, and what ``--dry-run`` prints. No imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Programs:
    """What a method starts for each pair.

    Attributes:
        lines: the command lines, as a person would type them, with ``{reference}`` and ``{enhanced}`` for the images.
        at_once: how many of the machine's processes may score with the method at the same time; ``None`` for one a core.
        time_limit: seconds after which the method itself ends what it started for a pair.
    """

    lines: tuple[str, ...]
    at_once: int | None
    time_limit: float


@runtime_checkable
class StartsPrograms(Protocol):
    """A method whose scores are computed by programs that it starts, one pair at a time.

    The engine scores with it after the other methods and in processes of its own, always on the CPU: so many as
    ``Programs.at_once`` says, each of which may take longer for a pair than the run's ``time_limit`` where
    ``Programs.time_limit`` does. Its memory is not measured: a program's is not that of the process that starts it.
    A method that defines ``programs`` has this form; it need not name this protocol among its bases.
    """

    def programs(self) -> Programs:
        """What it starts; asked before anything is scored, and where nothing will be."""
        ...
