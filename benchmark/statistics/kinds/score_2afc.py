"""2AFC score: agreement with observers who chose one of two images (Zhang et al. 2018)."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="score_2afc",
    title="2AFC",
    meaning="mean share of the observers who chose the image that the method prefers; a tie counts one half",
    place=71,
    levels=frozenset({"choice"}),
    scale="logit",
    usual=True,
)
