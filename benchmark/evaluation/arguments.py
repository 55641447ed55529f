"""Checks the keywords of ``evaluate`` like a configuration. Pydantic only.

A column's heading may be a number; a truth value must be ``True`` or ``False``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.config.score_tables import TableKeys, WrittenScores, misfit
from benchmark.config.source import parse, source_of
from benchmark.core import keywords
from benchmark.core.errors import ConfigError


class EvaluateKeywords(TableKeys):
    """Columns by heading, without blanks around it; their directions; where files go."""

    methods: tuple[str, ...]
    decimal: str | None = None
    duplicates: str = "refuse"
    output: Path | None = None
    scores: tuple[WrittenScores, ...] = ()

    @property
    def headings(self) -> list[str]:
        """All columns that are named, if labels are opinions of pairs."""
        others = (
            self.reference,
            self.cluster,
            self.condition,
            self.mos_sd,
            self.observers,
            self.mos_low,
            self.mos_high,
        )
        return [name for name in (self.mos, *self.methods, *others) if name]


def checked(given: Mapping[str, Any]) -> EvaluateKeywords:
    """The keywords of ``evaluate`` as a model.

    Raises:
        ConfigError: a keyword has a value of a wrong type, or belongs to another kind of table; names it.
    """
    values = {key: _heading(value) for key, value in given.items() if value is not None}
    for key in ("methods", "lower_better"):
        values[key] = [_heading(name) for name in keywords.names(given[key])]
    values["scores"] = _files_of_scores(given.get("scores") or ())
    keywords_given = parse(EvaluateKeywords, source_of(values, "evaluate"))
    if keywords_given.scores and keywords_given.choices:
        raise ConfigError("--scores: scores of single images; choices have a column of scores for each of two images")
    wrong = misfit(keywords_given, lambda key: f"--{key.replace('_', '-')}", " (Python: choices=True)")
    if wrong:
        raise ConfigError(wrong)
    return keywords_given


def _heading(given: Any) -> Any:
    """A heading as text; in a table with several levels of headings it is a tuple."""
    return str(given) if isinstance(given, tuple) else given.strip() if isinstance(given, str) else given


def _files_of_scores(given: Any) -> list[Any]:
    """One file of scores, or several, as a list."""
    return list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
