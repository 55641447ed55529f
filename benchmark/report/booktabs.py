r"""LaTeX tables for ``\input``: a float with booktabs rules, caption, label and notes below. pandas' Styler lays it out.

Callers pass the cells as LaTeX; only this module decides what a table looks like in a paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from benchmark.report.text import latex

Wide = Literal["none", "adjustbox", "table*"]
PACKAGES = {"none": ("booktabs",), "adjustbox": ("booktabs", "adjustbox"), "table*": ("booktabs", "adjustbox")}
_LABEL = re.compile(r"[^A-Za-z0-9:._-]")


def tabular(header: pd.Index, rows: Sequence[Sequence[str]], formats: str) -> str:
    """The tabular environment without a float.

    Args:
        header: one entry per column; with two levels, adjacent columns with the same upper one get a common heading.
        rows: cells, as LaTeX.
        formats: the format of each column.
    """
    frame = pd.DataFrame(rows, columns=range(len(header)), dtype=object)
    frame.columns = header
    styler = frame.style.hide(axis="index")
    return str(styler.to_latex(hrules=True, column_format=formats, multicol_align="c")).strip()


def table_float(
    content: str, *, caption: str, label: str, notes: Sequence[str], wide: Wide, packages: Sequence[str] = ()
) -> str:
    r"""A ``table`` (or ``table*``) float with caption, label, tabular and notes; T1 or OT1 fonts, utf8 input.

    Args:
        content: the tabular.
        caption: plain text.
        label: the label for ``\\ref``; characters that are not allowed are replaced.
        notes: sentences below, as LaTeX, in a paragraph of the table's full width.
        wide: what is done with a table that is wider than the line.
        packages: those that its cells need beside those of every table.
    """
    environment = "table*" if wide == "table*" else "table"
    lines = [
        rf"% needs \usepackage{{{','.join([*PACKAGES[wide], *packages])}}}",
        rf"\begin{{{environment}}}[tb]",
        r"\centering",
        rf"\caption{{{latex(caption, breakable=True)}}}",
        rf"\label{{{_LABEL.sub('-', label)}}}",
        *_fitted(content, wide),
        *_paragraph(notes),
        rf"\end{{{environment}}}",
    ]
    return "\n".join(lines) + "\n"


def _fitted(content: str, wide: Wide) -> list[str]:
    if wide == "none":
        return [content]
    return [r"\begin{adjustbox}{max width=\linewidth}", content, r"\end{adjustbox}"]


def _paragraph(notes: Sequence[str]) -> list[str]:
    if not notes:
        return []
    begin = r"\par\smallskip\begin{minipage}{\linewidth}\footnotesize\raggedright"
    return [begin, *notes, r"\end{minipage}"]
