"""An audit from beginning to end: a printed file and scores in, a verdict for each number out. No files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from benchmark.audit import chance, explain, leads, marks, matching
from benchmark.audit.chance import ChanceMatches
from benchmark.audit.layout import take_apart
from benchmark.audit.leads import Lead
from benchmark.audit.looks import Explanation, Known
from benchmark.audit.marks import MarkFault
from benchmark.audit.matching import AuditedCell, Matching
from benchmark.audit.meanings import Wishes
from benchmark.audit.numbers import alike, rougher, shortened
from benchmark.audit.premises import TableProtocol, agrees_with, value
from benchmark.audit.printed_table import PrintedFile
from benchmark.audit.scores import Rows, ScoreFile, check_groups
from benchmark.audit.search import Alternative, Search, candidate_labels
from benchmark.audit.values import ScoreValues, deviation_column
from benchmark.core.errors import UserError
from benchmark.statistics.settings import StatisticsSettings

Verdict = Literal["follows", "fewer-digits", "differs", "not-computable"]
Answer = Literal["reproduced", "in part", "not reproduced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What the user asks for.

    Attributes:
        labels: columns that may be the label; empty for all.
        wishes: groups and names.
        lower_better: columns of scores whose direction is down; given at all, signs may be oriented by it.
        splits: rows of each test part, by data set.
        reference: column of references, which are resampled for intervals.
        tables: numbers of the tables; empty for all.
        statistics: replicates, confidence and seed.
    """

    labels: Sequence[str] = ()
    wishes: Wishes = field(default_factory=Wishes)
    lower_better: Sequence[str] = ()
    splits: Mapping[str, Sequence[Rows]] = field(default_factory=dict)
    reference: str = ""
    tables: Sequence[int] = ()
    statistics: StatisticsSettings = field(default_factory=lambda: StatisticsSettings(replicates=2000))


@dataclass(frozen=True, eq=False)
class JudgedNumber:
    """One number with its verdict.

    Attributes:
        cell: the number and what it is.
        computed: what it would be in the unit of the table; NaN where it can't be computed.
        verdict: the contract's word.
        protocol: the choices behind it, in words; empty where it can't be computed.
        explanations: of one that differs.
        reason: why it can't be computed, or at how many digits it follows.
        right: what should stand there, printed alike; empty where nothing should change.
    """

    cell: AuditedCell
    computed: float
    verdict: Verdict
    protocol: str = ""
    explanations: tuple[Explanation, ...] = ()
    reason: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """A finished audit.

    Attributes:
        printed: the file of tables.
        matching: what the numbers are.
        judged: every number that is, or should be, a statistic.
        protocol: that most cells follow; ``None`` where nothing can be computed.
        chance: what chance gives.
        alternatives: labels by the number of cells that follow, the best first.
        hints: names of columns that explain the numbers of a row without a match.
        meanings: what marks stand for.
        faults: marks that stand wrongly.
        leads: best against next of each column.
        files: the scores.
    """

    printed: PrintedFile
    matching: Matching
    judged: tuple[JudgedNumber, ...]
    protocol: TableProtocol | None
    chance: ChanceMatches | None
    alternatives: tuple[Alternative, ...]
    hints: tuple[str, ...]
    meanings: Mapping[str, str]
    faults: tuple[MarkFault, ...]
    leads: tuple[Lead, ...]
    files: tuple[ScoreFile, ...]

    @property
    def counts(self) -> Counter[str]:
        """Numbers by verdict."""
        return Counter(item.verdict for item in self.judged)

    @property
    def computable(self) -> int:
        """Numbers that can be computed."""
        return len(self.judged) - self.counts["not-computable"]

    @property
    def answer(self) -> Answer:
        """Whether the table follows from the scores, and more than chance would give."""
        follow = self.counts["follows"]
        if self.chance is None or follow <= self.chance.most or self.chance.p_value > chance.RARELY:
            return "not reproduced"
        return "reproduced" if self.counts["differs"] == 0 else "in part"

    @property
    def status(self) -> int:
        """The exit status: 0 every number that can be computed follows, 3 some do not, 2 none can be computed."""
        if not self.computable:
            return 2
        return 3 if self.counts["differs"] else 0


def conduct(printed: PrintedFile, files: Sequence[ScoreFile], asked: AuditRequest) -> Audit:
    """Audit the tables of a file.

    Raises:
        UserError: a group, name or label that was asked for does not exist, or the tables hold no number.
    """
    check_groups(asked.wishes.groups, files)
    tables = [table for table in printed.tables if not asked.tables or table.number in asked.tables]
    if not tables:
        raise UserError(f"--table {asked.tables[0]}: {printed.name} has {len(printed.tables)} table(s)")
    layouts = [(table.number, take_apart(table)) for table in tables]
    if not any(layout.numbers for _, layout in layouts):
        raise UserError(f"{printed.name}: no table in it has numbers")
    found = matching.match(layouts, files, asked.wishes)
    values = ScoreValues(asked.splits)
    cells = [cell for cell in found.cells if not cell.why and not _not_given(cell, asked)]
    labels = candidate_labels(cells, files, asked.labels)
    if not cells:
        judged = tuple(
            JudgedNumber(cell, float("nan"), "not-computable", reason=cell.why or _not_given(cell, asked))
            for cell in found.cells
        )
        meanings, faults = marks.check(found.cells)
        return Audit(printed, found, judged, None, None, (), (), meanings, tuple(faults), (), tuple(files))
    search = Search(cells, values, labels, bool(asked.splits), _directions(files, asked))
    protocol = search.best()
    computed = {id(cell): value(cell, protocol, values) for cell in cells}
    judged = _judge(found.cells, computed, protocol, values, labels, files, asked)
    follow = sum(1 for item in judged if item.verdict == "follows")
    every = list(dict.fromkeys(label for own in labels.values() for label in own))
    rng = np.random.default_rng(asked.statistics.seed)
    by_chance = chance.estimate(cells, protocol, values, every, follow, rng)
    meanings, faults = marks.check(found.cells)
    told = leads.leads(cells, computed, protocol, asked.statistics, asked.reference)
    hints = _hints(found.cells, protocol, values, files)
    alternatives = tuple(search.alternatives(protocol))
    return Audit(
        printed,
        found,
        judged,
        protocol,
        by_chance,
        alternatives,
        hints,
        meanings,
        tuple(faults),
        tuple(told),
        tuple(files),
    )


def _not_given(cell: AuditedCell, asked: AuditRequest) -> str:
    """Why a cell whose names all match can't be computed all the same."""
    if (
        cell.statistic == "outlier_ratio"
        and cell.subset.file is not None
        and deviation_column(cell.subset.file) is None
    ):
        return f"{cell.subset.file.name} has no column of standard deviations, which the outlier ratio needs"
    return ""


def _directions(files: Sequence[ScoreFile], asked: AuditRequest) -> dict[str, int]:
    """+1 or -1 of each column, if any direction was given.

    Raises:
        UserError: a column that was named does not exist.
    """
    if not asked.lower_better:
        return {}
    lower = set()
    for name in asked.lower_better:
        columns = [column for file in files if (column := file.column(name)) is not None]
        if not columns:
            raise UserError(f"--lower-better {name!r}: no file of scores has such a column")
        lower |= set(columns)
    return {name: -1 if name in lower else 1 for file in files for name in file.numbers}


def _judge(
    cells: Sequence[AuditedCell],
    computed: dict[int, float],
    protocol: TableProtocol,
    values: ScoreValues,
    labels: Mapping[str, Sequence[str]],
    files: Sequence[ScoreFile],
    asked: AuditRequest,
) -> tuple[JudgedNumber, ...]:
    finite = {key: number for key, number in computed.items() if np.isfinite(number)}
    known = Known(cells, finite, protocol, values, labels, files)
    wrong = [
        cell
        for cell in cells
        if id(cell) in finite and not known.follows(cell) and not _rougher(cell, finite, protocol)
    ]
    explained = explain.explain_all(wrong, known)
    judged = []
    for cell in cells:
        if id(cell) not in finite:
            reason = (
                cell.why
                or _not_given(cell, asked)
                or "undefined for these scores: too few or equal values, or no curve fits"
            )
            judged.append(JudgedNumber(cell, float("nan"), "not-computable", reason=reason))
            continue
        number, words = finite[id(cell)], protocol.of(cell)
        right = alike(number, cell.printed.number, protocol.digits_of(cell), protocol.cut)
        fewer = _rougher(cell, finite, protocol)
        if known.follows(cell):
            judged.append(JudgedNumber(cell, number, "follows", words))
        elif fewer is not None:
            judged.append(
                JudgedNumber(
                    cell,
                    number,
                    "fewer-digits",
                    words,
                    reason=f"follows at {fewer} digits",
                    right=right,
                )
            )
        else:
            judged.append(JudgedNumber(cell, number, "differs", words, tuple(explained[id(cell)]), right=right))
    return tuple(judged)


def _rougher(cell: AuditedCell, computed: Mapping[int, float], protocol: TableProtocol) -> int | None:
    """At how many digits a cell follows, if fewer than its table has: zeros put on, or digits left out."""
    number, usual = cell.printed.number, protocol.digits_of(cell)
    if id(cell) not in computed:
        return None
    if number.digits < usual and number.digits >= 2:
        own = agrees_at(computed[id(cell)], cell, number.digits, protocol)
        if own:
            return number.digits
    return rougher(computed[id(cell)], number.value, max(usual, number.digits), protocol.cut)


def agrees_at(computed: float, cell: AuditedCell, digits: int, protocol: TableProtocol) -> bool:
    """Whether a value agrees with a cell at so many digits."""
    return shortened(computed, digits, protocol.cut) == shortened(cell.printed.number.value, digits)


def _hints(
    cells: Sequence[AuditedCell], protocol: TableProtocol, values: ScoreValues, files: Sequence[ScoreFile]
) -> tuple[str, ...]:
    """For methods without a match: the column of scores that explains their numbers, if one does."""
    hints = []
    for method in dict.fromkeys(cell.method for cell in cells if not cell.column and cell.method):
        own = [
            cell
            for cell in cells
            if cell.method == method
            and not cell.column
            and cell.statistic in protocol.choices
            and cell.subset.name in protocol.bases
        ]
        used = {cell.column for cell in cells}
        best, hits = "", 0
        for column in dict.fromkeys(name for file in files for name in file.numbers if name not in used):
            count = sum(
                1
                for cell in own
                if cell.subset.file is not None
                and column in cell.subset.file.numbers
                and (cell.printed.table, cell.statistic) in protocol.digits
                and agrees_with(cell, value(replace(cell, column=column), protocol, values), protocol)
            )
            if count > hits:
                best, hits = column, count
        if hits >= max(2, len(own) / 2):
            hints.append(f'column {best} gives {hits} of the {len(own)} numbers of {method}: --map "{method}={best}"')
    return tuple(hints)
