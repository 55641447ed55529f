"""A linear head on LPIPS's frozen AlexNet over ten partitions and two seeds: kept features against crops at every step.

Four real photographs of ``../shared/fundus`` with simulated enhancement and labels; the backbone's weights are made up,
which changes no time. Both studies have the same partitions, seeds, epochs and losses; the first one's time includes
computing and writing the features that it keeps.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

PHOTOGRAPHS = Path(__file__).resolve().parents[3] / "shared" / "fundus"
EPOCHS, POOL, REFERENCES = 10, 8, 4
TRAIN = {"n_epoch": EPOCHS, "batch_size": 8, "learning_rate": 0.01, "num_workers": 0, "val_freq": EPOCHS}


def study(place: Path, pool: int) -> Path:
    """The configuration of a study whose head has this pool of crops."""
    method = {"name": "finetune", "metric": "lpips", "train_parts": "linear", "crop_pool": pool, "crop_size": 224}
    file = place / f"pool_{pool}.yaml"
    data = {
        "name": "demo",
        "root": str(place / "demo"),
        "references": REFERENCES,
        "size": 320,
        "photos": str(PHOTOGRAPHS),
    }
    content: dict[str, Any] = {
        "datasets": [{**data, "label": "Photographs"}],
        "protocol": {"repeat": 10, "test": 0.25, "validate": 0.2, "seed": 0},
        "methods": [{**method, "train_on": "own", "seeds": [0, 1], "train": TRAIN}],
        "checkpoints_dir": str(place / f"checkpoints_{pool}"),
        "threads": 2,
        "device": "cpu",
        "unpublished_weights": "mark",
        "output": str(place / f"out_{pool}"),
    }
    file.write_text(yaml.safe_dump(content))
    return file


def main() -> dict[str, float]:
    """Train both studies; return seconds and their ratio."""
    from benchmark import train
    from tests.methods.made_weights import write

    if not PHOTOGRAPHS.is_dir():
        print("skipped: the photographs of ../shared/fundus are not there")
        return {}
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write(place / "hub")
        _use(place / "hub")
        for pool in (POOL, 0):
            begin = time.monotonic()
            train(str(study(place, pool)))
            seconds[pool] = time.monotonic() - begin
    figures = {"kept_s": seconds[POOL], "every_step_s": seconds[0], "times_as_fast": seconds[0] / seconds[POOL]}
    print(f"20 trainings of {EPOCHS} epochs: kept {seconds[POOL]:.1f} s, at every step {seconds[0]:.1f} s")
    print(f"{figures['times_as_fast']:.1f} times as fast")
    return figures


def _use(hub: Path) -> None:
    """Let torch and pyiqa find the made-up weights."""
    import os

    from pyiqa.utils import download_util

    os.environ["TORCH_HOME"] = str(hub.parent)
    download_util.DEFAULT_CACHE_DIR = str(hub / "pyiqa")


if __name__ == "__main__":
    main()
    sys.exit(0)
