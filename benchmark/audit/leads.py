"""Whether the data can tell a table's best method from the next: interval of their difference and adjusted p. numpy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.audit.matching import AuditedCell
from benchmark.audit.meanings import Subset
from benchmark.audit.premises import TableProtocol
from benchmark.audit.scores import Floats, ScoreFile, plain
from benchmark.audit.values import PAIRS
from benchmark.statistics import significance
from benchmark.statistics.design import Table, make_design
from benchmark.statistics.inference import compute, infer
from benchmark.statistics.intervals import choose
from benchmark.statistics.measures import Correlations
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.settings import StatisticsSettings

TESTED = ("srcc", "plcc", "krcc")
_REFERENCE = re.compile(r"ref|source|src|scene|original|gt|content|hr", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lead:
    """The best and the next of a column.

    Attributes:
        best, next: their cells.
        difference: of the magnitudes, in the statistic's unit.
        low, high: its interval.
        p_value, p_adjusted: two-sided; adjusted over the columns of the table (Holm).
        clusters: of resampled references; 0 where pairs were resampled.
    """

    best: AuditedCell
    next: AuditedCell
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    clusters: int

    @property
    def text(self) -> str:
        """For people."""
        told = "can tell" if self.p_adjusted < 0.05 else "can't tell"
        return (
            f"{self.best.name}: the data {told} it from {self.next.method}: difference {_shown(self.difference)} "
            f"({_shown(self.low)} to {_shown(self.high)}), adjusted p {self.p_adjusted:.3g}"
        )


def _shown(value: float) -> str:
    """Four digits, and never a zero with a sign."""
    return f"{round(value, 4) + 0.0:.4f}"


def reference_column(file: ScoreFile, wanted: str = "") -> str:
    """The column of references: the one asked for, or the one whose name says so; empty where there is none."""
    if wanted:
        return wanted if wanted in file.groupings else ""
    fitting = [name for name in file.groupings if _REFERENCE.search(name) and len(file.groupings[name]) > 2]
    exact = [name for name in fitting if plain(name).startswith("ref")]
    return (exact or fitting or [""])[0]


def leads(
    cells: Sequence[AuditedCell],
    computed: dict[int, float],
    protocol: TableProtocol,
    settings: StatisticsSettings,
    reference: str = "",
) -> list[Lead]:
    """Compare the best of each column with the next, by the values that the scores give.

    Args:
        cells: that can be computed.
        computed: their values, by identity.
        protocol: the table's.
        settings: replicates, confidence and seed.
        reference: the column of references; empty to find it.
    """
    columns: dict[tuple[int, str, str], list[AuditedCell]] = {}
    for cell in cells:
        basis = protocol.bases.get(cell.subset.name)
        plain_value = protocol.choices[cell.statistic].variant in {"raw", "mid-ranks", "tau-b"}
        known = np.isfinite(computed[id(cell)])
        if known and cell.statistic in TESTED and basis is not None and basis.averaging == PAIRS and plain_value:
            columns.setdefault((cell.printed.table, cell.subset.name, cell.statistic), []).append(cell)
    found = []
    for own in columns.values():
        ranked = sorted(own, key=lambda cell: -abs(computed[id(cell)]))
        rivals = [cell for cell in ranked[1:] if cell.column != ranked[0].column]
        if rivals:
            found.append(_lead(ranked[0], rivals[0], protocol, settings, reference))
    told = [lead for lead in found if lead is not None]
    adjusted = significance.holm(np.array([lead.p_value for lead in told], dtype=float))
    return [replace(lead, p_adjusted=float(value)) for lead, value in zip(told, adjusted, strict=True)]


def _lead(
    best: AuditedCell, other: AuditedCell, protocol: TableProtocol, settings: StatisticsSettings, reference: str
) -> Lead | None:
    table = _table(best.subset, protocol.bases[best.subset.name].label, (best.column, other.column), reference)
    if table is None:
        return None
    design = make_design(table)
    measure = Correlations(design, krcc=best.statistic == "krcc")
    kind = choose(settings.interval, table.n_clusters)
    values = compute(measure, Resamples(table.n_clusters, settings.replicates, (settings.seed,)), kind)
    (family,) = infer(measure, values, kind, settings, names=[best.statistic])
    pair = (family.magnitudes or family.differences)[0]
    turn = 1.0
    if not family.magnitudes and family.estimates[0].value < 0:
        turn = -1.0
    low, high = sorted((turn * pair.low, turn * pair.high))
    grouped = table.n_clusters < len(table.labels)
    return Lead(
        best, other, turn * pair.value, low, high, pair.p_value, pair.p_value, table.n_clusters if grouped else 0
    )


def _table(subset: Subset, label: str, columns: tuple[str, str], reference: str) -> Table | None:
    file, rows = subset.file, subset.rows
    if file is None or rows is None:
        return None
    labels = file.numbers[label][rows]
    scores = np.array([file.numbers[column][rows] for column in columns])
    known = np.isfinite(labels) & np.isfinite(scores).all(axis=0)
    if known.sum() < 4:
        return None
    heading = reference_column(file, reference)
    names = file.names[heading][rows][known] if heading else np.arange(int(known.sum())).astype(str)
    names = np.char.lower(names)  # TID2013 names its references in both cases
    entries, clusters = np.unique(names, return_inverse=True)
    if len(entries) < 3:
        entries, clusters = np.arange(int(known.sum())), np.arange(int(known.sum()))
    unknown: Floats = np.full(int(known.sum()), np.nan)
    return Table(
        labels=labels[known],
        scores=scores[:, known],
        clusters=clusters.astype(np.int64),
        n_clusters=len(entries),
        references=clusters.astype(np.int64),
        conditions=np.full(len(clusters), -1, dtype=np.int64),
        label_sd=unknown,
        observers=unknown,
    )
