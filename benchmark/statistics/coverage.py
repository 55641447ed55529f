"""Do the intervals cover, do the tests hold their level? Simulated studies with known answers, as Markdown tables.

    python -m benchmark.statistics.coverage [--studies 1000] [--replicates 1000] [--seed 1]

The tables stand in docs/protocol.md. Model: ``simulated``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.design import Table, make_design
from benchmark.statistics.inference import Family, compute, infer, joint
from benchmark.statistics.intervals import Kind, choose
from benchmark.statistics.measures import Correlations
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.simulated import Model, simulate, true_values
from benchmark.statistics.simulation_options import print_report

STATISTICS = ("srcc", "plcc", "krcc")
TWO_METHODS = (0.85, 0.75)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a study is analysed."""

    resample: str
    kind: Kind


SCHEMES = (
    Scheme("cluster", "percentile"),
    Scheme("cluster", "bca"),
    Scheme("cluster", "jackknife"),
    Scheme("pair", "percentile"),
    Scheme("pair", "bca"),
)


def coverage(
    model: Model, scheme: Scheme, settings: StatisticsSettings, studies: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Share of 95 % intervals that contain the true value, and mean width, per statistic and for the SRCCs' difference."""
    rng = np.random.default_rng(seed)
    truth = [true_values(r) for r in TWO_METHODS]
    ends: dict[str, list[tuple[float, float, float]]] = {name: [] for name in (*STATISTICS, "difference")}
    for _ in range(studies):
        families = analyse(simulate(model, TWO_METHODS, rng), scheme, settings, rng)
        for family in families:
            first = family.estimates[0]
            ends[family.statistic].append((first.low, first.high, truth[0][family.statistic]))
        gap = families[0].differences[0]
        ends["difference"].append((gap.low, gap.high, truth[0]["srcc"] - truth[1]["srcc"]))
    covered = {}
    for name, rows in ends.items():
        low, high, true = np.array(rows).T
        covered[name] = (float(((low <= true) & (true <= high)).mean()), float(np.nanmean(high - low)))
    return covered


def false_findings(
    model: Model, scheme: Scheme, settings: StatisticsSettings, methods: int, studies: int, seed: int
) -> tuple[float, float]:
    """Among equal methods: share of p < 0.05 for one difference, and of studies with any adjusted p < 0.05.

    Of SRCC, or of all statistics in ``settings.family``.
    """
    rng = np.random.default_rng(seed)
    single, family_wise = 0, 0
    members = settings.family or ("srcc",)
    for _ in range(studies):
        families = analyse(simulate(model, [0.8] * methods, rng), scheme, settings, rng)
        differences = [item for family in families if family.statistic in members for item in family.differences]
        single += differences[0].p_value < settings.alpha
        family_wise += any(item.p_adjusted < settings.alpha for item in differences)
    return single / studies, family_wise / studies


def detected(model: Model, scheme: Scheme, settings: StatisticsSettings, studies: int, seed: int) -> float:
    """Share of the 28 differences of KRCC found among eight methods with r from .89 down to .68 in steps of .03."""
    rng = np.random.default_rng(seed)
    rs = [0.89 - 0.03 * step for step in range(8)]
    shares = []
    for _ in range(studies):
        differences = analyse(simulate(model, rs, rng), scheme, settings, rng)[2].differences
        shares.append(np.mean([item.p_adjusted < settings.alpha for item in differences]))
    return float(np.mean(shares))


def found_best(
    model: Model, scheme: Scheme, settings: StatisticsSettings, studies: int, seed: int
) -> tuple[float, float]:
    """One method at r = .89 among 23 at .70: share of its 23 differences detected, and of studies that detect all."""
    rng = np.random.default_rng(seed)
    shares = []
    for _ in range(studies):
        differences = analyse(simulate(model, [0.89] + [0.70] * 23, rng), scheme, settings, rng)[0].differences
        shares.append(np.mean([item.p_adjusted < settings.alpha for item in differences[:23]]))
    return float(np.mean(shares)), float(np.mean(np.array(shares) == 1.0))


def analyse(table: Table, scheme: Scheme, settings: StatisticsSettings, rng: np.random.Generator) -> list[Family]:
    """The correlations of one study with their intervals and differences."""
    if scheme.resample == "pair":
        table = replace(table, clusters=np.arange(len(table.labels)), n_clusters=len(table.labels))
    measure = Correlations(make_design(table), threads=settings.threads)
    resamples = Resamples(table.n_clusters, settings.replicates, (int(rng.integers(2**32)),))
    return joint(infer(measure, compute(measure, resamples, scheme.kind), scheme.kind, settings), settings)


def report(studies: int, settings: StatisticsSettings, seed: int) -> Iterator[str]:
    """The tables, line by line, as they are computed."""
    yield f"{studies:,} studies a row, {settings.replicates:,} resamples, seed {seed}; width in brackets."
    yield ""
    yield "| references x conditions | resampled | interval | SRCC | PLCC | KRCC | difference of SRCC |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for references in (10, 20, 60, 300):
        model = Model(references=references, conditions=6)
        for scheme in SCHEMES:
            covered = coverage(model, scheme, settings, studies, seed)
            cells = " | ".join(f"{share:.1%} ({width:.3f})" for share, width in covered.values())
            yield f"| {references} x 6 | {scheme.resample} | {scheme.kind} | {cells} |"
    yield ""
    yield "| references x conditions | test | family | equal methods | p < .05, one difference | any adjusted p < .05 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for references in (10, 20, 40, 300):
        model = Model(references=references, conditions=6)
        kind = choose("auto", references)
        for family, methods in (((), 2), ((), 8), (STATISTICS, 8)):
            together = replace(settings, family=family)
            single, any_one = false_findings(model, Scheme("cluster", kind), together, methods, studies, seed + 1)
            words = ", ".join(find(name).title for name in family or STATISTICS[:1])
            yield f"| {references} x 6 | {kind}, max-T | {words} | {methods} | {single:.1%} | {any_one:.1%} |"
    yield ""
    yield "| references x conditions | eight methods, r = .89 to .68, KRCC | found by Holm | found by max-T |"
    yield "| --- | --- | --- | --- |"
    for references in (12, 20, 40):
        model, kind = Model(references=references, conditions=6), choose("auto", references)
        by_holm, by_max_t = (
            detected(
                model, Scheme("cluster", kind), replace(settings, multiplicity=how), max(studies // 2, 1), seed + 3
            )
            for how in ("holm", "max-t")
        )
        yield f"| {references} x 6 | {kind} | {by_holm:.1%} | {by_max_t:.1%} |"
    yield ""
    yield "| references x conditions | one method at r = .89 among 23 at .70 | found, of 23 | all 23 found |"
    yield "| --- | --- | --- | --- |"
    for references in (60, 300):
        model, kind = Model(references=references, conditions=6), choose("auto", references)
        share, every = found_best(model, Scheme("cluster", kind), settings, max(studies // 10, 1), seed + 2)
        yield f"| {references} x 6 | {kind}, max-T | {share:.1%} | {every:.1%} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    return print_report("benchmark.statistics.coverage", __doc__, report, arguments, replicates=1000)


if __name__ == "__main__":
    raise SystemExit(main())
