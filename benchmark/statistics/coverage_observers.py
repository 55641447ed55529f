"""Do intervals that draw observers too cover, and does the noise ceiling hold? Simulated studies with known answers.

    python -m benchmark.statistics.coverage_observers [--studies 400] [--replicates 400] [--seed 1]

The tables stand in docs/protocol.md. Model: each observer sees all images. A vote is the image's quality, plus how much this
observer likes images of its condition (a taste, common to all photographs), plus noise of its own. Two methods know the
quality equally well. The true values are those of ever new photographs and panels of as many observers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmark.statistics.crossed import compute_crossed
from benchmark.statistics.design import Table, make_design
from benchmark.statistics.differences import Values
from benchmark.statistics.inference import Family, infer
from benchmark.statistics.measures import Correlations
from benchmark.statistics.noise_ceiling import CORRELATIONS, NoisyLabels, ceilings
from benchmark.statistics.relabelled import relabelled
from benchmark.statistics.resampling import FloatArray, Resamples
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.votes import opinions

METHODS = (0.85, 0.85)
MANY = 1000
"""Studies of which the expected correlation is the mean."""
SCHEMES = ("cluster, jackknife", "cluster+observer, jackknife", "cluster+observer, percentile")


@dataclass(frozen=True, slots=True, kw_only=True)
class VotingPanel:
    """A simulated study with votes.

    Attributes:
        references: number of photographs.
        conditions: number of images per photograph.
        observers: number of observers.
        taste: standard deviation of an observer's liking of a condition; that of the quality is 1.
        noise: standard deviation of a single vote around it.
    """

    references: int
    conditions: int = 6
    observers: int
    taste: float = 0.5
    noise: float = 1.0


@dataclass(frozen=True, slots=True)
class VotedStudy:
    """A study as it is drawn: the table, and the true quality of its images."""

    table: Table
    quality: FloatArray


def simulate_votes(panel: VotingPanel, rng: np.random.Generator) -> VotedStudy:
    """Draw a study with votes; half of the variance of quality, and of the methods' noise, is common to a reference."""
    n = panel.references * panel.conditions
    references, conditions = np.divmod(np.arange(n), panel.conditions)

    def normal() -> FloatArray:
        shared, own = rng.standard_normal(panel.references)[references], rng.standard_normal(n)
        return np.asarray(np.sqrt(0.5) * shared + np.sqrt(0.5) * own)

    quality = normal()
    tastes = panel.taste * rng.standard_normal((panel.observers, panel.conditions))
    votes = quality + tastes[:, conditions] + panel.noise * rng.standard_normal((panel.observers, n))
    scores = np.stack([r * quality + np.sqrt(1 - r * r) * normal() for r in METHODS])
    said = opinions(votes)
    table = Table(
        labels=said.mean,
        scores=scores,
        clusters=references,
        n_clusters=panel.references,
        references=references,
        conditions=conditions,
        label_sd=said.spread,
        observers=said.count,
        votes=votes,
    )
    return VotedStudy(table, quality)


def truth(panel: VotingPanel, rng: np.random.Generator, studies: int = 200, references: int = 400) -> dict[str, float]:
    """The mean correlations of a method with the labels of ever new panels, over very many photographs."""
    large = replace(panel, references=references)
    sums = np.zeros(3)
    for _ in range(studies):
        design = make_design(simulate_votes(large, rng).table, ())
        sums += Correlations(design)(np.ones((1, references)))[0].mean(axis=1)
    return dict(zip(Correlations.names, (sums / studies).tolist(), strict=True))


def analyse(table: Table, replicates: int, seed: int) -> dict[str, list[Family]]:
    """Estimates and differences by each scheme."""
    measure = Correlations(make_design(table))
    again = relabelled(measure)
    assert again is not None
    assert table.votes is not None
    clusters = Resamples(table.n_clusters, replicates, (seed,))
    values = compute_crossed(measure, again, clusters, Resamples(len(table.votes), replicates, (seed, 1)))
    plain = Values(values.data, values.drawn, values.left_out)
    settings = StatisticsSettings(replicates=replicates, resample="cluster+observer", multiplicity="none")
    one, two, three = SCHEMES
    return {
        one: infer(measure, plain, "jackknife", settings),
        two: infer(measure, values, "jackknife", settings),
        three: infer(measure, values, "percentile", settings),
    }


def coverage(
    panel: VotingPanel, studies: int, replicates: int, seed: int
) -> dict[tuple[str, str], tuple[float, float]]:
    """By scheme and statistic (and ``difference`` of SRCC): share of intervals with the true value, mean width."""
    rng = np.random.default_rng(seed)
    true = {**truth(panel, rng), "difference": 0.0}
    found: dict[tuple[str, str], list[tuple[bool, float]]] = {}
    for number in range(studies):
        for scheme, families in analyse(simulate_votes(panel, rng).table, replicates, number).items():
            ends = {family.statistic: (family.estimates[0].low, family.estimates[0].high) for family in families}
            gap = families[0].differences[0]
            for name, (low, high) in {**ends, "difference": (gap.low, gap.high)}.items():
                found.setdefault((scheme, name), []).append((low <= true[name] <= high, high - low))
    return {key: (float(np.mean([a for a, _ in of])), float(np.mean([b for _, b in of]))) for key, of in found.items()}


@dataclass(frozen=True, slots=True)
class Held:
    """How often the ceiling's interval holds the correlation of a perfect method with noisy labels.

    Attributes:
        drawn: with the labels of the very study.
        expected: the mean of ever new studies of this size.
    """

    drawn: float
    expected: float


def ceiling_coverage(panel: VotingPanel, studies: int, seed: int, *, threads: int = 0) -> dict[str, Held]:
    """By statistic, how often the noise ceiling's interval holds the correlation of the true quality with the labels."""
    rng = np.random.default_rng(seed)
    panel = replace(panel, taste=0.0)
    expected = np.mean([_reached(simulate_votes(panel, rng)) for _ in range(MANY)], axis=0)
    reached, ends = np.empty((studies, 3)), np.empty((studies, 3, 2))
    for number in range(studies):
        study = simulate_votes(panel, rng)
        table, reached[number] = study.table, _reached(study)
        noisy = NoisyLabels(table.labels, table.label_sd**2 / table.observers, table.clusters)
        found = ceilings(noisy, (seed, number), 0.95, threads=threads)
        ends[number] = [(item.low, item.high) for item in found]
    inside = [(ends[:, :, 0] <= value) & (value <= ends[:, :, 1]) for value in (reached, expected)]
    return {name: Held(*(float(item[:, at].mean()) for item in inside)) for at, name in enumerate(CORRELATIONS)}


def _reached(study: VotedStudy) -> FloatArray:
    """SRCC, PLCC and KRCC of the true quality with a study's labels, (3,)."""
    table = replace(study.table, scores=study.quality[None], votes=None)
    return Correlations(make_design(table, ()), threads=1)(np.ones((1, table.n_clusters)))[0, :, 0]


def lines(studies: int, replicates: int, seed: int) -> Iterator[str]:
    """Both tables as Markdown."""
    names = (*Correlations.names, "difference")
    yield "| references × conditions, observers | taste | drawn, interval | SRCC | PLCC | KRCC | difference of SRCC |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for panel in (
        VotingPanel(references=20, observers=15),
        VotingPanel(references=20, observers=47),
        VotingPanel(references=60, observers=15),
        VotingPanel(references=60, observers=15, taste=0.0),
        VotingPanel(references=40, observers=6, taste=2.0),
    ):
        found = coverage(panel, studies, replicates, seed)
        place = f"{panel.references} × {panel.conditions}, {panel.observers}"
        for scheme in SCHEMES:
            cells = " | ".join(f"{found[scheme, name][0]:.1%} ({found[scheme, name][1]:.3f})" for name in names)
            yield f"| {place} | {panel.taste:g} | {scheme} | {cells} |"
    yield ""
    yield "| references × conditions, observers | noise of a vote | SRCC | PLCC | KRCC |"
    yield "| --- | --- | --- | --- | --- |"
    for panel in (
        VotingPanel(references=20, observers=15),
        VotingPanel(references=30, conditions=4, observers=15, noise=1.5),
        VotingPanel(references=60, conditions=1, observers=15, noise=1.5),
    ):
        held = ceiling_coverage(panel, studies, seed)
        cells = " | ".join(f"{held[name].drawn:.1%}, {held[name].expected:.1%}" for name in ("srcc", "plcc", "krcc"))
        yield f"| {panel.references} × {panel.conditions}, {panel.observers} | {panel.noise:g} | {cells} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    for line in lines(given.studies, given.replicates, given.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
