"""RMSE after the four-parameter logistic mapping, in standard errors of the labels (JPEG AIC)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="z_rmse",
    title="Z-RMSE",
    meaning="root mean squared error after the four-parameter mapping, each error in standard errors of its label",
    place=65,
    levels=frozenset({"pair"}),
    scale="log",
    higher_is_better=False,
    needs="label intervals",
)
