"""How often are methods called equivalent that are not, and how often those that are? Simulated studies, as Markdown tables.

    python -m benchmark.statistics.coverage_equivalence [--studies 1000] [--replicates 200] [--seed 1]

The tables stand in docs/protocol.md. Model: ``simulated``, in which the true SRCC of each method is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from benchmark.statistics.design import make_design
from benchmark.statistics.equivalence import EQUIVALENT, verdict
from benchmark.statistics.inference import Family, compute, infer
from benchmark.statistics.intervals import Kind, choose
from benchmark.statistics.measures import Correlations
from benchmark.statistics.resampling import Resamples
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.simulated import Model, pearson_for_srcc, simulate
from benchmark.statistics.simulation_options import print_report

BEST = 0.80
"""SRCC of the best method."""
AT_THE_MARGIN = ((20, 0.10), (60, 0.05), (60, 0.10), (300, 0.02), (300, 0.05))
"""References and margins of the studies of two methods."""
POWER = ((60, 0.5, 0.05), (60, 0.5, 0.10), (300, 0.5, 0.02), (300, 0.5, 0.03), (300, 0.5, 0.05), (300, 0.9, 0.02))
"""References, share of the noise that both methods have in common, and margins of the studies of two equal methods."""


def called_equivalent(
    model: Model, values: Sequence[float], settings: StatisticsSettings, studies: int, seed: int
) -> tuple[float, float]:
    """How often methods are called equivalent by SRCC: those that differ by the margin or more, and all.

    Args:
        model: the studies' size and structure.
        values: true SRCC of each method.
        settings: with a margin.
        studies: their number.
        seed: of all draws.

    Returns:
        Share of studies in which it is said of any pair that differs by the margin or more; mean share of all pairs of
        which it is said.
    """
    rng = np.random.default_rng(seed)
    margin = settings.margin("srcc", on_a_common_scale=True)
    any_false, shares = 0, []
    for _ in range(studies):
        family = _srcc(model, values, settings, rng)
        said = []
        for item in family.differences:
            apart = abs(values[item.versus.first] - values[item.versus.second])
            words = verdict(
                item.value,
                item.inner_low,
                item.inner_high,
                margin,
                significant=item.p_adjusted < settings.alpha,
                higher_is_better=True,
            )
            said.append((apart >= margin * (1 - 1e-9), words == EQUIVALENT))
        any_false += any(differs and same for differs, same in said)
        shares.append(np.mean([same for _, same in said]))
    return any_false / studies, float(np.mean(shares))


def _srcc(model: Model, values: Sequence[float], settings: StatisticsSettings, rng: np.random.Generator) -> Family:
    """The SRCCs of one study with their differences."""
    table = simulate(model, [pearson_for_srcc(value) for value in values], rng)
    measure = Correlations(make_design(table), krcc=False, threads=settings.threads)
    kind = choose(settings.interval, table.n_clusters)
    resamples = Resamples(table.n_clusters, settings.replicates, (int(rng.integers(2**32)),))
    (family,) = infer(measure, compute(measure, resamples, kind), kind, settings, names=["srcc"])
    return family


def report(studies: int, settings: StatisticsSettings, seed: int) -> Iterator[str]:
    """The tables, line by line, as they are computed."""
    yield f"{studies:,} studies a row, {settings.replicates:,} resamples, seed {seed}."
    yield ""
    yield "| references x conditions | margin | methods, SRCC | called equivalent at a true difference of the margin |"
    yield "| --- | --- | --- | --- |"
    for references, margin in AT_THE_MARGIN:
        model, two = Model(references=references, conditions=6), (BEST, BEST - margin)
        share, _ = called_equivalent(model, two, replace(settings, equivalence=margin), studies, seed)
        yield f"| {references} x 6 | {margin:.2f} | two: {BEST:.2f} and {BEST - margin:.2f} | {share:.1%} |"
    kinds: tuple[Kind, ...] = ("jackknife", "percentile")
    for kind in kinds:
        references, margin = 60, 0.10
        model, six = Model(references=references, conditions=6), [BEST, BEST - margin] * 3
        chosen = replace(settings, equivalence=margin, interval=kind)
        share, _ = called_equivalent(model, six, chosen, studies, seed + 1)
        words = f"six: three of {BEST:.2f}, three of {BEST - margin:.2f}; any of 9 pairs; {kind}"
        yield f"| {references} x 6 | {margin:.2f} | {words} | {share:.1%} |"
    yield ""
    yield "| references x conditions | noise in common | margin | two equal methods, SRCC 0.80: called equivalent |"
    yield "| --- | --- | --- | --- |"
    for references, common, margin in POWER:
        model = Model(references=references, conditions=6, common_noise=common)
        _, power = called_equivalent(model, (BEST, BEST), replace(settings, equivalence=margin), studies, seed + 2)
        yield f"| {references} x 6 | {common:.0%} | {margin:.2f} | {power:.1%} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    return print_report("benchmark.statistics.coverage_equivalence", __doc__, report, arguments, replicates=200)


if __name__ == "__main__":
    raise SystemExit(main())
