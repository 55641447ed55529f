"""Makes the ranking of the page: for each data set one table a level, with its columns in groups and notes as marks.

Pure data: ``templates/ranking.html.j2`` prints it, ``templates/ranking.js`` sorts, filters and hides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmark.report import naming
from benchmark.report.blocks import Block, Numbers, Scope, TableEstimate
from benchmark.report.content import ReportData
from benchmark.report.footnotes import Footnotes
from benchmark.report.ranking import DIGITS, Standing, noun_of
from benchmark.report.text import latex, one_line
from benchmark.statistics.catalogue import find, names, usual

LEVELS = {
    "pair": "All pairs",
    "choice": "Choices",
    "condition": "By condition",
    "range": "By range of labels",
    "reference": "Within references",
    "system": "Means of conditions",
}
"""The tabs of a data set, in their order, by the level in ``summary.csv``."""
BY_GROUP = "By group of choices"
CORRELATIONS, ERRORS, DECISIONS = "Correlations", "Errors", "Decisions"


@dataclass(frozen=True, slots=True)
class RankedColumn:
    """A column of numbers.

    Attributes:
        key: unique in its table, for the CSV file.
        title, meaning: as printed and explained.
        group: the group of columns that the reader shows or hides.
        higher: whether a higher value means a better method; decides what comes first on a first click.
        shown: whether it is shown before the reader chooses.
        scope, statistic: where its numbers are.
    """

    key: str
    title: str
    meaning: str
    group: str
    higher: bool
    shown: bool
    scope: Scope
    statistic: str

    @property
    def first(self) -> str:
        """The order that puts the best first, as ``aria-sort`` calls it."""
        return "descending" if self.higher else "ascending"

    @property
    def tex(self) -> str:
        """The heading for LaTeX."""
        return latex(f"{self.title} {naming.arrow(self.higher)}")


@dataclass(frozen=True, slots=True)
class RankedCell:
    """A number as it is printed (empty where there is none), its interval, and the marks of its notes."""

    value: str = ""
    sort: str = ""
    low: str = ""
    high: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedRow:
    """A method: its standing, the number of its pairs, its cells, the marks of its notes, and the words that find it."""

    standing: Standing
    counted: int
    cells: tuple[RankedCell, ...]
    marks: tuple[str, ...]
    words: str

    @property
    def tex(self) -> str:
        """The method's name for LaTeX."""
        return latex(self.standing.method.title)


@dataclass(frozen=True, slots=True)
class RankedTable:
    """One level of one data set.

    Attributes:
        level: its name on its tab.
        noun: what is counted: pairs or choices.
        columns, rows: the methods in the order of their standing.
    """

    level: str
    noun: str
    columns: tuple[RankedColumn, ...]
    rows: tuple[RankedRow, ...]

    @property
    def counted(self) -> bool:
        """Whether it is known of how many pairs each row is."""
        return any(row.counted for row in self.rows)

    @property
    def groups(self) -> dict[str, list[int]]:
        """The places of the columns of each group."""
        found: dict[str, list[int]] = {}
        for place, column in enumerate(self.columns):
            found.setdefault(column.group, []).append(place)
        return found


@dataclass(slots=True)
class PageNotes:
    """The notes of all tables of the page; equal notes share a mark."""

    footnotes: Footnotes = field(default_factory=Footnotes)

    def marks(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The marks of texts; empty texts have none."""
        return tuple(dict.fromkeys(self.footnotes.mark(one_line(text)) for text in texts if text))

    @property
    def listed(self) -> dict[str, tuple[str, str]]:
        """The id of its element and the text, by mark."""
        every = self.footnotes.listed()
        return {mark: (f"note-{place}", text) for place, (mark, text) in enumerate(every, start=1)}


def ranked_tables(
    data: ReportData, numbers: Numbers, block: Block, order: Sequence[Standing], notes: PageNotes
) -> list[RankedTable]:
    """The tables of a data set, a level each; levels without a number are left out."""
    headline, _ = numbers.headline(block)
    labels = [method.label for method in data.methods]
    tables = []
    for level, words in LEVELS.items():
        every = [scope for scope in numbers.scopes(level) if scope.block == block]
        whole, parts = [scope for scope in every if not scope.condition], [scope for scope in every if scope.condition]
        named = [(words, whole), (BY_GROUP if level == "choice" else words, parts)]
        for title, scopes in named:
            columns = _columns(numbers, scopes, labels)
            if columns or (scopes == whole and level == headline.level):
                tables.append(_table(numbers, title, columns, order, headline, notes))
    return tables


def family(statistic: str) -> str:
    """The group of a statistic: correlations, errors (lower is better), or shares of right decisions and the like."""
    record = find(statistic)
    return CORRELATIONS if record.correlation else DECISIONS if record.higher_is_better else ERRORS


def _columns(numbers: Numbers, scopes: Sequence[Scope], labels: Sequence[str]) -> tuple[RankedColumn, ...]:
    """The columns that have a value: statistics in families, or parts (conditions …) in groups of one statistic."""
    known = [name for name in names() if name in numbers.statistics]
    found = []
    for statistic in known:
        for scope in scopes:
            values = [numbers.value(scope, label, statistic) for label in labels]
            if any(value == value for value in values):  # noqa: PLR0124 - NaN is unequal to itself
                found.append(_column(scope, statistic))
    families = list(dict.fromkeys(column.group for column in found))
    return tuple(sorted(found, key=lambda column: families.index(column.group)))


def _column(scope: Scope, statistic: str) -> RankedColumn:
    title, meaning = naming.title(statistic), naming.meaning(statistic)
    higher = naming.higher_is_better(statistic)
    if scope.condition:
        key = f"{scope.condition}: {statistic}"
        shown = statistic in ("srcc", "score_2afc")
        return RankedColumn(key, scope.condition, f"{title}: {meaning}", title, higher, shown, scope, statistic)
    shown = statistic in usual("choice" if scope.level == "choice" else "pair") or scope.level == "reference"
    return RankedColumn(statistic, title, meaning, family(statistic), higher, shown, scope, statistic)


def _table(
    numbers: Numbers,
    title: str,
    columns: tuple[RankedColumn, ...],
    order: Sequence[Standing],
    headline: Scope,
    notes: PageNotes,
) -> RankedTable:
    counted = columns[0] if columns else None
    rows = []
    for item in order:
        method = item.method
        of_method = [*method.marks, f"Not ranked: {item.reason}" if item.reason else ""]
        cells = tuple(
            _cell(numbers.get(column.scope, method.label, column.statistic), item, notes) for column in columns
        )
        words = (method.title, method.label, method.group, method.trained_on, *of_method)
        estimate = None if counted is None else numbers.get(counted.scope, method.label, counted.statistic)
        n = 0 if estimate is None or (counted is not None and counted.scope.condition) else estimate.n
        rows.append(RankedRow(item, n, cells, notes.marks(of_method), " ".join(words).casefold()))
    scope = counted.scope if counted is not None else headline
    return RankedTable(title, noun_of(scope), columns, tuple(rows))


def _cell(estimate: TableEstimate | None, item: Standing, notes: PageNotes) -> RankedCell:
    if estimate is None:
        return RankedCell()
    said = "" if estimate.note and item.reason.endswith(estimate.note) else estimate.note
    value, low, high = (
        naming.number(number, DIGITS, minus=naming.MINUS) for number in (estimate.value, estimate.low, estimate.high)
    )
    sort = f"{estimate.value:.9g}" if value else ""
    ends = (low, high) if estimate.has_interval else ("", "")
    return RankedCell(value, sort, *ends, notes.marks([said]))
