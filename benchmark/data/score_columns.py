"""Which columns of a file are scores of methods, and in which direction: a published collection has many beside labels.

Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmark.core.errors import UserError
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.core.words import did_you_mean
from benchmark.data.decimals import Mark, to_float
from benchmark.data.score_lines import NAME_COLUMNS, NameColumns, ScoreTable, open_table, refuse_misfits

Names = Literal["all"] | Sequence[str]

_WORDS = re.compile(r"[^a-z0-9]+")
_LABEL = re.compile(r"d?mos[a-z]{0,2}|elo|jnd|label|labels|opinion|opinions|subject|subjects|observer|rater|distortion")
_OF_LABELS = {
    "spread or limits of labels": ("std", "sd", "stddev", "stdev", "var", "variance", "ci", "sem", "se", "stderr"),
    "a count": ("count", "observers", "observations", "votes", "vote", "n", "num", "raters"),
}
_OF_PAIRS = {
    "a reference": ("ref", "reference", "refs", "refnames", "gt", "scene", "source", "orgs", "cluster"),
    "a condition": (
        *("condition", "type", "codec", "method", "algorithm", "level", "lev", "dlevel", "dst", "bpp", "qp", "bitrate"),
        *("split", "fold", "dataset", "width", "height"),
    ),
    "a number of the row": ("unnamed", "id", "index", "idx", "row"),
}


@dataclass(frozen=True, slots=True)
class ChosenColumns:
    """The columns of a file that are scores.

    Attributes:
        lower: those taken, in the file's order, and whether a lower score means better quality.
        left: those left out by ``all``, and why.
    """

    lower: Mapping[str, bool]
    left: Mapping[str, str]

    def note(self, file: Path) -> str:
        """What ``all`` took and left, in a sentence."""
        if not self.left:
            return ""
        left = ", ".join(f"{name} ({why})" for name, why in self.left.items())
        total = len(self.lower) + len(self.left)
        return f"Of the {total} columns of {file.name} {len(self.lower)} are taken as scores, all but {left}."


def choose(
    file: Path,
    wanted: Names,
    *,
    lower_better: Names = (),
    higher_better: Names = (),
    given: NameColumns | None = None,
    decimal: Mark | None = None,
) -> ChosenColumns:
    """The columns of a file that are scores, with their directions.

    Args:
        file: the file.
        wanted: their headings; or ``all``: every column of numbers whose heading is not one of names, labels, their spread
            and counts, references or conditions.
        lower_better: those in which lower means better, or ``all``.
        higher_better: those in which higher means better, or ``all``; where only these are given, lower is better in the
            others.
        given: the columns that name an image.
        decimal: the decimal mark; ``None`` for either.

    Raises:
        UserError: the file can't be read, a heading is unknown, a direction is contradictory or lacking, or ``all`` finds a
            column that is numbers only in part.
    """
    opened = refuse_misfits(open_table(file, () if wanted == "all" else wanted, given))
    if not opened.headed:
        raise UserError(f"{opened.where}: has no header, so that `columns` can't be found; add one")
    if wanted == "all":
        left = _left_out(opened, decimal)
        taken = [name for name in opened.headings if name and name not in left]
        if not taken:
            raise UserError(f"{opened.where}: no column is left to be scores: {_listed(left)}; name them as `columns:`")
    else:
        left = {}
        taken = [opened.headings[opened.place(name)] for name in wanted]
        twice = next((name for at, name in enumerate(taken) if name in taken[:at]), None)
        if twice is not None or not taken:
            what = f"{twice!r} is named twice" if taken else "name at least one column, or `all`"
            raise UserError(f"columns: {what}")
    return ChosenColumns(_directions(taken, lower_better, higher_better, opened), left)


def _directions(taken: Sequence[str], lower: Names, higher: Names, opened: ScoreTable) -> dict[str, bool]:
    """Whether lower is better, by column."""
    down, up = _named(taken, lower, "lower_better", opened), _named(taken, higher, "higher_better", opened)
    both = next((name for name in taken if name in down and name in up), None)
    if both is not None:
        raise UserError(f"lower_better and higher_better both name {both!r}")
    neither = next((name for name in taken if name not in down and name not in up), None)
    if down and up and neither is not None:
        raise UserError(f"neither lower_better nor higher_better names {neither!r}; give one of the two keys, or all")
    return {name: name in down if down or not up else name not in up for name in taken}


def _named(taken: Sequence[str], names: Names, key: str, opened: ScoreTable) -> set[str]:
    if names == "all":
        return set(taken)
    folded = {name.casefold(): name for name in taken}
    for name in names:
        if name.strip().casefold() not in folded:
            left = next((other for other in opened.headings if other.casefold() == name.strip().casefold()), None)
            why = " (a column of the file that is not taken as scores)" if left is not None else ""
            raise UserError(
                f"{key}: {name!r} is not among the columns of {opened.table.file.name}{why}{did_you_mean(name, taken)}"
            )
    return {folded[name.strip().casefold()] for name in names}


def _left_out(opened: ScoreTable, decimal: Mark | None) -> dict[str, str]:
    """The columns that are no scores, and why."""
    names_at = opened.names_at()
    folder_at = None if opened.given.folder is None else opened.place(opened.given.folder)
    left = {}
    for at, heading in enumerate(opened.headings):
        why = "names of images" if at == names_at else "folders" if at == folder_at else _by_heading(heading)
        why = why or _by_content(opened, at, decimal)
        if why and heading:
            left[heading] = why
    return left


def _by_heading(heading: str) -> str:
    """Why a heading is not that of scores; empty where nothing speaks against it."""
    key = heading.strip().casefold()
    words = [word for word in _WORDS.split(key) if word]
    if key in NAME_COLUMNS:
        return "names"
    for why, known in _OF_LABELS.items():
        if any(word in known for word in words):
            return why
    if key in (*LIMITS, "bt-500", "bt500") or any(_LABEL.fullmatch(word) for word in words):
        return "labels"
    first = words[0] if words else ""
    for why, known in _OF_PAIRS.items():
        if first in known or key in known:
            return why
    return "a column of pairs" if key in SCORE_KEYS else ""


def _by_content(opened: ScoreTable, at: int, decimal: Mark | None) -> str:
    """Why cells are not scores; empty if they are numbers.

    Raises:
        UserError: most are numbers and some are not: a damaged column is not left out in silence.
    """
    marks: tuple[Mark, ...] = (decimal,) if decimal is not None else (".", ",")
    cells = [row.cells[at] for row in opened.rows]
    wrong = min(([row for row, cell in enumerate(cells) if to_float(cell, mark) is None] for mark in marks), key=len)
    if not wrong:
        numbers = any(cell.strip() and to_float(cell, mark) == to_float(cell, mark) for cell in cells for mark in marks)
        return "" if numbers else "empty"
    if len(wrong) * 2 >= len(cells):
        return "text"
    place = f"{opened.table.file}:{opened.rows[wrong[0]].line}"
    raise UserError(
        f"{place}: {cells[wrong[0]]!r} in column {opened.headings[at]!r} is not a number, as most of its cells are; mend "
        "it, or name the columns of scores as `columns:`"
    )


def _listed(left: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({why})" for name, why in left.items())
