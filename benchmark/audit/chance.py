"""How many cells of a table would agree by chance, had its numbers nothing to do with the scores. numpy.

Few numbers and many protocols agree now and then. Two things without any relation are counted, each as often as
``DRAWS`` times, with the search for the best label done anew each time:

- permuted labels: the rows of all labels are shuffled together, so that no score knows them;
- displaced numbers: each printed number is moved by up to ``MOVED``, so that it is of that size, but of nothing.

The second matters where labels are alike and numbers have few digits; the more of the two counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.audit.matching import AuditedCell
from benchmark.audit.meanings import Subset
from benchmark.audit.premises import TableProtocol, value
from benchmark.audit.scores import Floats
from benchmark.audit.values import PAIRS, Basis, ScoreValues, unit_rows
from benchmark.statistics.correlation import midranks

DRAWS = 200
BLOCK = 8_000_000
"""Numbers that are shuffled at a time, which bounds memory."""
MOVED = 0.05
RARELY = 0.01
"""A table is called reproduced only where chance does as well in at most this share of draws."""
TAU_OF_RHO = 2.0 / 3.0
"""Of unrelated variables Kendall's tau is two thirds of Spearman's rho, the better the larger n is (Kendall 1948)."""


@dataclass(frozen=True, slots=True)
class ChanceMatches:
    """What chance gives.

    Attributes:
        mean: cells that agree on average, with the best label of each draw.
        most: cells that agree in all but ``RARELY`` of the draws.
        p_value: share of draws with at least as many cells as the table has.
        by_label: the mean of each label alone.
    """

    mean: float
    most: int
    p_value: float
    by_label: Mapping[str, float]


def estimate(
    cells: Sequence[AuditedCell],
    protocol: TableProtocol,
    values: ScoreValues,
    labels: Sequence[str],
    follow: int,
    rng: np.random.Generator,
) -> ChanceMatches:
    """Count agreements by chance.

    Args:
        cells: those that can be computed.
        protocol: that was found.
        values: the scores' side.
        labels: that were tried.
        follow: how many cells follow under the protocol.
        rng: for the draws.
    """
    permuted = _permuted(cells, protocol, values, labels, rng)
    displaced = _displaced(cells, protocol, values, labels, rng)
    best = np.array([counts.max(axis=0) for counts in (permuted, displaced) if counts.size])
    if not best.size:
        return ChanceMatches(0.0, 0, 1.0, {})
    worse = best[best.mean(axis=1).argmax()]
    by_label = {label: float(max(permuted[at].mean(), displaced[at].mean())) for at, label in enumerate(labels)}
    p_value = (1 + int((best >= follow).any(axis=0).sum())) / (1 + DRAWS)
    return ChanceMatches(float(worse.mean()), int(np.quantile(worse, 1 - RARELY, method="higher")), p_value, by_label)


def _agreeing(computed: Floats, printed: Floats | float, half: Floats | float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return np.abs(computed - printed) <= half


def _halves(cells: Sequence[AuditedCell], protocol: TableProtocol) -> Floats:
    digits = [max(protocol.digits_of(cell), cell.printed.number.digits) for cell in cells]
    return 0.5 * 10.0 ** -np.array(digits, dtype=float)


def _displaced(
    cells: Sequence[AuditedCell],
    protocol: TableProtocol,
    values: ScoreValues,
    labels: Sequence[str],
    rng: np.random.Generator,
) -> Floats:
    """(labels, draws) cells that agree when the printed numbers are moved."""
    printed = np.array([cell.printed.number.value for cell in cells])
    scale = np.array([protocol.choices[cell.statistic].scale for cell in cells], dtype=float)
    unit = np.where(np.abs(printed) > 2 * scale, np.abs(printed), scale)
    half = _halves(cells, protocol)
    steps = np.maximum(1, np.round(MOVED * unit / (2 * half))).astype(int)[:, None]
    moved = printed[:, None] + rng.integers(-steps, steps + 1, (len(cells), DRAWS)) * (2 * half)[:, None]
    counts = np.zeros((len(labels), DRAWS))
    for at, label in enumerate(labels):
        computed = np.array([_with_label(cell, protocol, values, label) for cell in cells])
        counts[at] = _agreeing(computed[:, None], moved, half[:, None]).sum(axis=0)
    return counts


def _with_label(cell: AuditedCell, protocol: TableProtocol, values: ScoreValues, label: str) -> float:
    basis = protocol.bases.get(cell.subset.name)
    file = cell.subset.file
    if basis is None or (file is not None and label not in file.numbers):
        return float("nan")
    if label != basis.label and cell.statistic not in {"srcc", "plcc"}:
        return float("nan")  # too slow for every label, and the others tell enough
    return value(cell, protocol.with_basis(cell.subset.name, Basis(label, basis.averaging, basis.reversed)), values)


def _permuted(
    cells: Sequence[AuditedCell],
    protocol: TableProtocol,
    values: ScoreValues,
    labels: Sequence[str],
    rng: np.random.Generator,
) -> Floats:
    """(labels, draws) cells that agree when the labels are permuted."""
    counts = np.zeros((len(labels), DRAWS))
    groups = {cell.subset.name: cell.subset for cell in cells}
    for name, subset in groups.items():
        own = [cell for cell in cells if cell.subset.name == name and cell.statistic in {"srcc", "plcc", "krcc"}]
        basis = protocol.bases.get(name)
        if own and basis is not None and subset.file is not None:
            counts += _group_permuted(own, subset, basis, protocol, values, labels, rng)
    return counts


def _group_permuted(
    cells: Sequence[AuditedCell],
    subset: Subset,
    basis: Basis,
    protocol: TableProtocol,
    values: ScoreValues,
    labels: Sequence[str],
    rng: np.random.Generator,
) -> Floats:
    assert subset.file is not None
    assert subset.rows is not None
    averaging = basis.averaging if basis.averaging.startswith("mean by ") else PAIRS
    table = values.table(subset.file, subset.rows, averaging)
    columns = list(dict.fromkeys(cell.column for cell in cells))
    own = [label for label in labels if label in table]
    raw = {
        name: np.nan_to_num(table[name], nan=float(np.nanmean(table[name])) if np.isfinite(table[name]).any() else 0.0)
        for name in {*columns, *own}
    }
    sides = {
        kind: (_units([change(raw[name]) for name in columns]), _units([change(raw[name]) for name in own]))
        for kind, change in (("plcc", lambda x: x), ("srcc", midranks))
    }
    n = len(next(iter(raw.values())))
    half, printed = _halves(cells, protocol), np.array([cell.printed.number.value for cell in cells])
    places = np.array([columns.index(cell.column) for cell in cells])
    kinds = [cell.statistic for cell in cells]
    counts = np.zeros((len(labels), DRAWS))
    where = np.array([labels.index(label) for label in own])
    for draws in np.array_split(np.arange(DRAWS), -(-DRAWS * len(columns) * n // BLOCK)):
        orders = [rng.permutation(n) for _ in draws]
        found = {kind: _shuffled(scores, orders) @ label.T for kind, (scores, label) in sides.items()}
        found["krcc"] = TAU_OF_RHO * found["srcc"]
        for at, kind, value_, width in zip(places, kinds, printed, half, strict=True):
            computed = _signed(found[kind][:, at], kind, basis, protocol)
            counts[np.ix_(where, draws)] += _agreeing(computed, value_, width).T
    return counts


def _shuffled(scores: Floats, orders: Sequence[np.ndarray]) -> Floats:
    """(draws, methods, n) scores in other orders: shuffling them is shuffling all labels."""
    return np.stack([scores[:, order] for order in orders])


def _signed(values: Floats, kind: str, basis: Basis, protocol: TableProtocol) -> Floats:
    choice = protocol.choices[kind]
    if choice.sign != "signed" or (kind == "plcc" and choice.variant != "raw"):
        return np.abs(values) * choice.scale
    return (-values if basis.reversed else values) * choice.scale


def _units(rows: Sequence[Floats]) -> Floats:
    """Unit rows; those that are constant are zero, so that they agree with nothing but zero."""
    return np.asarray(np.nan_to_num(unit_rows(np.array(rows)))) if rows else np.zeros((0, 1))
