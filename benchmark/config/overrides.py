"""Settings that a command line or a keyword adds to a configuration. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Settings of one run that override its configuration; ``None`` for those not given.

    Attributes:
        output: folder for all files of the run.
        limit: only this many references, the first ones.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        plugins: further folders with ``methods/`` and ``datasets/`` in them.
        methods: only these methods, by label or name.
        fresh: hash every file again instead of trusting size and time.
        overwrite: replace the results of another configuration or data set.
    """

    output: str | Path | None = None
    limit: int | None = None
    device: str | None = None
    plugins: str | Path | Sequence[str | Path] | None = None
    methods: str | Sequence[str] | None = None
    fresh: bool = False
    overwrite: bool = False
