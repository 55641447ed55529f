"""Times of the statistics: correlations in resamples against a loop over SciPy, and a whole ``evaluate``.

    python -m tests.performance.bench_statistics [--quick]

Both sides of the first comparison run in the same process; the compiled kernels run once before they are timed. Growth is
stated with the number of pairs and of replicates; peak memory is the process's own, above what imports take.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from benchmark.evaluation.summarise import evaluate_scores
from benchmark.statistics import ScoreColumns, StatisticsSettings, draw_counts, weighted_plcc, weighted_ranks
from benchmark.statistics.weighted import processors


@dataclass(frozen=True, slots=True)
class Column:
    """A method of the made-up table."""

    label: str
    higher_is_better: bool = True
    columns: tuple[str, ...] = ()


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def resampled(columns: ScoreColumns, counts: NDArray[np.float64]) -> None:
    """SRCC, PLCC and KRCC of all columns in all resamples."""
    weighted_plcc(columns, counts)
    weighted_ranks(columns, counts)


def scipy_loop(columns: ScoreColumns, counts: NDArray[np.float64]) -> None:
    """The same as users write it."""
    for row in counts:
        index = np.repeat(np.arange(len(columns.labels)), row[columns.clusters].astype(int))
        for scores in columns.scores:
            stats.spearmanr(scores[index], columns.labels[index])
            stats.pearsonr(scores[index], columns.labels[index])
            stats.kendalltau(scores[index], columns.labels[index])


def study(n: int, clusters: int, methods: int) -> ScoreColumns:
    """Simulated labels and scores."""
    rng = np.random.default_rng(0)
    labels = rng.normal(size=n)
    scores = labels + rng.normal(size=(methods, n))
    return ScoreColumns(labels, scores, np.arange(n) % clusters, clusters)


def against_scipy(replicates: int, slow_replicates: int) -> None:
    """The comparison with the loop, at three sizes; the loop runs fewer resamples and is scaled."""
    for n, clusters in ((1800, 300), (10125, 81), (23200, 200)):
        columns = study(n, clusters, 6)
        counts = draw_counts(np.random.default_rng(1), clusters, replicates)
        resampled(columns, counts[:64])
        fast = seconds(lambda columns=columns, counts=counts: resampled(columns, counts))  # type: ignore[misc]
        slow = seconds(lambda columns=columns, counts=counts: scipy_loop(columns, counts[:slow_replicates]), 1)  # type: ignore[misc]
        slow *= replicates / slow_replicates
        print(
            f"SRCC + PLCC + KRCC, 6 methods, n = {n:,}, {replicates:,} resamples: {fast:.3f} s; "
            f"loop over SciPy {slow:.1f} s ({slow_replicates} timed): {slow / fast:.0f} times"
        )


def scores_table(references: int, images: int, methods: int, *, conditions: int, opinions: bool) -> pd.DataFrame:
    """A simulated ``scores.csv`` with some images of each reference."""
    rng = np.random.default_rng(0)
    reference, condition = np.divmod(np.arange(references * images), images)
    condition %= conditions
    quality = 0.5 * rng.normal(size=references)[reference] + rng.normal(size=len(reference))
    names = [f"r{i}" for i in reference]
    content: dict[str, object] = {
        **{"dataset": "set", "split": "", "fold": np.nan, "pair": np.arange(len(reference)).astype(str)},
        **{"reference": names, "cluster": names, "enhanced": names, "condition": [f"c{i}" for i in condition]},
        "mos": 3 + 1.5 * np.tanh(quality) + 0.2 * rng.normal(size=len(reference)),
        **{"mos_sd": 0.6 if opinions else np.nan, "observers": 15.0 if opinions else np.nan},
        **{f"m{j}": quality + (0.4 + 0.05 * j) * rng.normal(size=len(reference)) for j in range(methods)},
    }
    return pd.DataFrame(content)


def whole(
    references: int, images: int, methods: int, replicates: int, *, conditions: int = 6, opinions: bool = False
) -> None:
    """A whole evaluation: all levels, all statistics, all comparisons."""
    table = scores_table(references, images, methods, conditions=conditions, opinions=opinions)
    columns = [Column(f"m{j}") for j in range(methods)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin, busy = time.perf_counter(), time.process_time()
    found = evaluate_scores(table, columns, StatisticsSettings(replicates=replicates))
    took, busy = time.perf_counter() - begin, time.process_time() - busy
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with_opinions = ", with opinions" if opinions else ""
    size = f"{references} x {images} = {len(table):,} pairs of {conditions} conditions{with_opinions}"
    cost = f"{took:.1f} s (processors busy {busy:.1f} s), peak {after / 1024:.0f} MiB (before: {before / 1024:.0f})"
    rows = f"{len(found.summary):,} + {len(found.comparisons):,} rows"
    print(f"evaluate, {methods} methods, {size}, {replicates:,} resamples: {cost}, {rows}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the times."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance.bench_statistics", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer resamples, no KADID-sized table")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    print(f"{processors()} processors, numpy {np.__version__}, Python {sys.version.split()[0]}")
    against_scipy(1000, 10 if options.quick else 50)
    whole(4, 4, 2, 100, conditions=4, opinions=True)  # compile everything once
    whole(12, 6, 9, 10_000, opinions=True)
    whole(300, 6, 9, 1000 if options.quick else 10_000)
    if not options.quick:
        whole(300, 6, 9, 5000)
        whole(150, 6, 9, 10_000)
        whole(300, 6, 9, 10_000, opinions=True)
        whole(81, 125, 20, 1000, conditions=25)
        whole(81, 125, 20, 10_000, conditions=25)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
