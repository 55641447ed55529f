"""Says what each printed number is: of which method, which statistic, on which rows. numpy.

Nothing is guessed: what has no match is asked for by name, and the whole matching is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from benchmark.audit import spellings as words
from benchmark.audit.layout import PrintedNumber, TableLayout
from benchmark.audit.meanings import ScoreNames, Subset, Wishes, subset_of, uncited
from benchmark.audit.numbers import filled, without_zeros
from benchmark.audit.scores import ScoreFile, plain
from benchmark.audit.table_roles import CAPTION, TableRoles
from benchmark.core.errors import UserError
from benchmark.core.words import did_you_mean

FILLED = 6
"""Numbers of a table and statistic that must all end with a zero, to say that it was put on."""


@dataclass(frozen=True, eq=False)
class AuditedCell:
    """One printed number and what it is.

    Attributes:
        printed: the number.
        method: as printed.
        statistic: a name of ``spellings.STATISTICS``; empty where none is named.
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


def match(layouts: Sequence[tuple[int, TableLayout]], files: Sequence[ScoreFile], wishes: Wishes) -> Matching:
    """Match the numbers of one or several tables.

    Args:
        layouts: each table's number and layout.
        files: the scores.
        wishes: what the user says.

    Raises:
        UserError: ``--map`` names what there isn't, or no row or column is called as a method of the scores.
    """
    names = ScoreNames(files, wishes)
    for name, target in wishes.maps.items():
        names.check(name, target)
    cells: list[AuditedCell] = []
    left_out: Counter[str] = Counter()
    lines: list[str] = []
    for number, layout in layouts:
        roles = TableRoles(layout, names)
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
        yield plain(uncited(text))


def _labels(layouts: Sequence[tuple[int, TableLayout]]) -> list[str]:
    return sorted({text for _, layout in layouts for printed in layout.numbers for text in printed.labels.values()})


def _cell(printed: PrintedNumber, roles: TableRoles, names: ScoreNames) -> AuditedCell | str:
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
    subset = subset_of([roles.base(printed, place) for place in roles.groups], names)
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


def _elsewhere(printed: PrintedNumber, names: ScoreNames) -> tuple[str, ...]:
    """The statistic that the user or the caption names."""
    if names.wishes.statistic:
        return (names.wishes.statistic,)
    named = set(words.read_label(printed.labels.get(CAPTION, "")).statistics)
    return tuple(named) if len(named) == 1 else ()


def _no_column(method: str, column: str | None, subset: Subset, names: ScoreNames) -> str:
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


def _asked(cells: Sequence[AuditedCell], names: ScoreNames) -> tuple[str, ...]:
    """What could not be matched, once each, with its number of cells and names that are near."""
    reasons = Counter(cell.why for cell in cells if cell.why)
    known = sorted({heading for file in names.files for heading in file.numbers})
    lines = []
    for why, count in reasons.items():
        method = next(cell.method for cell in cells if cell.why == why)
        near = did_you_mean(method, known) if "no column of scores" in why else ""
        lines.append(f"{why}{near} ({count} numbers)")
    return tuple(lines)
