"""Outlier ratio after the four-parameter logistic mapping (ITU-T P.1401)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="outlier_ratio",
    title="Outlier ratio",
    meaning="share of pairs whose error exceeds their label's 95 % interval",
    place=70,
    levels=frozenset({"pair"}),
    scale="logit",
    higher_is_better=False,
    needs="label intervals",
)
