"""The configuration of the analysis that pools data sets. Pydantic only.

A part of the configuration of what is printed (``printing.py``).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from benchmark.config.reference_analysis import Correlation
from benchmark.config.sections import Section


class PoolingAnalysis(Section):
    """Correlations pooled over data sets by random effects, their differences, and ranks over at least ten data sets."""

    statistics: Annotated[tuple[Correlation, ...], Field(min_length=1)] = ("srcc",)
    """Which correlations."""
    shared: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    """Data sets that show the same photographs, by their labels, each group a list: `[[tid2008, tid2013]]`. A group counts
    as one data set."""
    without_each: bool = True
    """Whether everything is pooled again without each data set."""

    @model_validator(mode="before")
    @classmethod
    def _one_group_is_a_list_of_one(cls, raw: object) -> object:
        if isinstance(raw, dict) and isinstance(raw.get("shared"), list | tuple):
            groups = raw["shared"]
            if groups and all(isinstance(name, str) for name in groups):
                return {**raw, "shared": [list(groups)]}
        return raw

    @model_validator(mode="after")
    def _each_stands_once(self) -> PoolingAnalysis:
        names = [name for group in self.shared for name in group]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f"`shared` names {twice!r} twice: put all that share photographs into one group")
        return self
