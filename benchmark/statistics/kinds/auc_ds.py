"""Area under the curve for separating different from similar pairs (Krasula et al. 2016)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="auc_ds",
    title="AUC (diff./sim.)",
    meaning="area under the curve, different against similar pairs",
    place=80,
    levels=frozenset({"pair", "choice"}),
    scale="logit",
    needs="opinions",
)
