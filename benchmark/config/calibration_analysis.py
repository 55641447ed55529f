"""The configuration of the analysis of calibration: errors of mapped scores in label units. Pydantic only.

A part of the configuration of what is printed (``printing.py``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from benchmark.config.sections import Section


class CalibrationAnalysis(Section):
    """Mean errors of mapped scores, in the labels' unit, by decile of the label and of the mapped score."""

    parts: Annotated[int, Field(ge=2, le=20)] = 10
    """Into how many equally large parts the pairs are divided, from the lowest to the highest."""
    by: Literal["label", "score", "both"] = "both"
    """What divides them: the `label`, the mapped `score`, or one table for each."""
    mapping: Literal["logistic4", "logistic5", "linear", "none"] = "logistic4"
    """How scores come to the labels' unit: by a logistic curve of four or five parameters, a line, or not at all (`none`)
    where all methods predict labels."""
    methods: tuple[str, ...] = ()
    """Labels of the methods that are analysed; by default all that have scores."""
    unmapped: tuple[str, ...] = ()
    """Labels of methods that predict labels in their own unit: their scores are taken as they are."""

    @model_validator(mode="after")
    def _unmapped_are_analysed(self) -> CalibrationAnalysis:
        left = [label for label in self.unmapped if self.methods and label not in self.methods]
        if left:
            raise ValueError(f"`unmapped` names {left[0]!r}, which is not among `methods`")
        return self
