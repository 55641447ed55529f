"""The configuration of groups of pairs: by a column, by condition or reference, by ranges of the labels. Pydantic only.

A part of the configuration of what is printed (``printing.py``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from benchmark.config.reference_analysis import Correlation
from benchmark.config.sections import Section

OWN = ("label", "condition", "reference", "cluster")
"""Groupings that every data set has: ranges of its labels, and its own names."""
Key = Literal["pair", "enhanced", "reference", "cluster", "condition"]


class Grouping(Section):
    """Correlations in groups of pairs, within them, and the differences between groups."""

    IN_WORDS: ClassVar[str] = "a column's name, or a mapping with `by`"

    by: Annotated[str, Field(min_length=1)]
    """What divides the pairs: a column (`grade`, `camera`), or `condition`, `reference`, `cluster`, or `label` for ranges of
    the labels themselves."""
    file: Path | None = None
    """A table that has the column, a row for each name; by default `evaluate` looks in its own table, and `run` in the
    data set's files of labels."""
    key: dict[Key, str] = Field(default_factory=dict)
    """Which columns of the file name what: `{reference: photograph}`; by default those that are called `pair`, `enhanced`,
    `reference`, `cluster` or `condition`."""
    parts: Annotated[int, Field(ge=2, le=10)] | None = None
    """Cut a column of numbers into so many ranges with about as many pairs each; `label` has 3 by default."""
    statistics: Annotated[tuple[Correlation, ...], Field(min_length=1)] = ("srcc",)
    """Which correlations."""

    @field_validator("key", mode="before")
    @classmethod
    def _a_word_names_itself(cls, value: Any) -> Any:
        return {value: value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _own_groupings_need_no_file(self) -> Grouping:
        if self.by in OWN and (self.file is not None or self.key):
            raise ValueError(f"`{self.by}` is known of every pair: `file` and `key` are for other columns")
        if self.key and self.file is None:
            raise ValueError("`key` says what names the rows of a `file`: name that too")
        if self.parts is not None and self.by in OWN[1:]:
            raise ValueError(f"`{self.by}` has names, and no ranges: `parts` is for numbers and `label`")
        return self
