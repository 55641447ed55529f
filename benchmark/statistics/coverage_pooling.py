"""Do pooled intervals hold the mean over all data sets that could be? Simulated data sets, as a Markdown table.

    python -m benchmark.statistics.coverage_pooling [--studies 1000] [--seed 1] [--table FILE REFERENCE MOS A,B GROUP] …

The table stands in docs/protocol.md. A study draws k data sets, each with its own true value, and of each its references.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.statistics.correlation import srcc
from benchmark.statistics.design import Table, make_design
from benchmark.statistics.measures import Correlations
from benchmark.statistics.populations import Population, plasmode
from benchmark.statistics.random_effects import pool
from benchmark.statistics.resampling import FloatArray
from benchmark.statistics.set_effects import Effect, set_effects
from benchmark.statistics.significance import normal_quantile
from benchmark.statistics.simulated import Model, pearson_for_srcc, simulate
from benchmark.statistics.simulation_options import read_tables

CONFIDENCE = 0.95
SIZES = (10, 40)
"""Least and most references of a data set."""
MEAN, APART = float(np.arctanh(0.85)), 0.2
"""Fisher's z of the first method's SRCC, and by how much the second's is lower, on average over data sets."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Where data sets come from.

    Attributes:
        name: in words.
        draw: the labels and scores of two methods on one data set.
        truth: the mean of Fisher's z over all data sets of the first method, and of the first less the second.
    """

    name: str
    draw: Callable[[np.random.Generator], Table]
    truth: tuple[float, float]


def modelled(between: float, conditions: int = 6) -> Collection:
    """Data sets of the normal model whose z differ by this standard deviation, and the methods' differences by half."""

    def draw(rng: np.random.Generator) -> Table:
        first = MEAN + between * rng.standard_normal()
        second = first - APART - between / 2 * rng.standard_normal()
        references = int(rng.integers(SIZES[0], SIZES[1] + 1))
        correlations = [pearson_for_srcc(float(np.tanh(z))) for z in (first, second)]
        return simulate(Model(references=references, conditions=conditions), correlations, rng)

    return Collection(f"normal model, SD of z between data sets {between:g}", draw, (MEAN, APART))


def of_groups(name: str, groups: Sequence[Population]) -> Collection:
    """Data sets that are groups of a real table's pairs, drawn with replacement, and so are their references."""
    z = np.arctanh([population.truth["srcc"] for population in groups])

    def draw(rng: np.random.Generator) -> Table:
        return groups[int(rng.integers(len(groups)))].draw(int(rng.integers(SIZES[0], SIZES[1] + 1)), rng)

    return Collection(name, draw, (float(z[:, 0].mean()), float((z[:, 0] - z[:, 1]).mean())))


@dataclass(frozen=True, slots=True)
class HeldOverSets:
    """Shares of studies whose interval holds the truth.

    Attributes:
        pooled: of the first method's mean z, as it is offered.
        difference: of the difference of the two methods.
        plain: without Student's t and the variance between: one over the variances within, normal quantiles.
        by_pairs: likewise, with 1 / (n - 3) in place of the jackknife's variances.
        width: mean width of the offered interval of z.
    """

    pooled: float
    difference: float
    plain: float
    by_pairs: float
    width: float


def coverage(collection: Collection, sets: int, studies: int, seed: int) -> HeldOverSets:
    """Draw and pool studies of so many data sets each."""
    rng = np.random.default_rng(seed)
    held: list[tuple[bool, bool, bool, bool]] = []
    widths = []
    for _ in range(studies):
        tables = [collection.draw(rng) for _ in range(sets)]
        found = [set_effects(Correlations(make_design(table), krcc=False, threads=1), "srcc") for table in tables]
        z, variances = _known([one.methods[0] for one in found])
        apart = pool(*_known([one.pairs[0, 1] for one in found]), confidence=CONFIDENCE)
        whole = pool(z, variances, CONFIDENCE)
        plain = np.array([np.arctanh(srcc(one.scores[0], one.labels)) for one in tables])
        by_pairs = np.array([1 / (len(one.labels) - 3) for one in tables])
        held.append(
            (
                whole.low <= collection.truth[0] <= whole.high,
                apart.low <= collection.truth[1] <= apart.high,
                _fixed(z, variances, collection.truth[0]),
                _fixed(plain, by_pairs, collection.truth[0]),
            )
        )
        widths.append(whole.high - whole.low)
    shares = np.mean(held, axis=0).tolist()
    return HeldOverSets(shares[0], shares[1], shares[2], shares[3], float(np.mean(widths)))


def _known(effects: Sequence[Effect]) -> tuple[FloatArray, FloatArray]:
    """The estimates that can be pooled, and their variances."""
    known = [effect for effect in effects if effect.known]
    return np.array([effect.z for effect in known]), np.array([effect.variance for effect in known])


def _fixed(estimates: FloatArray, variances: FloatArray, truth: float) -> bool:
    """Whether the interval of a common value, without any variance between, holds the truth."""
    weights = 1 / variances
    mean = float(weights @ estimates / weights.sum())
    return abs(mean - truth) <= normal_quantile(CONFIDENCE) / float(np.sqrt(weights.sum()))


def report(collections: Sequence[Collection], studies: int, seed: int) -> Iterator[str]:
    """The table, line by line, as it is computed."""
    yield f"{studies:,} studies a row, seed {seed}; {SIZES[0]} to {SIZES[1]} references a data set; mean width in brackets."
    yield ""
    yield "| data sets from | data sets | pooled z | difference of z | without variance between | and with 1 / (n - 3) |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for collection in collections:
        for sets in (5, 10):
            found = coverage(collection, sets, studies, seed + sets)
            own = f"{found.pooled:.1%} ({found.width:.2f}) | {found.difference:.1%}"
            yield f"| {collection.name} | {sets} | {own} | {found.plain:.1%} | {found.by_pairs:.1%} |"


def read(file: Path, reference: str, mos: str, methods: str, group: str) -> Collection:
    """The groups of a CSV file with a row a pair; references whose names differ in case only are one."""
    with open(file, newline="", encoding="utf-8") as content:
        rows = list(csv.DictReader(content))
    names = methods.split(",")
    if len(names) != 2:
        raise ValueError(f"two methods are needed, A,B, not {methods!r}")
    populations = []
    for value in dict.fromkeys(row[group] for row in rows):
        own = [row for row in rows if row[group] == value]
        labels = np.array([float(row[mos]) for row in own])
        scores = np.array([[float(row[name]) for row in own] for name in names])
        turn = np.array([np.sign(srcc(row, labels)) for row in scores])  # distances and scores alike
        populations.append(plasmode(value, [row[reference].casefold() for row in own], labels, turn[:, None] * scores))
    return of_groups(f"{file.stem}: {len(populations)} groups by {group}, {names[0]}", populations)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.statistics.coverage_pooling", description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--table", nargs=5, action="append", default=[], metavar=("FILE", "REFERENCE", "MOS", "METHOD,METHOD", "GROUP")
    )
    options = parser.parse_args(arguments)
    collections = [modelled(between) for between in (0.0, 0.2, 0.4)]
    collections += read_tables(parser, options.table, read)
    for line in report(collections, options.studies, options.seed):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
