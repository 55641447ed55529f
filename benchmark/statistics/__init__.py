"""Statistics of image quality assessment as pure functions on arrays: numpy and scipy only, no files, no state.

``correlation`` (SRCC, PLCC, KRCC), ``mapping`` (logistic), ``weighted`` (the same for many resamples at once), ``intervals``
and ``significance`` (what resamples say), ``settings``. What each number means: docs/protocol.md.
"""

from benchmark.statistics.correlation import krcc, plcc, srcc
from benchmark.statistics.intervals import Interval, interval
from benchmark.statistics.mapping import Mapping, fit, mapped_plcc
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import holm, max_t, two_sided_p
from benchmark.statistics.weighted import leave_one_out_counts, replicate, resample_counts

__all__ = [
    "Interval",
    "Mapping",
    "StatisticsSettings",
    "fit",
    "holm",
    "interval",
    "krcc",
    "leave_one_out_counts",
    "mapped_plcc",
    "max_t",
    "plcc",
    "replicate",
    "resample_counts",
    "srcc",
    "two_sided_p",
]
