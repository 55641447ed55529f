"""Area under the curve for separating better from worse pairs (Krasula et al. 2016)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="auc_bw",
    title="AUC (better/worse)",
    meaning="area under the curve, better against worse",
    place=90,
    levels=frozenset({"pair", "choice"}),
    scale="logit",
    needs="opinions",
)
