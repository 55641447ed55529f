"""How ``evaluate``'s processor time and memory grow with pairs, references, methods and resamples, as a Markdown table.

    python -m tests.performance.bench_growth [--quick]

Each case runs in a process of its own on one thread, so that its peak memory is its own. The exponent is the slope of the
logarithms over the last step: 1 is linear. Memory is what a case needs above its imports and its table.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from math import log


@dataclass(frozen=True, slots=True)
class Case:
    """The size of a simulated table, and how often it is resampled."""

    references: int = 100
    images: int = 25
    methods: int = 5
    replicates: int = 1000


BASE = Case()
GROWTH = {
    "pairs, by images of 100 references": [replace(BASE, images=count) for count in (25, 100, 400)],
    "pairs, by references of 25 images": [replace(BASE, references=count) for count in (100, 400, 900)],
    "methods, 2,500 pairs": [replace(BASE, methods=count) for count in (5, 10, 20, 40)],
    "resamples, 2,500 pairs": [replace(BASE, replicates=count) for count in (1000, 4000, 10_000)],
}


def cost(case: Case) -> tuple[float, float]:
    """Processor time in seconds, and peak memory in MiB above that of imports and table."""
    from benchmark.evaluation.summarise import evaluate_scores
    from benchmark.statistics import StatisticsSettings
    from tests.performance.bench_statistics import Column, scores_table

    def evaluate(size: Case) -> float:
        table = scores_table(size.references, size.images, size.methods, conditions=5, opinions=False)
        columns = [Column(f"m{number}") for number in range(size.methods)]
        begin = time.process_time()
        evaluate_scores(table, columns, StatisticsSettings(replicates=size.replicates, threads=1))
        return time.process_time() - begin

    evaluate(Case(references=40, images=5, methods=2, replicates=50))  # compiles and imports everything
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = evaluate(case)
    return took, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def alone(case: Case) -> tuple[float, float]:
    """The cost of a case in a process of its own."""
    command = [sys.executable, "-m", "tests.performance.bench_growth", "--case", json.dumps(asdict(case))]
    seconds, mebibytes = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, mebibytes


def varied(cases: Sequence[Case]) -> list[int]:
    """The one number that grows: pairs where references or images do."""
    if cases[0].methods != cases[-1].methods:
        return [case.methods for case in cases]
    if cases[0].replicates != cases[-1].replicates:
        return [case.replicates for case in cases]
    return [case.references * case.images for case in cases]


def row(name: str, cases: Sequence[Case]) -> str:
    """A line of the table."""
    sizes, costs = varied(cases), [alone(case) for case in cases]
    words = ", ".join(f"{size:,}" for size in sizes)
    times, memory = ([each[place] for each in costs] for place in (0, 1))
    exponent = log(times[-1] / times[-2]) / log(sizes[-1] / sizes[-2])
    used = ", ".join(f"{each:.0f}" for each in memory)
    return f"| {name} | {words} | {', '.join(f'{each:.1f}' for each in times)} | {exponent:.2f} | {used} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, or the cost of one case as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance.bench_growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the two smallest sizes of each")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    if options.case:
        print(json.dumps(cost(Case(**json.loads(options.case)))))
        return 0
    print("| what grows | sizes | processor time, s | exponent of the last step | memory, MiB |")
    print("| --- | --- | --- | --- | --- |")
    for name, cases in GROWTH.items():
        print(row(name, cases[:2] if options.quick else cases), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
