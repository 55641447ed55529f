"""Share of differing pairs whose better image is recognised (Krasula et al. 2016)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="cc_0",
    title="Right signs",
    meaning="share of differing pairs whose better one is told rightly",
    place=100,
    levels=frozenset({"pair", "choice"}),
    scale="logit",
    needs="opinions",
)
