"""PLCC after a five-parameter logistic mapping (Sheikh, Sabir and Bovik 2006)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="plcc_logistic5",
    title="PLCC (5-par.)",
    meaning="Pearson's correlation after a five-parameter logistic mapping",
    place=50,
    levels=frozenset({"pair"}),
    scale="fisher",
    correlation=True,
    ceiling="plcc",
    fitted_sign=True,
)
