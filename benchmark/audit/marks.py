"""Bold, underlined, coloured, medalled: which place a mark stands for, and where it stands wrongly. Standard library.

A mark's place is what most columns say, or what its name says where they don't. Numbers are compared as printed, among all
methods of one group and statistic; correlations by magnitude, errors the smaller the better.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmark.audit import spellings as words
from benchmark.audit.matching import AuditedCell

PLACES = ("best", "second", "third")
_NAMED = (
    ("third", re.compile(r"bronze|third|macro:(?:t|trd|rd|3rd)$", re.IGNORECASE)),
    ("second", re.compile(r"silver|second|snd|underline|macro:(?:nd|2nd|ul)$", re.IGNORECASE)),
    ("best", re.compile(r"gold|first|best|bold|macro:(?:fst|st|1st|b)$", re.IGNORECASE)),
)
DECIDING = 3
"""Columns of numbers that must bear a mark before they overrule its name."""

Column = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class MarkFault:
    """A mark that does not stand where it should.

    Attributes:
        cell: that bears it wrongly, or should bear it.
        mark: as ``PrintedCell.marks`` has it.
        text: what is wrong.
    """

    cell: AuditedCell
    mark: str
    text: str


def check(cells: Sequence[AuditedCell]) -> tuple[dict[str, str], list[MarkFault]]:
    """What marks mean, and where they are wrong.

    Returns:
        Place of each mark (``best``, ``second``, ``third``), and the faults in the order of the table.
    """
    columns = _columns(cells)
    meaning = _meaning(columns)
    faults: list[MarkFault] = []
    for column in columns.values():
        places = _places(column)
        for mark, place in meaning.items():
            if any(mark in cell.printed.cell.marks for cell in column):
                faults += _faults(column, places, mark, place)
    once = {(id(fault.cell), meaning[fault.mark], fault.text.startswith("is ")): fault for fault in reversed(faults)}
    return meaning, [fault for fault in faults if fault in once.values()]


def _columns(cells: Sequence[AuditedCell]) -> dict[Column, list[AuditedCell]]:
    """The cells of each table, group and statistic that can be compared: two methods or more."""
    columns: dict[Column, list[AuditedCell]] = {}
    for cell in cells:
        if cell.statistic and cell.method:
            columns.setdefault((cell.printed.table, cell.subset.name, cell.statistic), []).append(cell)
    return {key: own for key, own in columns.items() if len({cell.method for cell in own}) > 1}


def _merit(cell: AuditedCell) -> float:
    value = cell.printed.number.value
    return -value if cell.statistic in words.LOWER_BETTER else abs(value)


def _places(column: Sequence[AuditedCell]) -> dict[int, int]:
    """The place of each cell, from 0; equal numbers share one."""
    merits = sorted({_merit(cell) for cell in column}, reverse=True)
    counts = Counter(_merit(cell) for cell in column)
    ahead = {merit: sum(counts[better] for better in merits[:at]) for at, merit in enumerate(merits)}
    return {id(cell): ahead[_merit(cell)] for cell in column}


def _meaning(columns: Mapping[Column, Sequence[AuditedCell]]) -> dict[str, str]:
    """The place that each mark stands for; marks that stand for none are left out."""
    seen: dict[str, Counter[int]] = {}
    bearing: Counter[str] = Counter()
    for column in columns.values():
        places = _places(column)
        marks = sorted({mark for cell in column for mark in cell.printed.cell.marks})
        for mark in marks:
            own = [cell for cell in column if mark in cell.printed.cell.marks]
            if len(own) < len(column):
                bearing[mark] += 1
                best = min(places[id(cell)] for cell in own)
                seen.setdefault(mark, Counter())[best] += 1
    meaning = {}
    for mark, counts in seen.items():
        place, often = counts.most_common(1)[0]
        named = next((name for name, pattern in _NAMED if pattern.search(mark)), "")
        if 2 * often > bearing[mark] and place < len(PLACES) and (bearing[mark] >= DECIDING or not named):
            meaning[mark] = PLACES[place]
        elif named and (bearing[mark] < DECIDING or counts[PLACES.index(named)] > bearing[mark] / 3):
            meaning[mark] = named
    return meaning


def _faults(column: Sequence[AuditedCell], places: Mapping[int, int], mark: str, place: str) -> list[MarkFault]:
    wanted = PLACES.index(place)
    right = [cell for cell in column if places[id(cell)] == wanted]
    if not right:  # equals ahead leave the place empty
        right = [
            cell
            for cell in column
            if places[id(cell)] == max((at for at in places.values() if at <= wanted), default=0)
        ]
    names = ", ".join(f"{cell.method} {cell.printed.number.text}" for cell in right)
    faults = []
    for cell in column:
        marked = mark in cell.printed.cell.marks
        if marked and cell not in right:
            faults.append(MarkFault(cell, mark, f"marked as {place} ({_word(mark)}), which is {names}"))
        elif not marked and cell in right and not any(mark in other.printed.cell.marks for other in right):
            faults.append(MarkFault(cell, mark, f"is {place}, but not marked so ({_word(mark)})"))
    return faults


def _word(mark: str) -> str:
    return mark.removeprefix("macro:").replace("colour:", "colour ")
