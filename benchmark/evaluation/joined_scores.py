"""Joins files of scores to a table that ``evaluate`` reads, by the names of images: each column is a method. Pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmark.config.score_tables import ScoresEntry
from benchmark.core.errors import ConfigError, DataError, UserError
from benchmark.core.hashes import sha256_file
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.core.words import did_you_mean
from benchmark.data import score_columns
from benchmark.data.pair_index import PairIndex
from benchmark.data.score_lines import NameColumns, open_table
from benchmark.evaluation.table_input import ENHANCED_NAMES
from benchmark.results.scored import ScoredMethod, Status


@dataclass(frozen=True, slots=True)
class Joined:
    """What files of scores add to a table.

    Attributes:
        columns: the scores of each method, one for each pair of the table, NaN where there is none; by label.
        methods: the methods, in the same order.
        notes: what readers must know about how columns were chosen.
        sha256: of each file, by its path as it was given.
    """

    columns: dict[str, list[float]]
    methods: list[ScoredMethod]
    notes: list[str]
    sha256: dict[str, str]


def labels_of(entries: Sequence[ScoresEntry]) -> tuple[str, ...]:
    """What the methods of files of scores are called; only their headings and what is no number are looked at.

    Raises:
        UserError: a file can't be read, or a column or direction is unknown.
    """
    return tuple(_label(entry, column) for entry in entries for column in _chosen(entry).lower)


def join(
    scores: pd.DataFrame,
    entries: Sequence[ScoresEntry],
    taken: Sequence[str],
    lower_better: Sequence[str],
    named: str = "--scores",
) -> Joined:
    """The scores of other files for the pairs of a table.

    Args:
        scores: the table, in the form of ``scores.csv``.
        entries: the files, and which of their columns are methods.
        taken: labels of the table's own methods.
        lower_better: methods of either in which lower means better, by label.
        named: how the key that names the files is written.

    Raises:
        UserError: a file can't be read, a column or direction is unknown, two methods have one label, or names of images
            match none or several of the table's pairs.
    """
    joined = Joined({}, [], [], {})
    index = PairIndex(scores["pair"], scores["enhanced"], paths_of(scores))
    for entry in entries:
        try:
            _add(joined, entry, index, scores, taken, lower_better, named)
        except (ConfigError, DataError):
            raise
        except UserError as error:
            raise ConfigError(f"{named}: {error}") from None
    known = (*taken, *joined.columns)
    unknown = next((name for name in lower_better if name not in known), None)
    if unknown is not None:
        raise ConfigError(
            f"--lower-better: {unknown!r} is not among the methods ({', '.join(known)}){did_you_mean(unknown, known)}"
        )
    return joined


def paths_of(scores: pd.DataFrame) -> list[str]:
    """Names of the images in folders called like their conditions: names that repeat often repeat over these."""
    named = zip(scores["condition"].astype(str), scores["enhanced"].astype(str), strict=True)
    return [f"{condition}/{name}" if condition else name for condition, name in named]


def _add(
    joined: Joined,
    entry: ScoresEntry,
    index: PairIndex,
    scores: pd.DataFrame,
    taken: Sequence[str],
    lower_better: Sequence[str],
    named: str,
) -> None:
    """Add the methods of one file."""
    file, given, found = entry.file, NameColumns(entry.names, entry.folder), _chosen(entry)
    table = open_table(file, tuple(found.lower), given)
    digest = sha256_file(file)
    for column, lower in found.lower.items():
        label = _label(entry, column)
        _refuse_label(label, column, file, (*taken, *joined.columns), named)
        lines = table.lines(column, entry.decimal)
        what = f"an image of the table (its column {' or '.join(ENHANCED_NAMES[:4])} names them)"
        matched = index.match(lines.lines, file, what)
        values = [matched.scores.get(str(pair), np.nan) for pair in scores["pair"]]
        joined.columns[label] = [value if np.isfinite(value) else np.nan for value in values]
        unused = {"unused": f"{matched.unmatched} names that match no pair"} if matched.unmatched else {}
        how = ", ".join(part for part in (f"SHA-256 {digest[:12]}", lines.how) if part)
        source = f" of {entry.source}" if entry.source else ""
        joined.methods.append(
            _method(
                label,
                joined.columns[label],
                entry,
                {"scores": f"read from {file.name}{source} ({how})", **unused},
                lower=lower or label in lower_better,
            )
        )
    joined.sha256[str(file)] = digest
    note = found.note(file)
    if note:
        joined.notes.append(note)


def _chosen(entry: ScoresEntry) -> score_columns.ChosenColumns:
    """The columns of a file that are methods."""
    return score_columns.choose(
        entry.file,
        entry.columns,
        lower_better=entry.lower_better,
        higher_better=entry.higher_better,
        given=NameColumns(entry.names, entry.folder),
        decimal=entry.decimal,
    )


def _label(entry: ScoresEntry, column: str) -> str:
    return f"{entry.label} {column}" if entry.label else column


def _refuse_label(label: str, column: str, file: Path, known: Sequence[str], named: str) -> None:
    if label not in known and label not in (*SCORE_KEYS, *LIMITS):
        return
    what = "a column of scores.csv" if label not in known else "another method"
    raise ConfigError(
        f"{named}: {file}: its column {column!r} would be called like {what}; put a label before its columns, as in "
        f"'{{file: {file.name}, label: published}}', or name the others as `columns`"
    )


def _method(
    label: str, values: Sequence[float], entry: ScoresEntry, settings: dict[str, str], *, lower: bool
) -> ScoredMethod:
    missing = int(np.isnan(values).sum())
    status: Status = "scored" if missing == 0 else "failed" if missing == len(values) else "partial"
    reason = f"{entry.file.name} has no finite score for {missing} of {len(values)} pairs" if missing else ""
    return ScoredMethod(
        label=label,
        name=label,
        title=label,
        higher_is_better=not lower,
        trained_on=entry.trained_on,
        citation=entry.citation,
        settings=settings,
        status=status,
        reason=reason,
    )
