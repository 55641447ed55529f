"""KRCC: Kendall's tau-b."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="krcc",
    title="KRCC",
    meaning="Kendall's tau-b",
    place=30,
    levels=frozenset({"pair", "condition", "range", "reference", "system"}),
    scale="fisher",
    correlation=True,
    ceiling="krcc",
    turns=True,
    explained=False,
    usual=True,
)
