"""Says what each printed number is: of which method, which statistic, on which rows. numpy.

Nothing is guessed: what has no match is asked for by name, and the whole matching is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmark.audit import spellings as words
from benchmark.audit.layout import LabelPlace, PrintedNumber, TableLayout
from benchmark.audit.numbers import filled, without_zeros
from benchmark.audit.scores import LabelledRows, Rows, ScoreFile, plain, rows_of
from benchmark.core.errors import UserError
from benchmark.core.words import did_you_mean

_CITED = re.compile(r"\s*\[[^\]]*\]\s*$|\s*\((?:19|20)[0-9]{2}\)\s*$")
_SIZE = re.compile(r"\s*\(\s*(?:n\s*=\s*)?[0-9][0-9,. ]*(?:images|pairs|videos)?\s*\)\s*$", re.IGNORECASE)
_KIND_OF = re.compile(r"^\s*(?:data ?set|database)s?[\s:]+|\s+(?:data ?set|database|db)\s*$", re.IGNORECASE)
_CAPTION = LabelPlace("caption")
FILLED = 6
"""Numbers of a table and statistic that must all end with a zero, to say that it was put on."""


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


@dataclass(frozen=True, eq=False)
class AuditedCell:
    """One printed number and what it is.

    Attributes:
        printed: the number.
        method: as printed.
        statistic: a name of ``vocabulary.STATISTICS``; empty where none is named.
        subset: the rows.
        column: of the method's scores in the subset's file; of an average, in any file.
        why: why it can't be computed; empty if it can.
    """

    printed: PrintedNumber
    method: str
    statistic: str
    subset: Subset
    column: str
    why: str = ""

    @property
    def name(self) -> str:
        """For people: ``PSNR / LIVE / SRCC``."""
        parts = (self.method, self.subset.name, words.SHOWN.get(self.statistic, ""))
        return " / ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Matching:
    """What a table's numbers are.

    Attributes:
        cells: those that are, or should be, statistics.
        lines: the matching, for people.
        asked: what has no match, with what to type.
        left_out: numbers that are no statistics: counts, years, costs.
    """

    cells: tuple[AuditedCell, ...]
    lines: tuple[str, ...]
    asked: tuple[str, ...]
    left_out: tuple[str, ...]


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


def match(layouts: Sequence[tuple[int, TableLayout]], files: Sequence[ScoreFile], wishes: Wishes) -> Matching:
    """Match the numbers of one or several tables.

    Args:
        layouts: each table's number and layout.
        files: the scores.
        wishes: what the user says.

    Raises:
        UserError: ``--map`` names what there isn't, or no row or column is called as a method of the scores.
    """
    names = _Names(files, wishes)
    for name, target in wishes.maps.items():
        names.check(name, target)
    cells: list[AuditedCell] = []
    left_out: Counter[str] = Counter()
    lines: list[str] = []
    for number, layout in layouts:
        roles = _Roles(layout, names)
        if len(layouts) > 1:
            lines.append(f"table {number}:")
        lines += roles.lines()
        for printed in layout.numbers:
            cell = _cell(printed, roles, names)
            if isinstance(cell, str):
                left_out[cell] += 1
            else:
                cells.append(cell)
    cells = _without_filling(cells)
    used = {name for number, layout in layouts for printed in layout.numbers for name in _all_names(printed)}
    for name in wishes.maps:
        if plain(name) not in used:
            raise UserError(f"--map {name!r}: the table has no such label{did_you_mean(name, _labels(layouts))}")
    return Matching(
        tuple(cells),
        (*lines, *_matched(cells)),
        _asked(cells, names),
        tuple(f"{label} ({count} numbers)" for label, count in left_out.items()),
    )


def _without_filling(cells: Sequence[AuditedCell]) -> list[AuditedCell]:
    """The cells without zeros that all numbers of their statistic end with: software fills up what was rounded."""
    zeros: dict[tuple[int, str], list[int]] = {}
    for cell in cells:
        zeros.setdefault((cell.printed.table, cell.statistic), []).append(filled(cell.printed.number))
    common = {key: min(own) if len(own) >= FILLED else 0 for key, own in zeros.items()}
    made = []
    for cell in cells:
        count = min(common[cell.printed.table, cell.statistic], cell.printed.number.digits - 1)
        number = without_zeros(cell.printed.number, max(0, count))
        made.append(replace(cell, printed=replace(cell.printed, number=number)))
    return made


def _all_names(printed: PrintedNumber) -> Iterable[str]:
    for text in printed.labels.values():
        yield plain(text)
        yield plain(words.read_label(text).rest)
        yield plain(_uncited(text))


def _labels(layouts: Sequence[tuple[int, TableLayout]]) -> list[str]:
    return sorted({text for _, layout in layouts for printed in layout.numbers for text in printed.labels.values()})


def _uncited(text: str) -> str:
    while (shorter := _CITED.sub("", text)) != text:
        text = shorter
    return text


def _bare(text: str) -> str:
    """A group's name without what stands beside it: ``LIVE database``, ``LIVE (779 images)``, ``LIVE [12]``."""
    return _KIND_OF.sub("", _uncited(_SIZE.sub("", text))).strip() or text


class _Names:
    """What names mean in the files of scores."""

    def __init__(self, files: Sequence[ScoreFile], wishes: Wishes) -> None:
        self.files, self.wishes = files, wishes
        self._maps = {plain(name): target for name, target in wishes.maps.items()}
        self._groups = {plain(group.name): group for group in wishes.groups}
        self.subsets: dict[tuple[str, ...], Subset] = {}

    def check(self, name: str, target: str) -> None:
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
        return self._maps.get(plain(text)) or self._maps.get(plain(_uncited(text)))

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
            for name in (text, _uncited(text)):
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

    def group(self, text: str) -> _Meaning | None:
        """What a printed group means; ``None`` where nothing is called so."""
        mapped = self.target(text)
        own = self._groups.get(plain(text)) or (self._pair(mapped) if mapped else None)
        if own is not None:
            rows = {file.name: found for file in self.files if (found := rows_of(own, file)) is not None}
            return _Meaning("rows", rows=rows, how=f"{own.column} = {', '.join(own.values)}")
        if mapped is None and plain(bare := _bare(text)) != plain(text):
            return self._called(text) or self.group(bare)
        return self._called(mapped or text)

    def _called(self, text: str) -> _Meaning | None:
        """What a group is by its name: a data set, an average, entries of a column, all rows."""
        file = self._file(text)
        if file is not None:
            return _Meaning("file", file=file, how=" + ".join(path.name for path in file.files))
        if words.is_average(text):
            return _Meaning("average", how="average over the other groups")
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
            return _Meaning("rows", rows=rows, how=" or ".join(sorted(columns)))
        return _Meaning("whole", how="all rows") if words.is_whole(text) else None


@dataclass(frozen=True, eq=False)
class _Meaning:
    kind: str
    file: ScoreFile | None = None
    rows: Mapping[str, Rows] = field(default_factory=dict)
    how: str = ""


class _Roles:
    """Which places of a table hold methods, groups and statistics."""

    def __init__(self, layout: TableLayout, names: _Names) -> None:
        self.layout, self.names = layout, names
        self.labels: dict[LabelPlace, list[str]] = {}
        for printed in layout.numbers:
            for place, text in printed.labels.items():
                if place != _CAPTION and text not in self.labels.setdefault(place, []):
                    self.labels[place].append(text)
        self.readings = {place: {text: names.reading(text) for text in texts} for place, texts in self.labels.items()}
        self.method = self._method_place()
        self.groups = self._group_places()
        self.ignored = [
            place for place in self.labels if place != self.method and place not in self.groups and self._bases(place)
        ]

    def _bases(self, place: LabelPlace) -> list[str]:
        """What labels say beside statistics."""
        return [reading.rest for reading in self.readings[place].values() if reading.rest]

    def _title(self, place: LabelPlace) -> str:
        return words.plain_word(self.layout.titles.get(place, ""))

    def _method_place(self) -> LabelPlace | None:
        def weight(place: LabelPlace) -> tuple[int, bool, int]:
            found = sum(1 for base in self._bases(place) if self.names.column(base) is not None)
            titled = self._title(place) in words.TITLES_METHOD
            return (found, titled, -list(self.labels).index(place))

        places = [place for place in self.labels if self._bases(place)]
        best = max(places, key=weight, default=None)
        if best is None or weight(best)[0] == 0:
            titled = [place for place in places if self._title(place) in words.TITLES_METHOD]
            return titled[0] if len(titled) == 1 else None
        return best

    def _group_places(self) -> list[LabelPlace]:
        others = [place for place in self.labels if place != self.method and self._bases(place)]
        bases = {place: [base for base in self._bases(place) if not words.is_count(base)] for place in others}
        chosen = [
            place
            for place in others
            if any(self.names.group(base) is not None for base in bases[place])
            or (self._title(place) in words.TITLES_DATA and place.axis != "section" and bases[place])
        ]
        for place in others:
            if place not in chosen and bases[place] and len(self.labels[place]) > 1 and self._needed(place, chosen):
                chosen.append(place)
        return chosen

    def _needed(self, place: LabelPlace, chosen: Sequence[LabelPlace]) -> bool:
        """Whether two numbers would mean the same without this label."""
        seen: dict[tuple[object, ...], str] = {}
        for printed in self.layout.numbers:
            found = self.statistics(printed)
            if not found:
                continue
            known = (printed.labels.get(self.method or _CAPTION, ""), found, printed.part)
            key = (*known, *(printed.labels.get(other, "") for other in chosen))
            label = printed.labels.get(place, "")
            if seen.setdefault(key, label) != label:
                return True
        return False

    def statistics(self, printed: PrintedNumber) -> tuple[str, ...]:
        """The statistics that a number's labels name, those of the nearest label."""
        found: tuple[str, ...] = ()
        for place in sorted(printed.labels, key=lambda place: (place.axis == "column", place.number)):
            if place in self.readings:
                found = self.readings[place][printed.labels[place]].statistics or found
        return found

    def base(self, printed: PrintedNumber, place: LabelPlace) -> str:
        text = printed.labels.get(place, "")
        return self.readings[place][text].rest if text else ""

    def lines(self) -> list[str]:
        """Where methods, groups and statistics were found."""
        lines = []
        if self.method is not None:
            lines.append(f"methods are {_where(self.method)}")
        if self.groups:
            lines.append(f"groups are {' and '.join(_where(place) for place in self.groups)}")
        for place in self.ignored:
            texts = [base for base in self._bases(place) if not words.is_count(base)]
            if texts and place != self.method:
                lines.append(
                    f"not used: labels {_where(place)} ({', '.join(texts[:4])}{', …' if len(texts) > 4 else ''})"
                )
        return lines


def _where(place: LabelPlace) -> str:
    names = {
        "row": "beside the numbers, column of labels",
        "column": "above the numbers, row of headings",
        "section": "headings between rows",
        "caption": "the caption",
    }
    return names[place.axis] + ("" if place.axis in {"section", "caption"} else f" {place.number + 1}")


def _cell(printed: PrintedNumber, roles: _Roles, names: _Names) -> AuditedCell | str:
    """What a number is; or, of a number that is no statistic, the label that heads it."""
    found = roles.statistics(printed)
    heads = [text for place, text in printed.labels.items() if place.axis == "column"] or [""]
    method = roles.base(printed, roles.method) if roles.method is not None else ""
    if not found:
        if words.is_count(heads[-1]) or (roles.method is not None and not method):
            return heads[-1]
        others = any(reading.statistics for readings in roles.readings.values() for reading in readings.values())
        if others and not printed.number.decimals:
            return heads[-1]
        found = _elsewhere(printed, names) if not others else ()
        if others and not found:
            return heads[-1]
    statistic, why = "", ""
    if not found:
        why = "the table names no statistic: give --statistic SRCC"
    elif len(found) == printed.parts:
        statistic = found[printed.part]
    elif len(found) == 1 and _in_parentheses(printed):
        if printed.part:
            return f"{heads[-1]}, in parentheses"
        statistic = found[0]
    elif len(found) == 1:
        statistic = found[0]
        why = f"the cell has {printed.parts} numbers, its labels name {words.SHOWN[statistic]} only"
    else:
        why = f"the cell has {printed.parts} number{'s'[: printed.parts > 1]}, its labels name {len(found)} statistics"
    if (
        statistic
        and not printed.number.decimals
        and statistic in words.CORRELATIONS
        and abs(printed.number.value) > 100
    ):
        return heads[-1]
    subset = _subset([roles.base(printed, place) for place in roles.groups], names)
    column = names.column(method, subset.file) if method else None
    if not why:
        why = subset.why or _no_column(method, column, subset, names)
    return AuditedCell(printed, method, statistic, subset, column or "", why)


def _in_parentheses(printed: PrintedNumber) -> bool:
    """Whether a cell has one number and another in parentheses: its spread (``0.807 (0.012)``) or its rank."""
    text = printed.cell.text.rstrip()
    return (
        printed.parts == 2
        and text[-1:] in {")", "]"}
        and text[:1] not in {"(", "["}
        and len(re.findall(r"[(\[]", text)) == 1
    )


def _elsewhere(printed: PrintedNumber, names: _Names) -> tuple[str, ...]:
    """The statistic that the user or the caption names."""
    if names.wishes.statistic:
        return (names.wishes.statistic,)
    named = set(words.read_label(printed.labels.get(_CAPTION, "")).statistics)
    return tuple(named) if len(named) == 1 else ()


def _no_column(method: str, column: str | None, subset: Subset, names: _Names) -> str:
    if column is not None:
        return ""
    if not method:
        return "no label names a method"
    several = names.ambiguous(method)
    if several:
        return f'{method!r} may mean the columns {" and ".join(several)}: --map "{method}={several[0]}"'
    if names.column(method) is not None and subset.file is not None:
        return f"{subset.file.name} has no scores of {method}"
    return f'no column of scores is called {method!r}: --map "{method}=COLUMN"'


def _subset(bases: Sequence[str], names: _Names) -> Subset:
    """The rows that the labels of a number's groups mean together; the same object for the same labels."""
    texts = tuple(base for base in dict.fromkeys(bases) if base)
    if texts not in names.subsets:
        names.subsets[texts] = _find_subset(texts, names)
    return names.subsets[texts]


def _find_subset(texts: Sequence[str], names: _Names) -> Subset:
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


def _matched(cells: Sequence[AuditedCell]) -> list[str]:
    """Each method and each group with what it was matched to."""
    methods: dict[str, str] = {}
    groups: dict[str, str] = {}
    for cell in cells:
        if cell.column:
            methods[cell.method] = cell.column
        if cell.subset.how:
            count = f" ({int(cell.subset.rows.sum()):,} rows)" if cell.subset.rows is not None else ""
            groups[cell.subset.name or "all numbers"] = cell.subset.how + count
    lines = [f"group {name} = {how}" for name, how in groups.items()]
    same: dict[str, list[str]] = {}
    for name, column in methods.items():
        same.setdefault(column, []).append(name)
    lines += [f"method {' and '.join(own)} = column {column}" for column, own in same.items()]
    return lines


def _asked(cells: Sequence[AuditedCell], names: _Names) -> tuple[str, ...]:
    """What could not be matched, once each, with its number of cells and names that are near."""
    reasons = Counter(cell.why for cell in cells if cell.why)
    known = sorted({heading for file in names.files for heading in file.numbers})
    lines = []
    for why, count in reasons.items():
        method = next(cell.method for cell in cells if cell.why == why)
        near = did_you_mean(method, known) if "no column of scores" in why else ""
        lines.append(f"{why}{near} ({count} numbers)")
    return tuple(lines)
