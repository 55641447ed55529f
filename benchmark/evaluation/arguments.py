"""Checks the keywords of ``evaluate`` like a configuration. Pydantic only.

A column's heading may be a number; a truth value must be ``True`` or ``False``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.config.sections import Section
from benchmark.config.source import parse, source_of
from benchmark.core import keywords


class EvaluateKeywords(Section):
    """Columns by heading, without blanks around it; their directions; where files go."""

    mos: str
    methods: tuple[str, ...]
    lower_better: tuple[str, ...] = ()
    lower_mos_better: bool = False
    reference: str | None = None
    cluster: str | None = None
    condition: str | None = None
    mos_sd: str | None = None
    observers: str | None = None
    output: Path | None = None

    @property
    def headings(self) -> list[str]:
        """All columns that are named."""
        others = (self.reference, self.cluster, self.condition, self.mos_sd, self.observers)
        return [name for name in (self.mos, *self.methods, *others) if name]


def checked(given: Mapping[str, Any]) -> EvaluateKeywords:
    """The keywords of ``evaluate`` as a model.

    Raises:
        ConfigError: a keyword has a value of a wrong type; the message names it.
    """
    values = {key: _heading(value) for key, value in given.items() if value is not None or key == "mos"}
    for key in ("methods", "lower_better"):
        values[key] = [_heading(name) for name in keywords.names(given[key])]
    return parse(EvaluateKeywords, source_of(values, "evaluate"))


def _heading(given: Any) -> Any:
    """A heading as text; in a table with several levels of headings it is a tuple."""
    return str(given) if isinstance(given, tuple) else given.strip() if isinstance(given, str) else given
