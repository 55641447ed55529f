r"""All notes of a comparison table as LaTeX, for ``\input`` below it or in a supplement: what short notes leave out."""

from __future__ import annotations

from benchmark.report import booktabs
from benchmark.report.formats import Format
from benchmark.report.formats.latex import full_notes, has_checks, marked_here, note_text
from benchmark.report.printed import ComparisonTable
from benchmark.report.short_notes import KEPT
from benchmark.report.text import latex


def to_notes(table: ComparisonTable) -> str:
    """The notes as a paragraph; of marks that the table does not show, the method and column that have them."""
    notes = full_notes(table) if table.spec.notes in ("full", "file") else _named(table)
    packages = [r"\usepackage{amssymb}"] if has_checks(table) else []
    return booktabs.notes_file(table.spec.name, notes, packages)


def _named(table: ComparisonTable) -> list[str]:
    """The notes with names in place of marks."""
    notes = []
    for mark, text in table.footnotes:
        where = [] if mark in KEPT and table.spec.notes == "short" else _places(table, mark)
        begin = f"{', '.join(where)}: " if where else f"{mark} "
        notes.append(f"{latex(begin + text, breakable=True)}.")
    return notes + [note_text(note, checks=has_checks(table)) for note in marked_here(table)]


def _places(table: ComparisonTable, mark: str) -> list[str]:
    """The methods, or their cells, that have a mark."""
    found = []
    for row in table.rows:
        cells = [column.heading for column, cell in zip(table.columns, row.cells, strict=True) if mark in cell.marks]
        if mark in row.marks:
            found.append(row.title)
        elif cells:
            found.append(f"{row.title} ({', '.join(cells)})")
    return found


FORMAT = Format("notes.tex", to_notes)
