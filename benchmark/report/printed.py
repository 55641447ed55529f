"""A comparison table as it is printed, before any format: cells with their marks, rows in groups, notes.

``table`` builds it; the files in ``formats`` and ``page`` print it.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.config.printing import TableConfig
from benchmark.report import naming
from benchmark.report.blocks import TableEstimate
from benchmark.report.spec import Column

NOT_RANKED = "Not ranked"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number as it is printed.

    Attributes:
        estimate: value and interval (without sign where the table prints magnitudes).
        place: 1 for the best of its column, 2 for the second, 3 for the third where that is marked, else 0.
        marks: footnote marks.
        untested: the note that its difference from the best was not tested, else empty.
        written: the value as a paper prints it, used instead; empty for measured values.
    """

    estimate: TableEstimate
    place: int = 0
    marks: tuple[str, ...] = ()
    untested: str = ""
    written: str = ""

    def text(self, digits: int, minus: str = "-") -> str:
        """The printed value; empty where there is none."""
        if self.written:
            return self.written.replace("-", minus)
        return naming.number(self.estimate.value, digits, minus=minus)

    def beside(self, spec: TableConfig, minus: str = "-") -> str:
        """What is printed beside the value: its interval, or its spread over partitions; empty where there is none."""
        low, high = (naming.number(end, spec.digits, minus=minus) for end in (self.estimate.low, self.estimate.high))
        if not spec.with_interval:
            sd = naming.number(self.estimate.sd, spec.digits)
            ends = f"({low} to {high})" if low and high else ""
            return {"none": "", "sd": f"± {sd}" if sd else "", "range": ends, "quartiles": ends}[spec.spread]
        return f"[{low}, {high}]" if spec.shows_interval and self.estimate.has_interval else ""


NO_VALUE = Cell(TableEstimate(float("nan")))


@dataclass(frozen=True, slots=True)
class Row:
    """One method, or its published values.

    Attributes:
        label: the method's label.
        title: the printed name.
        arrow: its declared direction; empty for published values.
        trained_on: its training data, as declared.
        counts: pairs and references; empty where they are the same for all rows.
        cells: one cell per column.
        marks: footnote marks.
        reported: whether the values are published rather than measured.
        options: in a table of variants, the value of each of its options, as a configuration has it; else empty.
    """

    label: str
    title: str
    arrow: str
    trained_on: str
    counts: str
    cells: tuple[Cell, ...]
    marks: tuple[str, ...] = ()
    reported: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under a heading, which may be empty."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """A table with everything that is printed.

    Attributes:
        spec: its entry in the configuration.
        caption: the full caption.
        columns: the columns of cells.
        groups: groups of rows; rows that are not ranked are in the last group.
        notes: sentences below the table.
        footnotes: marks and what they mean.
        options: in a table of variants, the options that have a column; else empty.
    """

    spec: TableConfig
    caption: str
    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    notes: tuple[str, ...]
    footnotes: tuple[tuple[str, str], ...]
    options: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Row]:
        """All rows, from top to bottom."""
        return [row for group in self.groups for row in group.rows]

    @property
    def option_headings(self) -> tuple[str, ...]:
        """The headings of the columns of options."""
        return tuple(name.replace("_", " ") for name in self.options)

    @property
    def has_counts(self) -> bool:
        """Whether rows are computed from different pairs."""
        return any(row.counts for row in self.rows)

    @property
    def has_training(self) -> bool:
        """Whether any method states its training data."""
        return self.spec.trained_on is not False and any(row.trained_on for row in self.rows)
