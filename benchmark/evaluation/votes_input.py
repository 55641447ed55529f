"""Single votes beside a table of scores: its own columns, or another file joined by the images' names. Pandas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.config.vote_files import OpinionsEntry
from benchmark.core.errors import ConfigError
from benchmark.core.hashes import sha256_file
from benchmark.core.pair_columns import LIMITS, SCORE_KEYS
from benchmark.data.vote_tables import named_columns, read_votes
from benchmark.data.votes_of_pairs import judge
from benchmark.evaluation.joined_scores import paths_of
from benchmark.evaluation.table_sources import TableSource


@dataclass(frozen=True, slots=True)
class Voted:
    """A table of scores with what votes say.

    Attributes:
        scores: the table, with labels, SD and number of observers from the votes where it had none.
        votes: an observer a column, row by row as ``scores``.
        notes: what readers must know.
        sha256: of the file of votes, by its path as it was given; empty for columns of the table.
    """

    scores: pd.DataFrame
    votes: pd.DataFrame
    notes: list[str]
    sha256: dict[str, str]


def column_of_names(source: TableSource, entry: OpinionsEntry | None) -> str | None:
    """The column of image names of a table whose votes are in another file, where both call it alike; else ``None``."""
    named = None if entry is None or entry.file is None else entry.names
    return named if named is not None and named in source.headings else None


def columns_of_votes(source: TableSource, entry: OpinionsEntry | None, methods: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a table that are votes; none where votes are in another file.

    Raises:
        ConfigError: a column is not there, or is a method, or is called like a column of ``scores.csv``.
    """
    if entry is None or entry.file is not None:
        return ()
    columns = tuple(named_columns(source.headings, entry.columns, source.name))
    both = next((name for name in columns if name in methods), None)
    if both is not None:
        raise ConfigError(f"--opinions: {both!r} is a column of votes and a method")
    taken = next((name for name in columns if name in (*SCORE_KEYS, *LIMITS)), None)
    if taken is not None:
        raise ConfigError(f"--opinions: {taken!r} is the name of a column of scores.csv; rename it in the table")
    return columns


def with_votes(scores: pd.DataFrame, own: pd.DataFrame, entry: OpinionsEntry) -> Voted:
    """A table of scores with the labels that follow from votes.

    Args:
        scores: the columns of ``scores.csv``; ``mos`` may be unknown.
        own: the table's own columns of votes, row by row; without columns where they are in another file.
        entry: where the votes are, and whether observers' means are removed.

    Raises:
        UserError: the votes can't be read, or a pair has neither label nor vote.
    """
    notes: list[str] = []
    unmatched: tuple[str, ...] = ()
    digest: dict[str, str] = {}
    votes = own.where(np.isfinite(own), np.nan)
    if entry.file is not None:
        read = read_votes(entry, scores, paths_of(scores))
        votes, notes, unmatched = read.votes, read.notes, read.unmatched
        digest = {str(entry.file): sha256_file(entry.file)}
    judged = judge(scores, votes, entry.centre, unmatched)
    return Voted(judged.pairs, judged.votes, [*notes, *judged.notes], digest)
