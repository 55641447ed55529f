"""How ``run`` grows: with pairs, with pixels, with ranks of ``torchrun``; and what its commands cost to start.

Real photographs where they are at hand, test-made weights. ``EFID_BENCH_SIZE`` sets the pixels of the long run,
``EFID_BENCH_REFERENCES`` how many references of 512 px the ranks share (six pairs each; 300 take 22 minutes to make).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.performance.bench_run import METHODS, ROOT, prepare, run

FEW = ["psnr", "fsim", "gmsd", "vsi", "lpips"]
ONE_PROCESS = ("workers=1", "threads=2")
RANKS = ("-m", "torch.distributed.run", "--nproc-per-node", "2")


def ms(result: dict[str, Any], kind: str = "seconds") -> int:
    """Milliseconds a pair, the workers' start included; with ``wall`` everything that the command does."""
    seconds: float = result[kind]
    return round(1e3 * seconds / len(result["scores"]))


def with_pairs(place: Path, size: int) -> dict[str, Any]:
    """Ten methods on 72, 120 and 1,800 pairs, then the 1,800 three times more with everything known."""
    found: dict[str, Any] = {}  # `limit` counts the references of each of the two splits
    prepare(place, 300, size, METHODS)
    for pairs in (72, 120, 1800):
        result = run(place, f"pairs_{pairs}", f"limit={pairs // 12}", "statistics.replicates=1000")
        found[str(pairs)] = {"ms_a_pair": ms(result), "peak_mib": result["peak_mib"]}
        print(f"  {pairs} pairs of {size} px: {json.dumps(found[str(pairs)])}", flush=True)
    known = [run(place, "pairs_1800", "limit=150", "statistics.replicates=1000")["wall"] for _ in range(3)]
    found["1800 known, seconds"] = [round(seconds, 2) for seconds in known]
    print(f"  1,800 pairs known: {found['1800 known, seconds']} s", flush=True)
    return found


def with_pixels(place: Path) -> dict[str, Any]:
    """Ten methods on 24 pairs of growing size."""
    found = {}
    for size in (256, 512, 1024):
        own = place / f"size_{size}"
        own.mkdir()
        prepare(own, 4, size, METHODS)
        result = run(own, "out")
        found[str(size)] = {"ms_a_pair": ms(result), "peak_mib": result["peak_mib"]}
        print(f"  24 pairs of {size} px: {json.dumps(found[str(size)])}", flush=True)
    return found


def with_ranks(place: Path) -> dict[str, Any]:
    """One process of two threads, two workers, and two ranks of one worker: ten methods, 60 pairs; five, all pairs.

    The whole command is timed: ``torchrun`` itself takes seconds to start.
    """
    references = int(os.environ.get("EFID_BENCH_REFERENCES", "50"))
    prepare(place, references, 512, METHODS)
    found: dict[str, Any] = {}
    tasks = (("ten methods, 60 pairs", METHODS, 5), (f"five methods, {6 * references} pairs", FEW, references // 2))
    for name, methods, limit in tasks:
        chosen = (f"methods=[{', '.join(methods)}]", f"limit={limit}")
        results = {
            "one process": run(place, f"{len(methods)}_one", *chosen, *ONE_PROCESS),
            "two workers": run(place, f"{len(methods)}_workers", *chosen),
            "two ranks": run(place, f"{len(methods)}_ranks", *chosen, launch=RANKS),
        }
        same = results["two ranks"]["scores"].equals(results["two workers"]["scores"])
        found[name] = {
            "whole command": {key: ms(result, "wall") for key, result in results.items()},
            "scoring": {key: ms(result) for key, result in results.items()},
            "same scores": same,
        }
        print(f"  {name}: {json.dumps(found[name])}", flush=True)
    return found


def starting() -> dict[str, float]:
    """Seconds, best of five, of commands that compute nothing."""
    found = {}
    for words in (("--help",), ("list", "methods"), ("list", "datasets")):
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            subprocess.run([sys.executable, str(ROOT / "run_benchmark.py"), *words], capture_output=True, check=True)
            times.append(time.perf_counter() - begin)
        found[" ".join(words)] = round(min(times), 2)
    print(f"  start-up: {json.dumps(found)}", flush=True)
    return found


def main() -> dict[str, Any]:
    """Measure; print and return the figures."""
    size = int(os.environ.get("EFID_BENCH_SIZE", "256"))
    figures: dict[str, Any] = {"start-up": starting()}
    for name, measure in (("ranks", with_ranks), ("pixels", with_pixels)):
        with tempfile.TemporaryDirectory() as folder:
            figures[name] = measure(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        figures[f"pairs of {size} px"] = with_pairs(Path(folder), size)
    return figures


if __name__ == "__main__":
    main()
