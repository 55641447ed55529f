"""What two studies of the same configuration have in common to the byte, and what of their files may differ.

Everything that a reader compares is the same, however often a study was interrupted: scores, statistics, partitions, tables,
plots, weights. What differs is what was measured (times of day, seconds, memory) and what holds it.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmark.plugins import checkpoints

MUST_BE_THERE = (
    *("summary.csv", "scores.csv", "comparisons.csv", "tables/comparison.csv"),
    *(f"{label}/{name}" for label in "AB" for name in ("scores.csv", "partitions.csv", "splits.json", "summary.csv")),
)
"""What is compared at the least, so that a study that wrote nothing agrees with nothing."""

NOT_COMPARED = re.compile(
    r"""store/.*                          # scores with the seconds that each took, under random names; inodes, costs
    | (.*/)?\.report\.json               # a fingerprint of all that a report shows, seconds a pair too
    | (.*/)?\.lock.*                     # who works there
    | (.*/)?tables/efficiency\.(md|tex)  # seconds and memory; its CSV is compared without them
    """,
    re.VERBOSE,
)
"""The files of a study that may differ as a whole."""
MEASURED = ("milliseconds", "memory_mib")
"""Keys of what was measured: they differ in ``run.json``, on pages, and by their headings in ``tables/efficiency.csv``."""
HEADINGS = ("Time a pair (ms)", "Peak memory (MiB)")
COSTS = re.compile(r"<h3>What the methods cost:.*?</section>", re.DOTALL)
NUMBERS = re.compile(rf"&#34;({'|'.join(MEASURED)})&#34;: [0-9.]+")
CHECKPOINT = re.compile(r"(?<=checkpoint)(: |&#34;: &#34;)[0-9a-f]{64}")
"""The SHA-256 of a checkpoint, which holds the seconds of each epoch; what else it holds is compared."""


def other_results(one: Path, other: Path) -> list[str]:
    """What differs between the results of two studies, a line each."""
    found = [f"out/{name} is missing" for name in MUST_BE_THERE if not (one / "out" / name).is_file()]
    files = {place: _files(place / "out") for place in (one, other)}
    for name in sorted(files[one].keys() | files[other].keys()):
        contents = [files[place].get(name) for place in (one, other)]
        if None in contents:
            found.append(f"out/{name} is only in {(one if contents[1] is None else other).name}")
        elif _compared(name, one, contents[0]) != _compared(name, other, contents[1]):
            found.append(f"out/{name} differs")
    return found


def _files(folder: Path) -> dict[str, bytes]:
    """The files that are compared, by their names in the folder."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not NOT_COMPARED.fullmatch(name)}


def _compared(name: str, folder: Path, content: bytes | None) -> object:
    """What must be the same of a file: all of it but what was measured, wherever the study lies."""
    assert content is not None
    content = content.replace(str(folder).encode(), b"FOLDER")
    if name.endswith("run.json"):
        return _record(json.loads(content))
    if name.endswith("report.html"):
        page = COSTS.sub("", content.decode())
        return CHECKPOINT.sub("", NUMBERS.sub("", page))
    if name.endswith("tables/efficiency.csv"):
        rows = csv.DictReader(io.StringIO(content.decode()))
        kept = [{key: value for key, value in row.items() if key not in HEADINGS} for row in rows]
        return sorted(kept, key=str)  # the fastest comes first
    return content


def _record(record: dict[str, Any]) -> dict[str, Any]:
    """A study's or run's record without times of day, what was measured, and hashes of what holds it."""
    record.pop("times")
    for costs in record.get("efficiency", {}).values():
        for key in MEASURED:
            costs.pop(key, None)
    for digests in record.get("weights", {}).values():
        digests.pop("checkpoint", None)
    return record


def other_weights(one: Path, other: Path) -> list[str]:
    """What differs between the trainings of two studies: weights, and all that their checkpoints state beside seconds."""
    roots = (one / "checkpoints", other / "checkpoints")
    there = [{str(path.relative_to(root)) for path in root.rglob("[!.]*") if path.is_file()} for root in roots]
    found = [f"checkpoints/{name} is in one of both only" for name in sorted(there[0] ^ there[1])]
    both = sorted(name for name in there[0] & there[1] if name.endswith(".pt"))
    found += [f"checkpoints/{name} differs" for name in both if not _same(*_contents(name, roots))]
    return found if both else ["nothing was trained"]


def _contents(name: str, roots: Iterable[Path]) -> list[object]:
    """What two checkpoints hold beside the seconds of each epoch."""
    contents: list[object] = []
    for root in roots:
        content = dict(checkpoints.read(root / name))
        history: Any = content["history"]
        contents.append({**content, "history": [{**epoch, "seconds": 0.0} for epoch in history]})
    return contents


def _same(one: object, other: object) -> bool:
    """Whether two contents of checkpoints agree, tensors bit for bit."""
    import torch

    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return isinstance(other, (list, tuple)) and len(one) == len(other) and all(map(_same, one, other))
    return one == other or (one != one and other != other)  # noqa: PLR0124 - NaN
