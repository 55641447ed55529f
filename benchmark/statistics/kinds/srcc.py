"""SRCC: Spearman's rank correlation."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="srcc",
    title="SRCC",
    meaning="Spearman's rank correlation",
    place=10,
    levels=frozenset({"pair", "condition", "range", "reference", "system"}),
    scale="fisher",
    correlation=True,
    ceiling="srcc",
    turns=True,
    effective=1.5,
    explained=False,
    usual=True,
)
