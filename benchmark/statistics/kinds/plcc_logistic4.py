"""PLCC after a four-parameter logistic mapping (VQEG)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="plcc_logistic4",
    title="PLCC (4-par.)",
    meaning="Pearson's correlation after a four-parameter logistic mapping",
    place=40,
    levels=frozenset({"pair"}),
    scale="fisher",
    correlation=True,
    ceiling="plcc",
    fitted_sign=True,
    usual=True,
)
