"""How statistics are computed: one frozen record, checked on creation. Imports nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Resample = Literal["cluster", "pair", "cluster+observer"]
IntervalKind = Literal["auto", "percentile", "bca", "jackknife"]
Multiplicity = Literal["max-t", "holm", "none"]
MappingResamples = Literal["refit", "once"]
Comparisons = Literal["auto", "all", "best"]
LiteratureTest = Literal["steiger", "williams", "meng", "f-test"]

MOST_COMPARED = 60
"""Most methods of which every two are compared by default: 1,770 pairs; nobody reads a table or figure of more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsSettings:
    """The choices behind intervals and tests (docs/protocol.md).

    Attributes:
        replicates: number of bootstrap resamples.
        resample: ``cluster`` draws references (or patients) with all their pairs; ``pair`` draws single pairs;
            ``cluster+observer`` draws references and, independently, observers, of whose votes labels are made anew.
        interval: ``auto`` is the percentile interval from 1,000 clusters on and the jackknife with Student's t below;
            where that is impossible, percentiles from 30 clusters on.
        confidence: of the intervals, in (0.5, 1); a difference is significant below ``1 - confidence``.
        multiplicity: correction over all pairs of methods of one family.
        family: statistics whose differences are corrected together; every other statistic is a family of its own.
        seed: of the resampling; the same seed gives the same numbers, whatever the number of threads.
        mapping_resamples: ``refit`` fits the logistic again in every resample, ``once`` keeps the curve of all pairs.
        tests: further tests from the literature, which assume independent pairs.
        comparisons: ``all`` compares every two methods; ``best`` the best of each statistic, and the baseline, with all
            others; ``auto`` is ``all`` up to 60 methods.
        baseline: label of a method that is compared with all others too; empty for none.
        subsets: conditions taken together, by a name of their own.
        ranges: into how many ranges of labels pairs are divided for statistics of each; 0 for none.
        equivalence: margin below which a difference does not matter, one for all correlations and shares, or by
            statistic; ``None`` for none.
        noise_ceiling: whether the correlation is computed that the labels' noise allows.
        threads: for the kernels; 0 means as many as there are processors.
    """

    replicates: int = 10_000
    resample: Resample = "cluster"
    interval: IntervalKind = "auto"
    confidence: float = 0.95
    multiplicity: Multiplicity = "max-t"
    family: tuple[str, ...] = ()
    seed: int = 0
    mapping_resamples: MappingResamples = "refit"
    tests: tuple[LiteratureTest, ...] = ()
    comparisons: Comparisons = "auto"
    baseline: str = ""
    subsets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ranges: int = 0
    noise_ceiling: bool = False
    threads: int = 0
    equivalence: float | Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        if self.replicates < 1:
            raise ValueError(f"replicates must be at least 1, not {self.replicates}")
        if not 0.5 < self.confidence < 1:
            raise ValueError(f"confidence must lie between 0.5 and 1, not {self.confidence}")
        margins = self.equivalence.values() if isinstance(self.equivalence, Mapping) else [self.equivalence]
        if any(margin is not None and not margin > 0 for margin in margins):
            raise ValueError(f"equivalence must be above 0, not {self.equivalence}")
        if self.by_observer and self.interval == "bca":
            raise ValueError(f"interval: bca has no form for two factors ({self.resample}); take auto or percentile")

    @property
    def by_observer(self) -> bool:
        """Whether observers are drawn as well as clusters."""
        return self.resample == "cluster+observer"

    def limited(self, methods: int) -> bool:
        """Whether this many methods are compared with the best and the baseline only."""
        return self.comparisons == "best" or (self.comparisons == "auto" and methods > MOST_COMPARED)

    def margin(self, statistic: str, *, on_a_common_scale: bool) -> float:
        """A statistic's margin of equivalence; 0 for none.

        Args:
            statistic: its name.
            on_a_common_scale: whether a single number is meant for it too, as for correlations and shares, but not for
                errors in the labels' units.
        """
        if isinstance(self.equivalence, Mapping):
            return self.equivalence.get(statistic, 0.0)
        return self.equivalence if self.equivalence is not None and on_a_common_scale else 0.0

    @property
    def alpha(self) -> float:
        """The level of the tests: ``1 - confidence``."""
        return 1.0 - self.confidence
