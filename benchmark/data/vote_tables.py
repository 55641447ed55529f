"""Reads single votes of observers, a row a vote or a column an observer, and joins them to pairs by the images' names.

Pandas; every line that can't be read is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from benchmark.config.vote_files import OpinionsEntry
from benchmark.core.errors import ConfigError, DataError, Problem
from benchmark.core.words import did_you_mean
from benchmark.data import tables
from benchmark.data.decimals import MISSING_NAMES, find_mark, to_floats
from benchmark.data.delimited import Delimited, check_header
from benchmark.data.labels import at_most
from benchmark.data.pair_index import PairIndex
from benchmark.data.score_lines import NAME_COLUMNS

OBSERVER_COLUMNS = ("observer", "subject", "participant", "rater", "worker", "user", "observer_id", "subject_id")
VOTE_COLUMNS = ("vote", "rating", "opinion", "score", "value", "answer")


@dataclass(frozen=True, slots=True)
class VotesRead:
    """Votes joined to pairs.

    Attributes:
        votes: one row a pair in the pairs' order and with their index, one column an observer; NaN where there is none.
        notes: what readers must know of them.
        unmatched: names that match no pair.
    """

    votes: pd.DataFrame
    notes: list[str]
    unmatched: tuple[str, ...] = ()


@dataclass(slots=True)
class _Gathered:
    """Votes as they are read: by pair and observer, each with its place; what is wrong; names that match no pair."""

    votes: dict[tuple[str, str], float] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    observers: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unmatched: dict[str, None] = field(default_factory=dict)

    def add(self, pair: str, observer: str, vote: float, place: str) -> None:
        """Add a vote; a second one of an observer on a pair is a problem."""
        self.observers.setdefault(observer)
        if not np.isfinite(vote):
            return
        key = (pair, observer)
        if key in self.votes:
            text = f"{observer!r} has voted on the pair {pair} already ({self.places[key]}): one vote an observer and image"
            self.problems.append(Problem("error", text, place))
            return
        self.votes[key], self.places[key] = vote, place


def read_votes(entry: OpinionsEntry, pairs: pd.DataFrame, paths: Sequence[str]) -> VotesRead:
    """The votes of a file on the pairs of a table.

    Args:
        entry: where they are; its ``file`` is given.
        pairs: the pairs (columns ``pair`` and ``enhanced``).
        paths: of their enhanced images, whose folders may tell equal names apart.

    Raises:
        ConfigError: a column is missing; suggests the nearest heading.
        DataError: the file can't be read, a vote is no number, an observer voted twice on an image, or a name fits several
            pairs or none at all; names lines.
    """
    assert entry.file is not None
    file = entry.file
    wanted = [name for name in (*entry.columns, entry.observer, entry.vote, entry.names, entry.folder) if name]
    table = tables.read(file, wanted, sheet=entry.sheet)
    check_header(table)
    if table.problems:
        raise DataError(at_most(table.problems, str(file), 3))
    index = PairIndex(pairs["pair"], pairs["enhanced"], paths)
    read = _Read(table, entry)
    matched = _matched(read, index)
    found = _wide(read, matched) if entry.columns else _long(read, matched)
    if found.problems:
        raise DataError(at_most(found.problems, str(file), 3))
    if not found.votes:
        what = (
            f"none of its {len(found.unmatched)} names matches an image of the table" if found.unmatched else "no votes"
        )
        hint = "; if its names are in a column called alike in both, say `names:`" if found.unmatched else ""
        raise DataError(Problem("error", f"{what}{hint}", str(file)))
    votes = pd.DataFrame(np.nan, index=pairs.index, columns=list(found.observers))
    place = {str(pair): row for row, pair in enumerate(pairs["pair"])}
    column = {observer: at for at, observer in enumerate(found.observers)}
    values = votes.to_numpy(copy=True)
    for (pair, observer), vote in found.votes.items():
        values[place[pair], column[observer]] = vote
    votes = pd.DataFrame(values, index=pairs.index, columns=votes.columns)
    notes = [table.note] if table.note else []
    if found.unmatched:
        first = next(iter(found.unmatched))
        notes.append(
            f"{len(found.unmatched)} names of {file.name} match no pair ({first!r} is the first); their votes are not used."
        )
    return VotesRead(votes, notes, tuple(found.unmatched))


class _Read:
    """A table of votes with its columns found."""

    def __init__(self, table: Delimited, entry: OpinionsEntry) -> None:
        self.table, self.entry, self.headings = table, entry, table.header.cells

    def where(self, row: int) -> str:
        """File and line of a row."""
        return f"{self.table.file}:{self.table.records[row].line}"

    def at(self, heading: str | None, usual: Sequence[str], what: str, key: str) -> int:
        """The place of a column, by its heading or by one of the usual ones."""
        if heading is not None:
            if heading not in self.headings:
                hint = did_you_mean(heading, self.headings) or f"; it has {', '.join(self.headings[:12])}"
                raise ConfigError(f"{self.table.file}: no column {heading!r}{hint}")
            return self.headings.index(heading)
        keys = [cell.strip().casefold() for cell in self.headings]
        known = next((name for name in usual if name in keys), None)
        if known is None:
            instead = "; or name the `columns` of the observers" if key in ("observer", "vote") else ""
            raise ConfigError(
                f"{self.table.file}:{self.table.header.line}: no column of {what}; name it as `{key}:`{instead} (there are "
                f"{', '.join(self.headings[:12])})"
            )
        return keys.index(known)

    def column(self, at: int) -> list[str]:
        """The cells of a column."""
        return [record.cells[at] for record in self.table.records]

    def names(self) -> list[str]:
        """The names of images, after their folders if a column names these."""
        names = self.column(self.at(self.entry.names, NAME_COLUMNS, "image names", "names"))
        names = [name.replace("\\", "/") for name in names]
        if self.entry.folder is None:
            return names
        folders = self.column(self.at(self.entry.folder, (), "folders", "folder"))
        parts = ((folder.replace("\\", "/").strip("/"), name) for folder, name in zip(folders, names, strict=True))
        return [f"{folder}/{name}" if folder else name for folder, name in parts]

    def numbers(self, columns: Sequence[int], problems: list[Problem]) -> list[list[float]]:
        """Columns of votes as numbers, NaN where there is none; other text is a problem."""
        texts = {self.headings[at]: self.column(at) for at in columns}
        mark = find_mark(texts, self.where, separator=self.table.separator, asked=self.entry.decimal)
        found = []
        for heading, cells in texts.items():
            values, wrong = to_floats(cells, mark)
            problems += [
                Problem("error", f"the vote {cells[row]!r} in column {heading!r} is not a number", self.where(row))
                for row in wrong
            ]
            problems += [
                Problem("error", f"the vote {cells[row]!r} in column {heading!r} is not finite", self.where(row))
                for row, value in enumerate(values)
                if np.isinf(value)
            ]
            found.append(values)
        return found


def _matched(read: _Read, index: PairIndex) -> list[str]:
    """The pair of each row; empty where its name matches none.

    Raises:
        DataError: a name is missing or fits several pairs.
    """
    known: dict[str, str] = {}
    matched = []
    for row, name in enumerate(read.names()):
        if name in MISSING_NAMES:
            raise DataError(Problem("error", "the image's name is missing", read.where(row)))
        if name not in known:
            fitting = index.find(name)
            if len(fitting) > 1:
                text = (
                    f"{name!r} fits {len(fitting)} pairs ({', '.join(fitting[:3])}); write the pair's identifier instead, "
                    "or the image with its folder (`folder:` names a column of folders)"
                )
                raise DataError(Problem("error", text, read.where(row)))
            known[name] = fitting[0] if fitting else ""
        matched.append(known[name])
    return matched


def _long(read: _Read, matched: Sequence[str]) -> _Gathered:
    """Votes of a table with a row a vote."""
    found = _Gathered()
    observer_at = read.at(read.entry.observer, OBSERVER_COLUMNS, "observers", "observer")
    vote_at = read.at(read.entry.vote, VOTE_COLUMNS, "votes", "vote")
    (votes,) = read.numbers([vote_at], found.problems)
    names, observers = read.names(), read.column(observer_at)
    for row, (pair, observer, vote) in enumerate(zip(matched, observers, votes, strict=True)):
        if observer in MISSING_NAMES:
            text = f"the observer in column {read.headings[observer_at]!r} is missing; without names all would be one"
            found.problems.append(Problem("error", text, read.where(row)))
        elif not pair:
            found.unmatched.setdefault(names[row])
        else:
            found.add(pair, observer, vote, read.where(row))
    return found


def _wide(read: _Read, matched: Sequence[str]) -> _Gathered:
    """Votes of a table with a column an observer."""
    found = _Gathered()
    chosen = [
        read.headings.index(name) for name in named_columns(read.headings, read.entry.columns, str(read.table.file))
    ]
    columns = read.numbers(chosen, found.problems)
    names, first = read.names(), dict[str, int]()
    for row, pair in enumerate(matched):
        if not pair:
            found.unmatched.setdefault(names[row])
            continue
        if pair in first:
            text = (
                f"the pair {pair} already has votes ({read.where(first[pair])}): one row a pair, one column an observer"
            )
            found.problems.append(Problem("error", text, read.where(row)))
            continue
        first[pair] = row
        for at, votes in zip(chosen, columns, strict=True):
            found.add(pair, read.headings[at], votes[row], read.where(row))
    return found


def named_columns(headings: Sequence[str], wanted: Sequence[str], where: str) -> list[str]:
    """The headings that are named, or that a pattern with ``*`` matches, in the table's order.

    Raises:
        ConfigError: a name or pattern matches none.
    """
    chosen: dict[str, None] = {}
    for name in wanted:
        pattern = re.compile(".*".join(re.escape(part) for part in name.split("*")))
        fitting = [name] if name in headings else [item for item in headings if item and pattern.fullmatch(item)]
        if not fitting:
            hint = did_you_mean(name, headings) or f"; it has {', '.join(item for item in headings[:12] if item)}"
            raise ConfigError(f"{where}: no column {name!r} of votes{hint}")
        chosen |= dict.fromkeys(fitting)
    return [name for name in headings if name in chosen]
