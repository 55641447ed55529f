"""The few lines below a table that its reader needs; everything else is in the file of its notes. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.report import naming, place_marks
from benchmark.report.footnotes import INDISTINCT, SELECTED
from benchmark.report.latex_layout import PaperLayout
from benchmark.report.latex_styles import fitting_notes
from benchmark.report.printed import NOT_RANKED, ComparisonTable
from benchmark.report.ranking import UNTESTED
from benchmark.report.table_notes import BRACKETS, MAGNITUDES, NOTHING
from benchmark.report.verdicts import BELOW_MARGIN

KEPT = (INDISTINCT, SELECTED)
"""Marks that stay in a table with short notes."""
UNTRAINED = ("nothing", "none", "–", "not declared")
"""What is said of methods that were not trained, or of which nothing is known."""


def short_notes(table: ComparisonTable, layout: PaperLayout) -> list[str]:
    """Sentences that fit in three lines below a table, the most needed first.

    Args:
        table: the table.
        layout: how it is laid out: what its columns leave out is said here.
    """
    return fitting_notes(_wanted(table, layout), table.spec.style, layout.line)


def _wanted(table: ComparisonTable, layout: PaperLayout) -> Sequence[str]:
    """Everything that may stand there, in the order of need."""
    meanings = dict(table.footnotes)
    used = {mark for row in table.rows for mark in (*row.marks, *(mark for cell in row.cells for mark in cell.marks))}
    notes = [f"{SELECTED} {meanings[SELECTED]}."] if SELECTED in used and SELECTED in meanings else []
    notes += [note for note in table.notes if note.startswith((MAGNITUDES, NOTHING))]
    notes += [note for note in table.notes if naming.CHECK in note]
    notes += _legend(table)
    notes += [f"{INDISTINCT} {meanings[INDISTINCT]}."] if INDISTINCT in used and INDISTINCT in meanings else []
    notes += _untested(table)
    notes += [note for note in table.notes if f"{BELOW_MARGIN} from" in note]
    notes += _unranked(table)
    if layout.intervals != "none" and table.spec.with_interval:
        level = next(
            (note.split(" intervals")[0].removeprefix(BRACKETS) for note in table.notes if note.startswith(BRACKETS)),
            "",
        )
        notes += [f"Brackets: {level} intervals."] if level else []
    elif (
        table.spec.shows_interval
        and table.spec.with_interval
        and any(note.startswith(BRACKETS) for note in table.notes)
    ):
        notes.append(f"Intervals are in {table.spec.name}.csv.")
    elif not table.spec.with_interval:
        notes += [
            note for note in table.notes if " over partitions" in note and note.split(" ")[0] in ("Median", "Mean")
        ]
    if any(row.reported for row in table.rows):
        notes.append("Reported: values as their papers print them.")
    notes += _trained(table) if table.has_training and not layout.training else []
    notes += [note for note in table.notes if _counts(note)]
    if not table.spec.magnitude and any(cell.estimate.value < 0 for row in table.rows for cell in row.cells):
        notes.append("A negative correlation is disagreement with the labels.")
    return list(dict.fromkeys(notes))


def _legend(table: ComparisonTable) -> list[str]:
    """What bold and underlined, or backgrounds, mean."""
    places = sorted({cell.place for row in table.rows for cell in row.cells if 0 < cell.place <= table.spec.highlight})
    return [place_marks.latex_legend(table.spec, places)] if places else []


def _untested(table: ComparisonTable) -> list[str]:
    """Which differences from the best were not tested: of whole columns with the reason, else by name."""
    whole = [note for note in table.notes if UNTESTED in note]
    said = {title for note in whole for title in note.partition(": differences")[0].split(", ")}
    methods: dict[tuple[str, ...], list[str]] = {}
    for row in table.rows:
        columns = tuple(
            column.heading
            for column, cell in zip(table.columns, row.cells, strict=True)
            if cell.untested and not {column.heading, column.title} & said
        )
        if columns and not any(note.startswith("Differences") for note in whole):
            methods.setdefault(columns, []).append(row.title)
    named = [f"{', '.join(titles)} ({', '.join(columns)})" for columns, titles in methods.items()]
    return [*whole, *([f"Not tested against the best: {'; '.join(named)}."] if named else [])]


def _unranked(table: ComparisonTable) -> list[str]:
    """Why methods are not ranked, by reason."""
    meanings, why = dict(table.footnotes), dict[str, list[str]]()
    for group in table.groups:
        for row in group.rows if group.heading == NOT_RANKED else ():
            for mark in row.marks[-1:]:
                why.setdefault(meanings.get(mark, ""), []).append(row.title)
    listed = [f"{', '.join(names)} ({reason})" for reason, names in why.items() if reason]
    return [f"Not ranked: {'; '.join(listed)}."] if listed else []


def _trained(table: ComparisonTable) -> list[str]:
    """Who was trained on what, where no column says it: methods by their training data."""
    on: dict[str, list[str]] = {}
    for row in table.rows:
        if row.trained_on and not row.reported and row.trained_on.casefold() not in UNTRAINED:
            on.setdefault(row.trained_on, []).append(row.title)
    listed = [f"on {what}: {', '.join(names)}" for what, names in on.items()]
    return [f"Trained {'; '.join(listed)}."] if listed else []


def _counts(note: str) -> bool:
    """Whether a note counts pairs and references."""
    return note.endswith((" references.", " reference.")) and " of " in note
