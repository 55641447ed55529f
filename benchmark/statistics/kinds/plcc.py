"""PLCC: Pearson's correlation of raw scores and labels."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="plcc",
    title="PLCC",
    meaning="Pearson's correlation, without a mapping",
    place=20,
    levels=frozenset({"pair", "condition", "range", "system"}),
    scale="fisher",
    correlation=True,
    ceiling="plcc",
    turns=True,
    effective=1.0,
    far_values=True,
    explained=False,
    usual=True,
)
