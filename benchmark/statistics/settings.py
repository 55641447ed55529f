"""How correlations are resampled and compared: the options of all statistics in one place. Standard library only."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsSettings:
    """Options of the statistics.

    Attributes:
        replicates: bootstrap replicates.
        resample: what is drawn with replacement: clusters (references, or patients) or single pairs.
        interval: ``auto`` takes percentiles from 30 clusters on and the jackknife with Student's t below.
        confidence: of the intervals.
        multiplicity: correction over all pairs of methods.
        mapping_resamples: whether the logistic mapping is refitted in each resample or fitted once.
        seed: same seed, same resamples.
    """

    replicates: int = 10_000
    resample: Literal["cluster", "pair"] = "cluster"
    interval: Literal["auto", "percentile", "bca", "jackknife"] = "auto"
    confidence: float = 0.95
    multiplicity: Literal["max-t", "holm", "none"] = "max-t"
    mapping_resamples: Literal["refit", "once"] = "refit"
    seed: int = 0
