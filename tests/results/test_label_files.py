"""Labels carry the SHA-256 of their files into ``run.json``: which copy of a data set was it?"""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import benchmark


def scored(folder: Path, dataset: dict[str, str]) -> dict[str, str]:
    """What a run's record says of the files of labels; scores come from a file, so that nothing is computed."""
    config = {
        "dataset": dataset,
        "methods": [
            {"name": "scores-file", "file": str(folder / "scores.csv"), "column": "s", "higher_is_better": True}
        ],
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "output": str(folder / "out"),
    }
    benchmark.run(config)
    record = json.loads((folder / "out" / "run.json").read_text(encoding="utf-8"))
    files: dict[str, str] = record["dataset"]["label_files"]
    return files


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Three references with two enhanced images each, in a table and in EFID's layout."""
    rng = np.random.default_rng(0)
    rows, scores = ["reference,enhanced,mos"], ["enhanced,s"]
    lists: list[str] = []
    for name in ("test_ref", "test_eha"):
        (tmp_path / name).mkdir()
    for number in range(3):
        names = [(f"{number}.png", "test_ref"), (f"{number}_a.png", "test_eha"), (f"{number}_b.png", "test_eha")]
        for name, folder in names:
            Image.fromarray(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(tmp_path / folder / name)
        for name, _ in names[1:]:
            rows.append(f"test_ref/{number}.png,test_eha/{name},{len(rows)}")
            lists.append(f"{name},{len(lists)}")
            scores.append(f"{name},{len(scores)}")
    (tmp_path / "pairs.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "Label_test_list.txt").write_text("\n".join(lists) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("dataset", "file", "prefix"),
    [({"name": "table", "file": "pairs.csv"}, "pairs.csv", "test_eha/"), ({"name": "efid"}, "Label_test_list.txt", "")],
    ids=["table", "efid"],
)
def test_the_record_has_the_hash_of_each_file_of_labels(
    images: Path, dataset: dict[str, str], file: str, prefix: str
) -> None:
    rows = (images / "Label_test_list.txt").read_text().split()
    lines = [f"{prefix}{row.partition(',')[0]},{number}" for number, row in enumerate(rows)]
    (images / "scores.csv").write_text("\n".join(["enhanced,s", *lines]) + "\n")
    given = {**dataset, "file": str(images / file)} if "file" in dataset else {**dataset, "root": str(images)}
    assert scored(images, given) == {file: hashlib.sha256((images / file).read_bytes()).hexdigest()}
