"""Do the intervals hold on real distances? Coverage by source, number of references, statistic and interval, as Markdown.

    python -m benchmark.statistics.coverage_grid [--studies 1000] [--replicates 500] [--table FILE REFERENCE MOS A,B] …

A study draws references from a population (``populations``) and is analysed for two methods; a cell is the share of studies
whose 95 % interval holds the true value. The grid stands in docs/coverage_grid.md.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmark.statistics.catalogue import find
from benchmark.statistics.design import make_design
from benchmark.statistics.inference import compute
from benchmark.statistics.intervals import Interval, Kind, Scale, interval
from benchmark.statistics.measures import Correlations
from benchmark.statistics.populations import STATISTICS, Population, models, plasmode
from benchmark.statistics.resampling import FloatArray, Resamples
from benchmark.statistics.simulation_options import read_tables
from benchmark.statistics.tails import are_heavy
from benchmark.statistics.tried import (
    CONFIDENCE,
    TRIED,
    bootstrap_t,
    skewness_corrected,
    stabilised,
    stabilised_t,
    studentise,
)

CLUSTERS = (10, 12, 20, 30, 40, 60, 100)
INTERVALS = ("percentile", "BCa", "jackknife, K - 1", "default", *TRIED[:1])
ROWS = tuple(f"{kind}{name}" for kind in ("", "difference of ") for name in STATISTICS)


@dataclass(slots=True)
class Outcomes:
    """What became of the studies of one source and number of references.

    Attributes:
        held: for each row and interval, whether each study's interval holds the truth; undefined ones do not.
        flagged: whether each study's PLCC is remarked on for heavy tails.
    """

    held: dict[tuple[str, str], list[bool]] = field(default_factory=dict)
    flagged: list[bool] = field(default_factory=list)

    def note(self, row: str, name: str, ends: Interval, truth: float) -> None:
        """Add a study's interval."""
        self.held.setdefault((row, name), []).append(bool(ends.low <= truth <= ends.high))

    def coverage(self, row: str, name: str) -> float:
        """Share of studies that hold the truth."""
        return float(np.mean(self.held[row, name]))

    def unflagged(self) -> float:
        """Coverage of PLCC's default interval among studies without a remark."""
        held = np.array(self.held["plcc", INTERVALS[3]])[~np.array(self.flagged)]
        return float(held.mean()) if len(held) else float("nan")


def fill(population: Population, clusters: int, studies: int, replicates: int, rng: np.random.Generator) -> Outcomes:
    """Draw and analyse the studies of a cell."""
    outcome = Outcomes()
    for _ in range(studies):
        table = population.draw(clusters, rng)
        measure = Correlations(make_design(table), threads=1)
        values = compute(measure, Resamples(clusters, replicates, (int(rng.integers(2**32)),)), "bca")
        for place, name in enumerate(STATISTICS):
            first, second = population.truth[name]
            data, drawn, left = values.data[place], values.drawn[:, place], values.left_out[:, place]
            scale, effective = find(name).scale, find(name).effective
            for label, ends in _intervals(data[0], drawn[:, 0], left[:, 0], scale, effective):
                outcome.note(name, label, ends, first)
            less = (data[0] - data[1], drawn[:, 0] - drawn[:, 1], left[:, 0] - left[:, 1])
            for label, ends in _intervals(*less, "plain", 0.0):
                outcome.note(f"difference of {name}", label, ends, first - second)
        place = list(STATISTICS).index("plcc")
        plcc = (float(values.data[place, 0]), values.left_out[:, place, 0])
        resamples = studentise(table, replicates, rng)
        tried = (
            bootstrap_t(resamples),
            skewness_corrected(*plcc, 0.0),
            skewness_corrected(*plcc, 1.0),
            stabilised(resamples),
            stabilised_t(resamples, *plcc),
        )
        for label, ends in zip(TRIED, tried, strict=True):
            outcome.note("plcc", label, ends, population.truth["plcc"][0])
        outcome.flagged.append(are_heavy(table.scores[0], table.labels, clusters))
    return outcome


def _intervals(
    value: float, drawn: FloatArray, left: FloatArray, scale: Scale, effective: float
) -> Iterator[tuple[str, Interval]]:
    kinds: tuple[Kind, ...] = ("percentile", "bca", "jackknife", "jackknife")
    for label, kind in zip(INTERVALS, kinds, strict=False):
        freedom = effective if label == "default" else 0.0
        ends = interval(value, drawn, left, kind=kind, confidence=CONFIDENCE, scale=scale, effective=freedom)
        yield label, ends


def report(
    populations: Sequence[Population],
    clusters: Sequence[int],
    studies: int,
    replicates: int,
    seed: int,
    *,
    tried: bool = False,
) -> Iterator[str]:
    """The grid, line by line, as it is computed; with the further intervals of PLCC that were tried, if wanted."""
    names = (*INTERVALS, *TRIED[1:]) if tried else INTERVALS
    yield f"{studies:,} studies a cell, {replicates:,} resamples, seed {seed}; coverage in per cent ± standard error."
    yield ""
    yield f"| source | references | statistic | {' | '.join(names)} | remarked on | coverage without a remark |"
    yield "| --- " * (len(names) + 5) + "|"
    for population in populations:
        for count in clusters:
            outcome = fill(population, count, studies, replicates, np.random.default_rng((seed, count)))
            for row in ROWS:
                known = [
                    _share(outcome.coverage(row, name), studies) if (row, name) in outcome.held else ""
                    for name in names
                ]
                ends = ["", ""]
                if row == "plcc":
                    ends = [f"{100 * np.mean(outcome.flagged):.0f} %", f"{100 * outcome.unflagged():.1f}"]
                *of, name = row.rpartition(" ")
                words = "".join([*of, find(name).title])
                yield f"| {population.name} | {count} | {words} | {' | '.join([*known, *ends])} |"


def _share(share: float, studies: int) -> str:
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / studies):.1f}"


def read(file: Path, reference: str, mos: str, methods: str) -> Population:
    """A plasmode of a CSV file with a row a pair; references whose names differ in case only are one."""
    with open(file, newline="", encoding="utf-8") as content:
        rows = list(csv.DictReader(content))
    names = [row[reference].casefold() for row in rows]
    labels = np.array([float(row[mos]) for row in rows])
    scores = np.array([[float(row[method]) for row in rows] for method in methods.split(",")])
    if len(scores) != 2:
        raise ValueError(f"two methods are needed, A,B, not {methods!r}")
    return plasmode(f"{file.stem}: {methods.partition(',')[0]}", names, labels, scores)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the grid."""
    parser = argparse.ArgumentParser(prog="python -m benchmark.statistics.coverage_grid", description=__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clusters", type=int, nargs="+", default=list(CLUSTERS))
    parser.add_argument("--only-tables", action="store_true", help="no models")
    parser.add_argument("--tried", action="store_true", help="further intervals of PLCC, which are not offered")
    parser.add_argument(
        "--table", nargs=4, action="append", default=[], metavar=("FILE", "REFERENCE", "MOS", "METHOD,METHOD")
    )
    options = parser.parse_args(arguments)
    populations = [] if options.only_tables else models()
    populations += read_tables(parser, options.table, read)
    size = (options.clusters, options.studies, options.replicates, options.seed)
    for line in report(populations, *size, tried=options.tried):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
