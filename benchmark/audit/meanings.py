"""What names mean in files of scores: columns, rows and data sets, by their own names or as the user says. numpy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmark.audit import spellings as words
from benchmark.audit.scores import LabelledRows, Rows, ScoreFile, plain, rows_of
from benchmark.core.errors import UserError
from benchmark.core.words import did_you_mean

_CITED = re.compile(r"\s*\[[^\]]*\]\s*$|\s*\((?:19|20)[0-9]{2}\)\s*$")
_SIZE = re.compile(r"\s*\(\s*(?:n\s*=\s*)?[0-9][0-9,. ]*(?:images|pairs|videos)?\s*\)\s*$", re.IGNORECASE)
_KIND_OF = re.compile(r"^\s*(?:data ?set|database)s?[\s:]+|\s+(?:data ?set|database|db)\s*$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Subset:
    """The rows that a group of a table means.

    Attributes:
        name: as printed; empty where the table has no groups.
        file: the scores; ``None`` for an average over other groups, and where there are none.
        rows: (n,) of the file.
        average: whether the table may mean an average over its other groups.
        pooled: whether it may mean rows.
        why: why nothing can be computed; empty if something can.
        how: what it was matched to, for people.
    """

    name: str
    file: ScoreFile | None = None
    rows: Rows | None = None
    average: bool = False
    pooled: bool = True
    why: str = ""
    how: str = ""


@dataclass
class Wishes:
    """What the user says about names.

    Attributes:
        groups: ``--group``.
        maps: ``--map``: printed name → column of scores, data set, statistic, or ``COLUMN:VALUE``.
        statistic: of tables that name none.
    """

    groups: Sequence[LabelledRows] = ()
    maps: Mapping[str, str] = field(default_factory=dict)
    statistic: str = ""


def uncited(text: str) -> str:
    """A name without citations and years at its end."""
    while (shorter := _CITED.sub("", text)) != text:
        text = shorter
    return text


def bare(text: str) -> str:
    """A group's name without what stands beside it: ``LIVE database``, ``LIVE (779 images)``, ``LIVE [12]``."""
    return _KIND_OF.sub("", uncited(_SIZE.sub("", text))).strip() or text


class ScoreNames:
    """What names mean in the files of scores."""

    def __init__(self, files: Sequence[ScoreFile], wishes: Wishes) -> None:
        self.files, self.wishes = files, wishes
        self._maps = {plain(name): target for name, target in wishes.maps.items()}
        self._groups = {plain(group.name): group for group in wishes.groups}
        self.subsets: dict[tuple[str, ...], Subset] = {}

    def check(self, name: str, target: str) -> None:
        """Refuse a ``--map`` whose target is neither column, data set, statistic nor entry."""
        if any(target in file.numbers for file in self.files) or self._file(target) is not None:
            return
        if words.statistic_of(target) is not None or words.is_whole(target) or self._pair(target) is not None:
            return
        known = sorted({heading for file in self.files for heading in file.numbers}) + [
            file.name for file in self.files
        ]
        raise UserError(
            f"--map {name}={target}: no file of scores has a column {target!r}{did_you_mean(target, known)}"
        )

    def target(self, text: str) -> str | None:
        """What the user maps a name to."""
        return self._maps.get(plain(text)) or self._maps.get(plain(uncited(text)))

    def reading(self, text: str) -> words.Reading:
        """The statistics that a label names, by ``--map`` too, and the rest of it."""
        mapped = self.target(text)
        if mapped is not None:
            known = words.statistic_of(mapped) if not any(mapped in file.numbers for file in self.files) else None
            return words.Reading((known,), "") if known else words.Reading((), text)
        if self.column(text) is not None or plain(text) in self._groups:
            return words.Reading((), text)
        return words.read_label(text)

    def column(self, text: str, file: ScoreFile | None = None) -> str | None:
        """The column of scores that a printed method means."""
        mapped = self.target(text)
        for place in (file,) if file is not None else self.files:
            if mapped is not None:
                if mapped in place.numbers:
                    return mapped
                continue
            for name in (text, uncited(text)):
                found = place.column(name)
                if found is not None:
                    return found
        return None

    def ambiguous(self, text: str) -> list[str]:
        """The columns that a printed method may mean, if they are several."""
        return next(
            (file.by_name[plain(text)] for file in self.files if len(file.by_name.get(plain(text), [])) > 1), []
        )

    def _file(self, text: str) -> ScoreFile | None:
        return next((file for file in self.files if plain(file.name) == plain(text)), None)

    def _pair(self, target: str) -> LabelledRows | None:
        column, colon, values = target.rpartition(":")
        if not colon or not any(column in file.names for file in self.files):
            return None
        group = LabelledRows(target, column, tuple(values.split(",")), "--map")
        for file in self.files:
            rows_of(group, file)
        return group

    def group(self, text: str) -> Meaning | None:
        """What a printed group means; ``None`` where nothing is called so."""
        mapped = self.target(text)
        own = self._groups.get(plain(text)) or (self._pair(mapped) if mapped else None)
        if own is not None:
            rows = {file.name: found for file in self.files if (found := rows_of(own, file)) is not None}
            return Meaning("rows", rows=rows, how=f"{own.column} = {', '.join(own.values)}")
        if mapped is None and plain(bare(text)) != plain(text):
            return self._called(text) or self.group(bare(text))
        return self._called(mapped or text)

    def _called(self, text: str) -> Meaning | None:
        """What a group is by its name: a data set, an average, entries of a column, all rows."""
        file = self._file(text)
        if file is not None:
            return Meaning("file", file=file, how=" + ".join(path.name for path in file.files))
        if words.is_average(text):
            return Meaning("average", how="average over the other groups")
        rows, columns = {}, set()
        for place in self.files:
            fitting = [
                (heading, entries[entry])
                for heading, entries in place.groupings.items()
                if heading not in place.numbers
                for entry in entries
                if plain(entry) == plain(text)
            ]
            distinct = {mask.tobytes() for _, mask in fitting}
            if len(distinct) == 1:
                rows[place.name] = fitting[0][1]
                columns.add(f"{fitting[0][0]} = {text}")
        if rows:
            return Meaning("rows", rows=rows, how=" or ".join(sorted(columns)))
        return Meaning("whole", how="all rows") if words.is_whole(text) else None


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a group's label means: a file, rows of files by their names, all rows, or an average."""

    kind: str
    file: ScoreFile | None = None
    rows: Mapping[str, Rows] = field(default_factory=dict)
    how: str = ""


def subset_of(bases: Sequence[str], names: ScoreNames) -> Subset:
    """The rows that the labels of a number's groups mean together; the same object for the same labels."""
    texts = tuple(base for base in dict.fromkeys(bases) if base)
    if texts not in names.subsets:
        names.subsets[texts] = _find_subset(texts, names)
    return names.subsets[texts]


def _find_subset(texts: Sequence[str], names: ScoreNames) -> Subset:
    name = " / ".join(texts)
    meanings = [(text, names.group(text)) for text in texts]
    unknown = [text for text, meaning in meanings if meaning is None]
    if unknown:
        return Subset(
            name,
            why=f'no scores of {unknown[0]!r} are given: --scores "{unknown[0]}=FILE" or '
            f'--group "{unknown[0]}=COLUMN:VALUE"',
        )
    known = [meaning for _, meaning in meanings if meaning is not None]
    how = "; ".join(meaning.how for meaning in known)
    average = any(meaning.kind == "average" for meaning in known)
    whole = any(meaning.kind == "whole" for meaning in known)
    files = [meaning.file for meaning in known if meaning.file is not None]
    if not files:
        having = [set(meaning.rows) for meaning in known if meaning.kind == "rows"]
        files = [file for file in names.files if all(file.name in place for place in having)]
    if average or (whole and len(files) != 1):
        return Subset(name, average=True, pooled=False, how=how or "average over the other groups")
    if len(files) != 1:
        which = "several files of scores have" if files else "no file of scores has"
        return Subset(
            name,
            why=f'{which} {name or "these rows"}: name the data set in the table\'s labels (--map "{name}=DATASET")',
        )
    rows = np.ones(files[0].n, dtype=bool)
    for meaning in known:
        if meaning.kind == "rows":
            rows &= meaning.rows[files[0].name]
    return Subset(name, files[0], rows, average=whole, how=how or files[0].name)
