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
from benchmark.core.errors import ConfigError

OF_OPINIONS = ("mos", "mos_sd", "observers", "mos_low", "mos_high", "lower_mos_better")
OF_CHOICES = ("preference", "votes", "votes_first", "votes_second", "first", "second")


class EvaluateKeywords(Section):
    """Columns by heading, without blanks around it; their directions; where files go."""

    mos: str | None = None
    methods: tuple[str, ...]
    lower_better: tuple[str, ...] = ()
    lower_mos_better: bool = False
    reference: str | None = None
    cluster: str | None = None
    condition: str | None = None
    mos_sd: str | None = None
    observers: str | None = None
    mos_low: str | None = None
    mos_high: str | None = None
    choices: bool = False
    preference: str | None = None
    votes: str | None = None
    votes_first: str | None = None
    votes_second: str | None = None
    first: str | None = None
    second: str | None = None
    sheet: str = ""
    decimal: str | None = None
    duplicates: str = "refuse"
    output: Path | None = None

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
        ConfigError: a keyword has a value of a wrong type; the message names it.
    """
    values = {key: _heading(value) for key, value in given.items() if value is not None}
    for key in ("methods", "lower_better"):
        values[key] = [_heading(name) for name in keywords.names(given[key])]
    keywords_given = parse(EvaluateKeywords, source_of(values, "evaluate"))
    _refuse_other_kind(keywords_given, values)
    return keywords_given


def _refuse_other_kind(given: EvaluateKeywords, values: Mapping[str, Any]) -> None:
    """Refuse columns of opinions beside ``choices``, and the other way round; each kind needs its own.

    Raises:
        ConfigError: names the option.
    """
    other = OF_OPINIONS if given.choices else OF_CHOICES
    misplaced = [key for key in other if values.get(key) not in (None, False)]
    option = f"--{misplaced[0].replace('_', '-')}" if misplaced else ""
    if given.choices:
        if misplaced:
            raise ConfigError(f"{option}: choices have no opinions of single pairs; leave it out, or --choices")
        if given.first is None or given.second is None:
            raise ConfigError(
                "--choices: name the two columns of scores of each method, as in --first '{}_p0' --second '{}_p1'"
            )
        return
    if misplaced:
        raise ConfigError(f"{option}: it goes with --choices (Python: choices=True)")
    if (given.mos_low is None) != (given.mos_high is None):
        raise ConfigError("--mos-low and --mos-high go together: the columns of the labels' 95 % limits")
    if given.mos is None:
        raise ConfigError("--mos: name the column of labels; or --choices, where observers chose between two images")


def _heading(given: Any) -> Any:
    """A heading as text; in a table with several levels of headings it is a tuple."""
    return str(given) if isinstance(given, tuple) else given.strip() if isinstance(given, str) else given
