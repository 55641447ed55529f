"""Plain tables of text, for what needs no ranking and no marks, such as the efficiency table; ``grid_latex`` sets them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from benchmark.report.text import csv_cell, markdown


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of text.

    Attributes:
        name: file name without extension.
        caption: the full caption.
        header: one text per column.
        rows: texts, empty where unknown; the first column is a name, the others are numbers.
        notes: sentences below.
    """

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def to_csv(self) -> str:
        """Header and rows."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([csv_cell(text) for text in self.header])
        writer.writerows([csv_cell(row[0]), *row[1:]] for row in self.rows)
        return file.getvalue()

    def to_markdown(self) -> str:
        """Caption, table, notes."""
        lines = [self.header, [":---"] + ["---:"] * (len(self.header) - 1)]
        cells = [[markdown(text) or "–" for text in row] for row in self.rows]
        table = [f"| {' | '.join(line)} |" for line in [[markdown(text) for text in lines[0]], lines[1], *cells]]
        notes = [f"- {markdown(note)}" for note in self.notes]
        return "\n".join([f"**{markdown(self.caption)}**", "", *table, *([""] if notes else []), *notes]) + "\n"
