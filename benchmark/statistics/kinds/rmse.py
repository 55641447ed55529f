"""RMSE after the four-parameter logistic mapping."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="rmse",
    title="RMSE",
    meaning="root mean squared error after the four-parameter logistic mapping",
    place=60,
    levels=frozenset({"pair"}),
    scale="log",
    higher_is_better=False,
    usual=True,
)
