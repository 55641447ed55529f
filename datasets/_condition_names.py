"""Names for conditions that a table numbers (``1: Gaussian noise``). A helper of ``table.py``; standard library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from benchmark import ConfigError, Problem
from benchmark.data.delimited import many
from benchmark.data.labels import short

_NUMBER = re.compile(r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)")


class ConditionNames:
    """Gives each condition its name. Keys and cells that are the same number are the same (1, 01, 1.0); texts must be equal.

    Args:
        names: by what stands in the table.

    Raises:
        ConfigError: two keys are the same number, or a name is empty.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names: dict[str | Decimal, str] = {}
        self._written: dict[str | Decimal, str] = {}
        self._used: set[str | Decimal] = set()
        self._unnamed: dict[str, list[int]] = {}
        for text, name in names.items():
            key = _key(text)
            if key in self._names:
                raise ConfigError(f"condition_names: {self._written[key]!r} and {text!r} are the same condition")
            if not name.strip():
                raise ConfigError(f"condition_names: the name of {text!r} is empty")
            self._names[key], self._written[key] = name.strip(), text

    def of(self, text: str, line: int) -> str:
        """The name of a cell's condition; one without a name is remembered, and stays what it is."""
        key = _key(text)
        self._used.add(key)
        if key not in self._names:
            self._unnamed.setdefault(text, []).append(line)
        return self._names.get(key, text)

    def problems(self, file: str) -> list[Problem]:
        """Conditions of the table that have no name."""
        known = ", ".join(short(text) for text in list(self._written.values())[:12])
        return [
            Problem(
                "error",
                f"the condition {short(text)} has no name in condition_names ({known}){many(lines[1:])}",
                f"{file}:{lines[0]}",
            )
            for text, lines in self._unnamed.items()
        ]

    def notes(self) -> list[str]:
        """Names that stand for no condition of the table."""
        idle = [f"{self._written[key]} ({name})" for key, name in self._names.items() if key not in self._used]
        return [f"condition_names: no pair has the condition {', '.join(idle)}."] if idle else []


def _key(text: str) -> str | Decimal:
    text = text.strip()
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else text
