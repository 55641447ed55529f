"""Share of choices in which a method prefers the same image as the majority of the observers."""

from benchmark.statistics.catalogue import Statistic

STATISTIC = Statistic(
    name="accuracy_majority",
    title="Majority",
    meaning="share of choices with a majority in which the method prefers the majority's image; a tie counts one half",
    place=72,
    levels=frozenset({"choice"}),
    scale="logit",
    usual=True,
)
