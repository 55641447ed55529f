"""Log-likelihood of the observers' votes under a logistic model of the score difference (Bradley and Terry 1952)."""

import math

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="log_likelihood",
    title="Log-lik.",
    meaning="mean log-likelihood of a vote (natural logarithm; -0.693 for chance) where the chance that the second image is "
    "chosen is a logistic function of the score difference, its slope fitted",
    place=73,
    levels=frozenset({"choice"}),
    usual=True,
    limits=(-math.log(2), 0.0),  # tossing a coin, which the slope 0 reaches; every vote foreseen
)
