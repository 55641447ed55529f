"""Reads a table of choices for ``evaluate --choices``: two columns of scores a method, one row a choice. Pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.core.choice_columns import CHOICE_KEYS, SIDES
from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.data.choices import SHARE, number_problems
from benchmark.data.decimals import MISSING_NUMBERS, Mark
from benchmark.evaluation.table_input import Floats, read_all_names, read_numbers, refuse_missing
from benchmark.evaluation.table_rows import Names, unrepeated
from benchmark.evaluation.table_sources import TableSource, shorten

NAME = "{}"
ASKED_TWICE = "if people were asked twice, add a column that tells the rows apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceColumns:
    """The column of each quantity; ``None`` where the table has none.

    Attributes:
        methods: the methods' names.
        first, second: patterns of the headings of their two columns, with ``{}`` in place of the name.
        preference: share of the votes for the second image.
        votes: their number.
        votes_first, votes_second: instead of both, the number of votes for each image.
        reference: the reference's name.
        cluster: what is resampled, when it is not the reference.
        condition: the group of the choice.
    """

    methods: tuple[str, ...]
    first: str
    second: str
    preference: str | None = None
    votes: str | None = None
    votes_first: str | None = None
    votes_second: str | None = None
    reference: str | None = None
    cluster: str | None = None
    condition: str | None = None

    @property
    def headings(self) -> list[str]:
        """All columns that are named."""
        single = (self.preference, self.votes, self.votes_first, self.votes_second)
        scores = [pattern.replace(NAME, name) for name in self.methods for pattern in (self.first, self.second)]
        return [*scores, *(name for name in (*single, self.reference, self.cluster, self.condition) if name)]


def check_columns(columns: ChoiceColumns) -> None:
    """Refuse patterns without a place for the name, and labels that are given twice or not at all.

    Raises:
        ConfigError: names the option.
    """
    for option, pattern in (("--first", columns.first), ("--second", columns.second)):
        if pattern.count(NAME) != 1:
            raise ConfigError(
                f"{option}: {pattern!r} has no {{}} in place of the method's name, as in '{{}}_p0'"
                if NAME not in pattern
                else f"{option}: {pattern!r} has {{}} more than once"
            )
    if columns.first == columns.second:
        raise ConfigError(
            f"--first and --second are the same pattern {columns.first!r}: name the columns of both images"
        )
    counted = columns.votes_first is not None or columns.votes_second is not None
    if counted and (columns.votes_first is None or columns.votes_second is None):
        raise ConfigError("--votes-first and --votes-second go together")
    if counted and columns.votes_first == columns.votes_second:
        raise ConfigError(
            f"--votes-first and --votes-second are the same column {columns.votes_first!r}: name one for each image"
        )
    if counted and (columns.preference is not None or columns.votes is not None):
        raise ConfigError("--votes-first and --votes-second give the preference: leave out --preference and --votes")
    if not counted and columns.preference is None:
        raise ConfigError(
            "--choices: name the column of the share that prefers the second image (--preference COL), or those of the "
            "votes for each image (--votes-first COL --votes-second COL)"
        )


def from_table(
    source: TableSource, columns: ChoiceColumns, *, decimal: Mark | None = None, drop_identical: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """A table of choices in the form of ``scores.csv`` (two rows a choice) and ``choices.csv``, and notes for readers.

    Args:
        source: the table as read.
        columns: which column holds what.
        decimal: the decimal mark of numbers; ``None`` to find it.
        drop_identical: whether repeated rows are dropped instead of being refused.

    Raises:
        ConfigError: a column is missing; the message suggests the nearest name.
        DataError: a number or name is wrong or missing; the message names lines.
    """
    refuse_missing(source, columns.headings)
    notes, problems = list(source.notes), list[Problem]()
    texts = {columns.reference, columns.cluster, columns.condition}
    wanted = [name for name in dict.fromkeys(columns.headings) if name not in texts]
    rules = {columns.preference: SHARE} if columns.preference else {}
    numbers = read_numbers(source, wanted, decimal, problems, notes, rules=rules)
    names = read_all_names(source, columns, problems, notes)
    preference, votes = _preferences(source, columns, numbers, problems)
    if problems:
        raise DataError(shorten(problems))
    if columns.reference is None:
        notes.append("No reference column: every choice counts as a reference of its own (--reference COL).")
    label = columns.preference or columns.votes_second or ""
    keep = unrepeated(
        source, Names(None, None, names), numbers, label, drop=drop_identical, notes=notes, otherwise=ASKED_TWICE
    )
    rows = [source.label(row) for row in range(len(source.frame))]
    reference = names.get("reference", rows)
    choices = pd.DataFrame(
        {
            "dataset": Path(source.name).stem,
            "split": "",
            "reference": reference,
            "cluster": names.get("cluster", reference),
            "condition": names.get("condition", ""),
            **{side: [f"{row} {side}" for row in rows] for side in SIDES},
            "preference": preference,
            "votes": votes,
        }
    )[list(CHOICE_KEYS)]
    kept = choices[keep].reset_index(drop=True)
    return _pairs(kept, columns, {name: values[keep] for name, values in numbers.items()}), kept, notes


def _preferences(
    source: TableSource, columns: ChoiceColumns, numbers: Mapping[str, Floats], problems: list[Problem]
) -> tuple[Floats, Floats]:
    """The share that prefers the second image, and the number of votes; NaN where unknown."""
    none = np.full(len(source.frame), np.nan)
    if columns.preference is not None:
        votes = numbers[columns.votes] if columns.votes else none
        named = (columns.preference, columns.votes or "")
        reported = _reported(source, columns.preference) if problems else ()
        problems += number_problems(numbers[columns.preference], votes, source.where, named, reported)
        return numbers[columns.preference], votes
    first, second = numbers[columns.votes_first or ""], numbers[columns.votes_second or ""]
    for name, count in ((columns.votes_first, first), (columns.votes_second, second)):
        reported = _reported(source, name or "") if problems else set()
        wrong = np.flatnonzero(~((count >= 0) & (count == np.floor(count)))).tolist()
        wrong = [row for row in wrong if not (np.isnan(count[row]) and source.where(row) in reported)]
        if wrong:
            value = "missing" if np.isnan(count[wrong[0]]) else f"{count[wrong[0]]:g}"
            message = f"the number of votes in column {name!r} is {value}; votes are counted: a whole number from 0 on"
            problems.append(Problem("error", message, source.where(wrong[0])))
    nobody = np.flatnonzero(first + second == 0)
    if len(nobody):
        problems.append(Problem("error", "nobody voted for either image", source.where(int(nobody[0]))))
    total = first + second
    return np.divide(second, total, out=none.copy(), where=total > 0), total


def _reported(source: TableSource, column: str) -> set[str]:
    """The places of the cells that are text, which is reported, and so not missing."""
    return {source.where(row) for row, cell in enumerate(source.text(column)) if cell.casefold() not in MISSING_NUMBERS}


def _pairs(choices: pd.DataFrame, columns: ChoiceColumns, numbers: Mapping[str, Floats]) -> pd.DataFrame:
    """Both images of each choice as rows of ``scores.csv``, which have no label of their own."""
    sides: Sequence[tuple[str, str]] = (("first", columns.first), ("second", columns.second))
    parts = []
    for side, pattern in sides:
        scores = {name: _finite(numbers[pattern.replace(NAME, name)]) for name in columns.methods}
        shared = {key: choices[key] for key in ("dataset", "split", "reference", "cluster", "condition")}
        parts.append(
            pd.DataFrame(
                {
                    **shared,
                    "fold": np.nan,
                    "pair": choices[side],
                    "enhanced": choices[side],
                    "mos": np.nan,
                    "mos_sd": np.nan,
                    "observers": np.nan,
                    **scores,
                }
            )
        )
    order = np.arange(2 * len(choices)).reshape(2, -1).T.ravel()
    both = pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)
    keys = ["dataset", "split", "fold", "pair", "reference", "cluster", "enhanced", "condition"]
    return both[[*keys, "mos", "mos_sd", "observers", *columns.methods]]


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
