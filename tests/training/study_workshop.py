"""A study that trains, small enough for seconds: two data sets, three partitions, two seeds, the method ``quick``."""

import copy
from pathlib import Path
from typing import Any

import yaml

from tests.training.conftest import QUICK, write_pairs

TRAIN = {"n_epoch": 3, "batch_size": 4, "learning_rate": 0.01, "num_workers": 0}
STUDY: dict[str, Any] = {
    "datasets": [
        {"name": "table", "file": "a/pairs.csv", "label": "A"},
        {"name": "table", "file": "b/pairs.csv", "label": "B"},
    ],
    "protocol": {"repeat": 3, "test": 0.34, "validate": 0.2, "seed": 1},
    "plugins": ["plugins"],
    "threads": 1,
    "workers": 1,
    "device": "cpu",
    "checkpoints_dir": "checkpoints",
    "methods": ["psnr", {"name": "quick", "train_on": "own", "seeds": [0, 1], "train": TRAIN}],
    "statistics": {"replicates": 100},
    "report": {
        "plots": [],
        "tables": [{"name": "medians", "columns": ["srcc"], "aggregate": "median", "spread": "sd"}],
    },
    "output": "out",
}


def plant(folder: Path) -> None:
    """Both data sets and the method, as files; the plug-in folder exists."""
    for seed, name in enumerate(("a", "b"), 1):
        (folder / name).mkdir()
        write_pairs(folder / name, seed)
    (folder / "plugins" / "methods" / "quick.py").write_text(QUICK)


def write(folder: Path, **changes: Any) -> Path:
    """The study's configuration with some keys changed."""
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump({**copy.deepcopy(STUDY), **changes}))
    return file
