"""The configuration of the analysis by the reference's own quality. Pydantic only.

A part of the configuration of what is printed (``printing.py``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from benchmark.config.sections import Section

Correlation = Literal["srcc", "plcc", "krcc"]


class ReferenceAnalysis(Section):
    """Correlations by the reference's own quality, within conditions, and against a pristine reference."""

    by: str = ""
    """What says how good a reference is: the label of a method that sees the reference only, or `label` for the degraded
    photographs' own labels; by default these where they are known, else the first such method."""
    parts: Annotated[int, Field(ge=2, le=5)] = 3
    """Into how many parts references are divided, from the worst to the best."""
    statistics: Annotated[tuple[Correlation, ...], Field(min_length=1)] = ("srcc",)
    """Which correlations."""
    pristine: dict[str, str] = Field(default_factory=dict)
    """Of methods, the labels of those that compare with a pristine reference: `{psnr: psnr-pristine}`."""

    @model_validator(mode="after")
    def _different(self) -> ReferenceAnalysis:
        both = sorted({*self.pristine} & {*self.pristine.values()})
        if both:
            raise ValueError(f"`pristine` has {both[0]!r} on both sides")
        taken = list(self.pristine.values())
        twice = next((label for label in taken if taken.count(label) > 1), "")
        if twice:
            raise ValueError(f"`pristine` names {twice!r} twice")
        return self
