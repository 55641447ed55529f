"""The keys of a table that decide how its LaTeX looks in a paper. Pydantic only; a part of ``TableConfig``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from benchmark.config.sections import Section

Style = Literal["plain", "ieee", "cvpr", "elsevier", "springer"]
Size = Literal["normalsize", "small", "footnotesize", "scriptsize", "tiny"]
LATEX_KEYS = (
    *("style", "width", "size", "notes", "trained_on", "transpose", "highlight", "highlight_with", "ci"),
    *("row_groups", "siunitx"),
)


class LatexKeys(Section):
    """How a table is set."""

    style: Style = "plain"
    """The paper's class: its widths and sizes decide how the LaTeX is laid out. `ieee` is IEEEtran, `cvpr` CVPR's and ICCV's
    two columns, `elsevier` elsarticle with `5p`, `springer` llncs, `plain` article with one column."""
    width: Literal["column", "text", "none"] | None = None
    """The LaTeX is made for one column, for the `text`'s full width (`table*` where there are two columns), or for none;
    by default for one column where it fits, else for the text."""
    size: Size | None = None
    """Its letters; by default the largest of `small` (9 pt) and `footnotesize` (8 pt) at which it fits."""
    notes: Literal["short", "full", "none", "file"] = "short"
    """What stands below the LaTeX: at most three lines that a reader needs, everything, nothing, or nothing but marks.
    All notes are in `tables/NAME.notes.tex` too."""
    trained_on: bool | None = None
    """Whether there is a column of what methods were trained on; by default in LaTeX where it fits, and elsewhere."""
    transpose: bool = False
    """Methods become columns; data sets, conditions, splits or statistics become rows (not in CSV)."""
    highlight: Annotated[int, Field(ge=0, le=3)] = 2
    """How many places are marked: the best, the second, the third."""
    highlight_with: Literal["type", "colour"] = "type"
    """Places are bold, underlined and italic, or have a background that can be told apart in greyscale."""
    ci: Literal["below", "beside", "none"] | None = None
    """Where intervals stand; by default beside their values where there is room, else below."""
    row_groups: Literal["headings", "rules"] = "headings"
    """How groups of rows are told apart in LaTeX: by headings or by rules."""
    siunitx: bool = False
    """Align numbers in LaTeX at their points by the package siunitx; intervals stand below then."""

    @model_validator(mode="after")
    def _siunitx_leaves_no_room_beside(self) -> LatexKeys:
        if self.siunitx and self.ci == "beside":
            raise ValueError("`siunitx` aligns single numbers: intervals stand `below`, or there are none")
        if self.siunitx and self.transpose:
            raise ValueError("`siunitx` aligns columns of one statistic, which a transposed table does not have")
        return self
