"""Share of pairs of one reference that are ordered correctly."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="pairs_ordered",
    title="Pairs ordered",
    meaning="share of a reference's label-distinct pairs that are ordered rightly",
    place=110,
    levels=frozenset({"reference"}),
    scale="logit",
)
