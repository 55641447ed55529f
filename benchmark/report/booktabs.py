r"""LaTeX tables for ``\input``: a float with booktabs rules, caption, label and notes below. pandas' Styler lays it out.

Callers pass the cells as LaTeX; only this module decides what a table looks like in a paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from benchmark.report.text import beyond_pdflatex, latex

_LABEL = re.compile(r"[^A-Za-z0-9:._-]")
USUAL_GAP = 6.0
"""LaTeX's own \\tabcolsep, pt."""
STEP = r"\addlinespace[2pt] "
"""Between rows whose cells have two lines, so that the eye keeps these together."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around a tabular.

    Attributes:
        star: whether it spans both columns of a page (``table*``).
        boxed: whether a tabular that is wider than the line is shrunk (package adjustbox).
        size: size of its letters; empty for the class's own.
        gap: space on each side of a column, pt.
        packages: those that its cells need, as they are loaded, beside booktabs.
    """

    star: bool = False
    boxed: bool = True
    size: str = ""
    gap: float = USUAL_GAP
    packages: tuple[str, ...] = ()


USUAL = Frame()


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


def table_float(content: str, *, caption: str, label: str, notes: Sequence[str], frame: Frame = USUAL) -> str:
    r"""A ``table`` (or ``table*``) float with caption, label, tabular and notes; T1 or OT1 fonts, utf8 input.

    Args:
        content: the tabular.
        caption: plain text.
        label: the label for ``\\ref``; characters that are not allowed are replaced.
        notes: sentences below, as LaTeX, in a paragraph of the table's full width.
        frame: what is around the tabular.
    """
    environment = "table*" if frame.star else "table"
    size = [rf"\{frame.size}"] if frame.size else []
    gap = [rf"\setlength{{\tabcolsep}}{{{frame.gap:g}pt}}"] if frame.gap != USUAL_GAP else []
    body = [
        rf"\begin{{{environment}}}[tb]",
        r"\centering",
        rf"\caption{{{latex(caption, breakable=True)}}}",
        rf"\label{{{_LABEL.sub('-', label)}}}",
        *size,
        *gap,
        *([r"\begin{adjustbox}{max width=\linewidth}", content, r"\end{adjustbox}"] if frame.boxed else [content]),
        *paragraph(notes),
        rf"\end{{{environment}}}",
    ]
    text = "\n".join(body)
    plain = ["booktabs", *(["adjustbox"] if frame.boxed else []), *(n for n in frame.packages if n.isalnum())]
    others = [name for name in frame.packages if not name.isalnum()]
    return "\n".join([needs([rf"\usepackage{{{','.join(plain)}}}", *others], text), text]) + "\n"


def needs(packages: Sequence[str], text: str) -> str:
    """The comment that says what a file needs: packages, and where its characters need it, the engine."""
    lines = [f"% needs {' '.join(packages)}"] if packages else []
    foreign = beyond_pdflatex(text)
    if foreign:
        shown = " ".join(foreign[:12]) + (" …" if len(foreign) > 12 else "")
        lines.append(f"% needs XeLaTeX or LuaLaTeX, and a font that has {shown} (package fontspec; xeCJK for Chinese)")
    return "\n".join(lines)


def stacked(value: str, below: str) -> str:
    """A cell of two lines. The empty group keeps LaTeX from reading an interval's bracket as a distance."""
    return rf"\begin{{tabular}}[t]{{@{{}}c@{{}}}}{value}\\{{}}{below}\end{{tabular}}"


def notes_file(table: str, notes: Sequence[str], packages: Sequence[str] = ()) -> str:
    r"""All notes of a table for ``\\input`` below it or in a supplement.

    Args:
        table: its name.
        notes: sentences, as LaTeX.
        packages: those that they need, as they are loaded.
    """
    body = "\n".join([r"{\footnotesize\raggedright", *notes, r"\par}"])
    return "\n".join([*filter(None, [needs(packages, body)]), f"% notes of {table}.tex", body]) + "\n"


def paragraph(notes: Sequence[str]) -> list[str]:
    """Notes as a paragraph of the line's width."""
    if not notes:
        return []
    begin = r"\par\smallskip\begin{minipage}{\linewidth}\footnotesize\raggedright"
    return [begin, *notes, r"\end{minipage}"]
