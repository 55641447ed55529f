"""Statistics of image quality assessment as pure functions on arrays: numpy, scipy and numba only, no files, no state.

docs/protocol.md explains each number. Names are resolved on first use, so that importing one doesn't import the others.

===================  ==================================================================================================
correlation          SRCC, PLCC, KRCC of two arrays
mapping              logistic curves from scores to labels
resampling           resamples as counts over clusters
rounding             which values are equal up to rounding
weighted             the correlations of many resamples at once (``rank_kernels``)
design               tables with missing scores: which columns on which pairs
measures             correlations as functions of counts, at each level; ``mapped`` and ``discrimination`` likewise
inference            estimates with intervals, differences with tests (``intervals``, ``significance``)
equivalence          whether a difference lies inside a margin
random_effects       several data sets pooled (``set_effects``), their ranks compared (``friedman``)
power                planning: which difference can be detected with how many references
coverage             simulations that check all of this
settings             the options
vocabulary           words that the tables carry to reports: reversed, not tested, a magnitude
===================  ==================================================================================================
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.statistics.correlation import krcc, plcc, srcc
    from benchmark.statistics.design import Design, Table, make_design
    from benchmark.statistics.differences import Difference
    from benchmark.statistics.discrimination import Discrimination
    from benchmark.statistics.inference import Estimate, Family, compute, infer
    from benchmark.statistics.intervals import Interval, interval
    from benchmark.statistics.mapped import Mapped
    from benchmark.statistics.mapping import Mapping, fit, mapped_plcc
    from benchmark.statistics.measures import Correlations, System, WithinReference
    from benchmark.statistics.power import Power, simulate_power, smallest_difference
    from benchmark.statistics.rank_uncertainty import probability_best, rank_intervals, with_best
    from benchmark.statistics.resampling import Resamples, draw_counts, leave_one_out
    from benchmark.statistics.settings import StatisticsSettings
    from benchmark.statistics.significance import bootstrap_p, f_test, holm, max_t, meng, steiger, williams
    from benchmark.statistics.weighted import ScoreColumns, weighted_plcc, weighted_ranks

_HOMES = {
    "correlation": ("krcc", "plcc", "srcc"),
    "design": ("Design", "Table", "make_design"),
    "discrimination": ("Discrimination",),
    "differences": ("Difference",),
    "inference": ("Estimate", "Family", "compute", "infer"),
    "intervals": ("Interval", "interval"),
    "mapped": ("Mapped",),
    "mapping": ("Mapping", "fit", "mapped_plcc"),
    "measures": ("Correlations", "System", "WithinReference"),
    "power": ("Power", "simulate_power", "smallest_difference"),
    "rank_uncertainty": ("probability_best", "rank_intervals", "with_best"),
    "resampling": ("Resamples", "draw_counts", "leave_one_out"),
    "settings": ("StatisticsSettings",),
    "significance": ("bootstrap_p", "f_test", "holm", "max_t", "meng", "steiger", "williams"),
    "weighted": ("ScoreColumns", "weighted_plcc", "weighted_ranks"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Correlations",
    "Design",
    "Difference",
    "Discrimination",
    "Estimate",
    "Family",
    "Interval",
    "Mapped",
    "Mapping",
    "Power",
    "Resamples",
    "ScoreColumns",
    "StatisticsSettings",
    "System",
    "Table",
    "WithinReference",
    "bootstrap_p",
    "compute",
    "draw_counts",
    "f_test",
    "fit",
    "holm",
    "infer",
    "interval",
    "krcc",
    "leave_one_out",
    "make_design",
    "mapped_plcc",
    "max_t",
    "meng",
    "plcc",
    "probability_best",
    "rank_intervals",
    "simulate_power",
    "smallest_difference",
    "srcc",
    "steiger",
    "weighted_plcc",
    "weighted_ranks",
    "williams",
    "with_best",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'benchmark.statistics' has no attribute {name!r}")
    return getattr(import_module(f"benchmark.statistics.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
