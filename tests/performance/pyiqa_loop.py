"""What a user would write with pyiqa alone: one metric after another, each pair's files decoded again, batch of one.

A process of its own: ``python pyiqa_loop.py PAIRS.csv WEIGHTS default|tuned METRIC…`` prints seconds and scores as JSON.
``tuned`` sets glibc's allocator as this project's workers do.
"""

import csv
import ctypes
import json
import os
import sys
import time
import warnings


def main(pairs: str, weights: str, allocator: str, metrics: list[str]) -> None:
    """Score every pair with every metric."""
    start = time.perf_counter()
    if allocator == "tuned":
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)
        libc.mallopt(-1, 2**31 - 1)
    os.environ["TORCH_HOME"] = os.path.dirname(weights)
    warnings.simplefilter("ignore")
    import pyiqa
    import torch
    from pyiqa.utils import download_util

    download_util.DEFAULT_CACHE_DIR = os.path.join(weights, "pyiqa")
    with open(pairs, newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, dict[str, object]] = {}
    imported = time.perf_counter() - start
    for name in metrics:
        begin = time.perf_counter()
        metric = pyiqa.create_metric(name, device=torch.device("cpu"))
        metric(rows[0]["enhanced"], rows[0]["reference"])  # the first call of each metric warms up what is lazy
        built = time.perf_counter() - begin
        begin = time.perf_counter()
        scores = [float(metric(row["enhanced"], row["reference"])) for row in rows]
        seconds = time.perf_counter() - begin
        found[name] = {"imported": imported, "built": built, "seconds": seconds, "scores": scores}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
