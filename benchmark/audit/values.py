"""What the scores give: any statistic of any column against any label, on any rows, in the variants that papers print.

numpy, scipy. Nothing here knows what a table prints. Correlations are signed as score against label, as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmark.audit.meanings import Subset
from benchmark.audit.scores import Floats, Rows, ScoreFile, plain
from benchmark.statistics.correlation import midranks, plcc, srcc
from benchmark.statistics.mapping import Mapping as Curve
from benchmark.statistics.mapping import fit

PAIRS = "pairs"
MEAN_BY, WITHIN = "mean by ", "within "
SPLITS = ("median of splits", "mean of splits")
VARIANTS: Mapping[str, tuple[str, ...]] = {
    "srcc": ("mid-ranks", "order"),
    "plcc": ("raw", "logistic4", "logistic5", "cubic"),
    "krcc": ("tau-b", "tau-a", "tau-c"),
    "pair_accuracy": ("all pairs", "choices"),
    **{
        name: tuple(
            f"{curve}, {scale}"
            for scale in ("label", "label 0 to 1", "label 0 to 100", "label standardised", "score")
            for curve in ("logistic4", "logistic5", "cubic", "linear", "raw")
            if not (curve == "raw" and scale in {"label standardised", "score"})
        )
        for name in ("rmse", "mae")
    },
    "outlier_ratio": tuple(
        f"{curve}, {factor:g} SD"
        for factor in (2.0, 1.96, 1.0)
        for curve in ("logistic4", "logistic5", "cubic", "linear")
    ),
}
"""The variants of each statistic, the usual one first."""
FEWEST = 3
"""Pairs below which nothing is computed."""


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a group's numbers rest.

    Attributes:
        label: the column of labels.
        averaging: ``pairs`` as they are; ``mean by COLUMN`` (scores and labels averaged first, one pair for each entry);
            ``within COLUMN`` (the statistic of each entry's pairs, averaged); ``median of splits``, ``mean of splits``;
            ``direct average`` and ``weighted average`` of other groups.
        reversed: whether the label runs the other way (100 - MOS).
    """

    label: str
    averaging: str = PAIRS
    reversed: bool = False

    def __str__(self) -> str:
        parts = [f"label {self.label}" if self.label else "", "" if self.averaging == PAIRS else self.averaging]
        return ", ".join([*filter(None, parts), *(["label reversed"] if self.reversed else [])])


class ScoreValues:
    """Computes and remembers values.

    Args:
        splits: for each file's name, the rows of each test part.
    """

    def __init__(self, splits: Mapping[str, Sequence[Rows]] | None = None) -> None:
        self._splits = splits or {}
        self._known: dict[tuple[object, ...], float] = {}
        self._tables: dict[tuple[object, ...], Mapping[str, Floats]] = {}

    def value(self, subset: Subset, basis: Basis, column: str, statistic: str, variant: str) -> float:
        """A statistic of one column of scores; NaN where undefined. Of the label as it is, whatever ``basis.reversed``."""
        file, rows = subset.file, subset.rows
        if file is None or rows is None or column not in file.numbers or basis.label not in file.numbers:
            return float("nan")
        key = (file.name, rows.tobytes(), basis.label, basis.averaging, column, statistic, variant)
        if key not in self._known:
            self._known[key] = self._compute(file, rows, basis, column, statistic, variant)
        return self._known[key]

    def _compute(self, file: ScoreFile, rows: Rows, basis: Basis, column: str, statistic: str, variant: str) -> float:
        how = basis.averaging
        if how in SPLITS:
            parts = [rows & part for part in self._splits.get(file.name, ())]
            values = [self._of_rows(file, part, basis.label, column, statistic, variant) for part in parts]
            known = [value for value in values if np.isfinite(value)]
            middle: Callable[[Sequence[float]], np.floating] = np.median if how.startswith("median") else np.mean
            return float(middle(known)) if known and len(known) == len(values) else float("nan")
        if how.startswith(WITHIN):
            entries = file.groupings[how.removeprefix(WITHIN)]
            values = [
                self._of_rows(file, rows & entry, basis.label, column, statistic, variant) for entry in entries.values()
            ]
            known = [value for value in values if np.isfinite(value)]
            return float(np.mean(known)) if known else float("nan")
        if statistic == "outlier_ratio":
            return _outliers(file, rows, basis, column, variant)
        if statistic == "pair_accuracy" and file.choices != (variant == "choices"):
            return float("nan")
        scores, labels = self._pair(file, rows, how, column, basis.label)
        return _statistic(scores, labels, statistic, variant)

    def _of_rows(self, file: ScoreFile, rows: Rows, label: str, column: str, statistic: str, variant: str) -> float:
        scores, labels = _finite(file.numbers[column][rows], file.numbers[label][rows])
        return _statistic(scores, labels, statistic, variant)

    def _pair(self, file: ScoreFile, rows: Rows, averaging: str, column: str, label: str) -> tuple[Floats, Floats]:
        table = self.table(file, rows, averaging)
        return _finite(table[column], table[label])

    def table(self, file: ScoreFile, rows: Rows, averaging: str) -> Mapping[str, Floats]:
        """The columns of numbers on some rows, averaged first where asked; for ``pairs`` and ``mean by COLUMN``."""
        key = (file.name, rows.tobytes(), averaging)
        if key not in self._tables:
            if averaging == PAIRS:
                made = {name: values[rows] for name, values in file.numbers.items()}
            else:
                made = _averaged(file, rows, averaging.removeprefix(MEAN_BY))
            self._tables[key] = made
        return self._tables[key]

    def correlations(self, subset: Subset, averaging: str, labels: Sequence[str], columns: Sequence[str]) -> None:
        """Compute SRCC and raw PLCC of many labels and columns at once, and remember them."""
        file, rows = subset.file, subset.rows
        if file is None or rows is None or averaging.startswith(WITHIN) or averaging in SPLITS:
            return
        table = self.table(file, rows, averaging)
        whole = [name for name in {*labels, *columns} if name in table and np.isfinite(table[name]).all()]
        if not whole or len(table[whole[0]]) < FEWEST:
            return
        values = np.array([table[name] for name in whole])
        ranks = np.array([midranks(row) for row in values])
        for statistic, variant, part in (("plcc", "raw", values), ("srcc", "mid-ranks", ranks)):
            unit = unit_rows(part)
            matrix = np.clip(unit @ unit.T, -1, 1)
            place = {name: at for at, name in enumerate(whole)}
            for label in labels:
                for column in columns:
                    if label in place and column in place:
                        key = (file.name, rows.tobytes(), label, averaging, column, statistic, variant)
                        self._known[key] = float(matrix[place[label], place[column]])


def _averaged(file: ScoreFile, rows: Rows, heading: str) -> dict[str, Floats]:
    entries = [mask & rows for mask in file.groupings[heading].values()]
    kept = [mask for mask in entries if mask.any()]
    return {name: np.array([values[mask].mean() for mask in kept]) for name, values in file.numbers.items()}


def _finite(scores: Floats, labels: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(scores) & np.isfinite(labels)
    return (scores, labels) if known.all() else (scores[known], labels[known])


def unit_rows(values: Floats) -> Floats:
    """Each row less its mean, of length one, so that products of rows are Pearson correlations; NaN where it is constant."""
    deviation = values - values.mean(axis=1, keepdims=True)
    scale = np.abs(deviation).max(axis=1, keepdims=True)
    flat = scale[:, 0] <= 1e-12 * np.maximum(1e-300, np.abs(values).max(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = deviation / scale
        unit = deviation / np.sqrt((deviation**2).sum(axis=1, keepdims=True))
    unit[flat] = np.nan
    return np.asarray(unit)


def _statistic(scores: Floats, labels: Floats, statistic: str, variant: str) -> float:
    if len(scores) < FEWEST or np.ptp(scores) == 0 or np.ptp(labels) == 0:
        return float("nan")
    return _STATISTICS[statistic](scores, labels, variant)


def _srcc(scores: Floats, labels: Floats, variant: str) -> float:
    if variant == "mid-ranks":
        return srcc(scores, labels)
    first, second = (np.argsort(np.argsort(values, kind="stable")).astype(float) for values in (scores, labels))
    return plcc(first, second)


def _krcc(scores: Floats, labels: Floats, variant: str) -> float:
    n = len(scores)
    if variant == "tau-c":
        return float(stats.kendalltau(scores, labels, method="asymptotic", variant="c").statistic)
    value = float(stats.kendalltau(scores, labels, method="asymptotic").statistic)
    if variant == "tau-b":
        return value
    untied = [
        n * (n - 1) / 2 - sum(count * (count - 1) / 2 for count in np.unique(part, return_counts=True)[1])
        for part in (scores, labels)
    ]
    return float(value * np.sqrt(untied[0] * untied[1]) / (n * (n - 1) / 2))


def _pair_accuracy(scores: Floats, labels: Floats, variant: str) -> float:
    """Share of pairs with different labels that scores order alike, ties of scores counting one half.

    Of choices it is the mean share of the votes that agree with the method (Zhang et al., CVPR 2018).
    """
    if variant == "choices":
        if labels.min() < 0 or labels.max() > 1:
            return float("nan")
        return float(np.mean(np.where(scores > 0, labels, np.where(scores < 0, 1 - labels, 0.5))))
    n = len(scores)
    untied_labels = n * (n - 1) / 2 - sum(c * (c - 1) / 2 for c in np.unique(labels, return_counts=True)[1])
    tau_a = _krcc(scores, labels, "tau-a")
    return float((tau_a * n * (n - 1) / 2 / untied_labels + 1) / 2)


def _plcc(scores: Floats, labels: Floats, variant: str) -> float:
    if variant == "raw":
        return plcc(scores, labels)
    predicted = _mapped(scores, labels, variant)
    return float("nan") if predicted is None or np.ptp(predicted) == 0 else abs(plcc(predicted, labels))


def _mapped(scores: Floats, labels: Floats, curve: str) -> Floats | None:
    """Scores mapped to labels by least squares; ``None`` where no curve can be fitted."""
    if curve in {"logistic4", "logistic5"}:
        fitted: Curve | None = fit(scores, labels, 4 if curve == "logistic4" else 5)
        return None if fitted is None or not fitted.converged else fitted.predict(scores)
    degree = 3 if curve == "cubic" else 1
    if len(np.unique(scores)) <= degree:
        return None
    standard = (scores - scores.mean()) / scores.std()
    return np.asarray(np.polyval(np.polyfit(standard, labels, degree), standard))


def _errors(scores: Floats, labels: Floats, variant: str) -> Floats | None:
    """Errors of mapped scores in the unit that a variant names."""
    curve, _, scale = variant.partition(", ")
    if scale == "score":
        scores, labels = labels, scores
    elif scale == "label standardised":
        labels = (labels - labels.mean()) / labels.std(ddof=1)
    elif scale.startswith("label 0"):
        labels = (labels - labels.min()) / np.ptp(labels) * float(scale.split()[-1])
    mapped = scores if curve == "raw" else _mapped(scores, labels, curve)
    return None if mapped is None else mapped - labels


def _rmse(scores: Floats, labels: Floats, variant: str) -> float:
    errors = _errors(scores, labels, variant)
    return float("nan") if errors is None else float(np.sqrt(np.mean(errors**2)))


def _mae(scores: Floats, labels: Floats, variant: str) -> float:
    errors = _errors(scores, labels, variant)
    return float("nan") if errors is None else float(np.mean(np.abs(errors)))


def deviation_column(file: ScoreFile) -> str | None:
    """The column that holds the labels' standard deviations, by its name."""
    return next((name for name in file.numbers if plain(name) in _DEVIATIONS), None)


_DEVIATIONS = frozenset(
    [
        "sd",
        "std",
        "stddev",
        "stdev",
        "standarddeviation",
        "mosstd",
        "mossd",
        "dmosstd",
        "dmossd",
        "stdmos",
        "sdmos",
        "labelstd",
    ]
)


def _outliers(file: ScoreFile, rows: Rows, basis: Basis, column: str, variant: str) -> float:
    """Share of pairs whose error is larger than so many standard deviations of the label."""
    heading = deviation_column(file)
    if heading is None or basis.averaging != PAIRS:
        return float("nan")
    curve, _, factor = variant.partition(", ")
    scores, labels, spread = (file.numbers[name][rows] for name in (column, basis.label, heading))
    known = np.isfinite(scores) & np.isfinite(labels) & np.isfinite(spread)
    if known.sum() < FEWEST or np.ptp(scores[known]) == 0:
        return float("nan")
    mapped = _mapped(scores[known], labels[known], curve)
    if mapped is None:
        return float("nan")
    return float(np.mean(np.abs(mapped - labels[known]) > float(factor.split()[0]) * spread[known]))


_STATISTICS: Mapping[str, Callable[[Floats, Floats, str], float]] = {
    "srcc": _srcc,
    "plcc": _plcc,
    "krcc": _krcc,
    "rmse": _rmse,
    "mae": _mae,
    "pair_accuracy": _pair_accuracy,
}
