"""Does the corrected test hold its level among learners, and what do folds do to a pooled correlation? Markdown tables.

    python -m benchmark.statistics.coverage_trained [--studies 2000] [--seed 1]

The tables stand in docs/protocol.md. In every study two learners are trained anew in each partition. Each is a ridge
regression on features of its own, which know equally much of the labels: by symmetry the learners are equal in truth, while
in any one study one of them is ahead.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.correlation import srcc
from benchmark.statistics.partitioned import LabelLine, Pooled, Training, Within, fitted_line
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.significance import student_p
from benchmark.statistics.strata import estimates, strata_of
from benchmark.statistics.trained import corrected_t, ratio_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A simulated study of learners.

    Attributes:
        references: number of photographs.
        conditions: images of each.
        features: of each of the two learners.
        signal: how much of a label each learner's features explain, beside noise of variance 1.
        shared: share of the noise's variance that images of one reference have in common.
        penalty: of the ridge regressions.
        jitter: standard deviation of what a seed adds to the scores, of their own.
    """

    references: int
    conditions: int = 6
    features: int = 5
    signal: float = 1.0
    shared: float = 0.5
    penalty: float = 1.0
    jitter: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Splitting:
    """How a study is divided.

    Attributes:
        folds: so many folds; 0 for repeated splits.
        repeat: so many splits of their own.
        test: share of the references that a split tests.
        seeds: trainings a partition.
    """

    folds: int = 0
    repeat: int = 10
    test: float = 0.2
    seeds: int = 1

    @property
    def title(self) -> str:
        """In words."""
        division = f"{self.folds} folds" if self.folds else f"{self.repeat} splits, {self.test:.0%} tested"
        return f"{division}, {self.seeds} seed{'s' * (self.seeds > 1)}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Labels (n,), features of both learners (2, n, d), references (n,)."""

    labels: FloatArray
    features: FloatArray
    references: IntArray


def draw(lab: Lab, rng: np.random.Generator) -> Drawn:
    """Draw one study."""
    n = lab.references * lab.conditions
    references = np.repeat(np.arange(lab.references), lab.conditions)

    def clustered(*shape: int) -> FloatArray:
        common = rng.standard_normal((*shape, lab.references))[..., references]
        own = rng.standard_normal((*shape, n))
        return np.asarray(np.sqrt(lab.shared) * common + np.sqrt(1 - lab.shared) * own)

    features = np.moveaxis(clustered(2, lab.features), 1, 2)
    weights = np.full(lab.features, np.sqrt(lab.signal / lab.features))
    labels = (features @ weights).sum(axis=0) + clustered()
    return Drawn(labels, features, references)


def divisions(lab: Lab, scheme: Splitting, rng: np.random.Generator) -> list[IntArray]:
    """The tested references of each partition."""
    if scheme.folds:
        return [np.sort(part) for part in np.array_split(rng.permutation(lab.references), scheme.folds)]
    size = max(1, round(scheme.test * lab.references))
    return [rng.permutation(lab.references)[:size] for _ in range(scheme.repeat)]


def ridge(features: FloatArray, labels: FloatArray, penalty: float) -> tuple[FloatArray, float]:
    """Slopes and level of a ridge regression."""
    mean, level = features.mean(axis=0), float(labels.mean())
    x = features - mean
    slopes = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ (labels - level))
    return slopes, level - float(mean @ slopes)


def differences(lab: Lab, scheme: Splitting, rng: np.random.Generator, noise: float = -1.0) -> tuple[FloatArray, float]:
    """SRCC of the first learner less the second's in each partition, seeds averaged, and the ratio of tested to trained.

    ``noise`` from 0 on puts a scorer that does not learn in the second's place: the labels' true part of its features, with
    noise of this standard deviation.
    """
    study = draw(lab, rng)
    fixed = study.features[1].sum(axis=1) * np.sqrt(lab.signal / lab.features)
    fixed = fixed + max(noise, 0.0) * rng.standard_normal(len(fixed))
    found, sizes = [], []
    for tested in divisions(lab, scheme, rng):
        test = np.isin(study.references, tested)
        values = np.zeros(2)
        for place in range(2):
            if place == 1 and noise >= 0:
                values[1] = srcc(fixed[test], study.labels[test])
                continue
            slopes, level = ridge(study.features[place][~test], study.labels[~test], lab.penalty)
            scores = study.features[place][test] @ slopes + level
            each = [
                srcc(scores + lab.jitter * scores.std() * rng.standard_normal(len(scores)), study.labels[test])
                for _ in range(scheme.seeds)
            ]
            values[place] = np.mean(each)
        found.append(values[0] - values[1])
        sizes.append(len(tested))
    return np.array(found), ratio_of(sizes, [lab.references - size for size in sizes])


def false_findings(lab: Lab, scheme: Splitting, studies: int, seed: int, noise: float = -1.0) -> tuple[float, float]:
    """Share of studies of equal methods with p < .05: by the corrected test, and by the plain t test over partitions."""
    rng = np.random.default_rng(seed)
    corrected = plain = 0
    for _ in range(studies):
        found, ratio = differences(lab, scheme, rng, noise)
        corrected += corrected_t(found, ratio).p_value < 0.05
        error = float(found.std(ddof=1) / np.sqrt(len(found)))
        plain += student_p(float(found.mean()), error, len(found) - 1) < 0.05
    return corrected / studies, plain / studies


def calibrated(lab: Lab, scheme: Splitting, studies: int, seed: int) -> float:
    """The noise with which a scorer that does not learn is as good as the learner, by bisection on the same studies."""
    low, high = 0.0, 3.0
    for _ in range(12):
        middle = (low + high) / 2
        rng = np.random.default_rng(seed)
        mean = np.mean([differences(lab, scheme, rng, middle)[0].mean() for _ in range(studies)])
        low, high = (middle, high) if mean < 0 else (low, middle)
    return (low + high) / 2


def mean_learner(folds: int, references: int, studies: int, seed: int) -> dict[str, float]:
    """Mean SRCC of a learner that knows nothing: its training mean, plus next to no noise that breaks the ties.

    ``raw`` puts the folds' scores together as they are, which nobody should.
    """
    rng = np.random.default_rng(seed)
    lab = Lab(references=references)
    found: dict[str, list[float]] = {"raw": [], "within": []}
    for _ in range(studies):
        study = draw(lab, rng)
        trainings = []
        for number, tested in enumerate(divisions(lab, Splitting(folds=folds), rng)):
            test = np.isin(study.references, tested)
            scores = study.labels[~test].mean() + 1e-9 * rng.standard_normal(int(test.sum()))
            trainings.append(
                Training(number, 0, study.labels[test], scores, study.references[test], LabelLine(0.0, 1.0))
            )
        once = np.ones((1, references))
        found["raw"].append(float(Pooled(trainings, references)(once)[0, 0]))
        found["within"].append(float(Within(trainings, references)(once)[0, 0]))
    return {name: float(np.mean(values)) for name, values in found.items()}


def offsets(studies: int, seed: int, folds: int = 4, references: int = 40) -> dict[str, float]:
    """Mean SRCC of a learner whose loss knows no unit, so that every training has a level and a scale of its own.

    ``validation`` are lines fitted on a quarter of what is not tested; ``true`` the same scores without level and scale.
    """
    rng = np.random.default_rng(seed)
    lab = Lab(references=references)
    found: dict[str, list[float]] = {"raw": [], "validation": [], "within": [], "true": []}
    for _ in range(studies):
        study = draw(lab, rng)
        by_line: dict[str, list[Training]] = {"raw": [], "validation": [], "true": []}
        for number, tested in enumerate(divisions(lab, Splitting(folds=folds), rng)):
            test = np.isin(study.references, tested)
            others = rng.permutation(np.setdiff1d(np.arange(references), tested))
            validate = np.isin(study.references, others[: len(others) // 4])
            train = ~(test | validate)
            slopes, level = ridge(study.features[0][train], study.labels[train], lab.penalty)
            plain = study.features[0] @ slopes + level
            scores = 3 * rng.standard_normal() + np.exp(rng.standard_normal()) * plain
            lines = {"raw": LabelLine(0.0, 1.0), "validation": fitted_line(scores[validate], study.labels[validate])}
            of_test = (study.labels[test], study.references[test])
            for name, line in lines.items():
                by_line[name].append(Training(number, 0, of_test[0], scores[test], of_test[1], line))
            by_line["true"].append(Training(number, 0, of_test[0], plain[test], of_test[1], LabelLine(0.0, 1.0)))
        once = np.ones((1, references))
        for name, trainings in by_line.items():
            found[name].append(float(Pooled(trainings, references)(once)[0, 0]))
        found["within"].append(float(Within(by_line["raw"], references)(once)[0, 0]))
    return {name: float(np.mean(values)) for name, values in found.items()}


def coverage(lab: Lab, scheme: Splitting, kind: str, studies: int, seed: int) -> tuple[float, float]:
    """Share of 95 % intervals of ``within`` that hold what these very trainings reach on new references, and mean width.

    The trainings are given, so that their truth is their mean SRCC on as many new references as each was tested on, over
    many draws of these.
    """
    rng = np.random.default_rng(seed)
    held, widths = 0, []
    settings = StatisticsSettings(interval="percentile" if kind == "percentile" else "jackknife", replicates=500)
    many = Lab(references=60 * lab.references, conditions=lab.conditions, features=lab.features, signal=lab.signal)
    for _ in range(studies):
        study, beyond = draw(lab, rng), draw(many, rng)
        trainings, truth = [], []
        for number, tested in enumerate(divisions(lab, scheme, rng)):
            test = np.isin(study.references, tested)
            slopes, level = ridge(study.features[0][~test], study.labels[~test], lab.penalty)
            scores = study.features[0] @ slopes + level
            trainings.append(Training(number, 0, study.labels[test], scores[test], study.references[test]))
            truth.append(_expected(beyond, slopes, len(tested)))
        (estimate, *_) = estimates(
            Within(trainings, lab.references), strata_of(trainings, lab.references), settings, (seed,)
        )
        held += estimate.low <= float(np.mean(truth)) <= estimate.high
        widths.append(estimate.high - estimate.low)
    return held / studies, float(np.nanmean(widths))


def _expected(beyond: Drawn, slopes: FloatArray, size: int) -> float:
    """The mean SRCC of one training on parts of so many new references."""
    scores = beyond.features[0] @ slopes
    count = int(beyond.references[-1]) + 1
    groups = beyond.references // size
    return float(
        np.mean([srcc(scores[groups == part], beyond.labels[groups == part]) for part in range(count // size)])
    )


LABS = (Lab(references=20), Lab(references=50), Lab(references=100))
SCHEMES = (
    Splitting(),
    Splitting(repeat=30),
    Splitting(repeat=10, test=0.5),
    Splitting(folds=5),
    Splitting(folds=10),
    Splitting(seeds=3),
)


def report(studies: int, seed: int) -> Iterator[str]:
    """The tables, line by line, as they are computed."""
    yield f"{studies:,} studies a row, seed {seed}."
    yield ""
    yield "| references x conditions | partitions | corrected: p < .05 | plain t over partitions: p < .05 |"
    yield "| --- | --- | --- | --- |"
    for lab in LABS:
        for scheme in SCHEMES:
            own = Lab(references=lab.references, jitter=0.5 if scheme.seeds > 1 else 0.0)
            corrected, plain = false_findings(own, scheme, studies, seed)
            yield f"| {lab.references} x {lab.conditions} | {scheme.title} | {corrected:.1%} | {plain:.1%} |"
    yield ""
    yield "| one learns, one does not: references x conditions | partitions | corrected: p < .05 | plain t: p < .05 |"
    yield "| --- | --- | --- | --- |"
    for lab in LABS:
        for scheme in (SCHEMES[0], SCHEMES[3]):
            noise = calibrated(lab, scheme, max(studies // 2, 1), seed + 1)
            corrected, plain = false_findings(lab, scheme, studies, seed, noise)
            yield f"| {lab.references} x {lab.conditions} | {scheme.title} | {corrected:.1%} | {plain:.1%} |"
    yield ""
    yield "| a learner that returns its training mean | pooled as it is | within |"
    yield "| --- | --- | --- |"
    for folds, references in ((4, 12), (5, 20), (5, 50), (10, 50)):
        found = mean_learner(folds, references, max(studies // 2, 1), seed + 2)
        yield f"| {folds} folds of {references} references | {found['raw']:.3f} | {found['within']:.3f} |"
    yield ""
    levels = offsets(max(studies // 4, 1), seed + 3)
    yield "| a level and scale of its own for each of 4 folds | SRCC |"
    yield "| --- | --- |"
    for name, value in levels.items():
        yield f"| {name} | {value:.3f} |"
    yield ""
    yield "| references x conditions | partitions | interval of within | held | width |"
    yield "| --- | --- | --- | --- | --- |"
    for lab in (Lab(references=12), Lab(references=20), Lab(references=50)):
        for scheme in (Splitting(folds=4), Splitting()):
            for kind in ("jackknife", "percentile"):
                share, width = coverage(lab, scheme, kind, max(studies // 5, 1), seed + 4)
                words = f"{lab.references} x {lab.conditions} | {scheme.title} | {kind}"
                yield f"| {words} | {share:.1%} | {width:.3f} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.statistics.coverage_trained", description=__doc__)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    for line in report(options.studies, options.seed):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
