"""A study that is killed while it trains and while it scores, finished afterwards, and compared with one left alone.

``python -m tests.reliability.killed_study FOLDER`` makes two data sets from the demo's photographs (or those of
``--photos``), trains and runs a study of them undisturbed, then kills each command five times, each time at another random
moment (SIGKILL): one process with its whole group; then two ranks of ``torchrun``, of which one dies, after which torchrun
starts both again or gives up, or all do. It prints a line a kill, and ends with 1 if anything differs that is to be equal.
"""

import argparse
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmark.simulation import write_demo
from tests.reliability.kill_campaign import CONFIG, Campaign, Command

TRAIN = {"n_epoch": 2, "batch_size": 4, "num_workers": 0}
SCRATCH = {"pretrained": False, "crop_size": 64, "crops": 1, "train_on": "own", "seeds": [0, 1], "train": TRAIN}
METHODS: list[Any] = [
    "psnr",
    "ssim",
    {"name": "sdmp-net-tiny", **SCRATCH},
    {"name": "sdmp-net-tiny", "label": "without deformation", "offsets": "none", **SCRATCH},
    {"name": "finetune", "label": "LPIPS from scratch", "metric": "lpips", **SCRATCH},
    {"name": "finetune", "label": "MS-SWD from scratch", "metric": "msswd", **SCRATCH},
    "enhancer-mean",
    "fusion",
]
REPORT: dict[str, Any] = {
    "tables": [
        {"name": "comparison", "columns": ["srcc", "plcc"], "aggregate": "within"},
        {"name": "pooled", "columns": ["srcc"], "aggregate": "pooled"},
        {"name": "spread", "columns": ["srcc"], "aggregate": "mean", "spread": "sd", "average": ["direct"]},
        {"name": "ablation", "kind": "ablation", "rows": ["sdmp-net-tiny", "without deformation"], "columns": ["srcc"]},
    ]
}


def configuration(methods: list[Any], report: Mapping[str, Any], **keys: Any) -> dict[str, Any]:
    """A study of two data sets, three folds each, of which each file is written in one place by one thread."""
    return {
        "datasets": [{"name": "efid", "root": f"../data/{label}", "label": label} for label in "AB"],
        "protocol": {"folds": 3, "validate": 0.2, "seed": 0},
        "methods": methods,
        "checkpoints_dir": "checkpoints",
        "threads": 1,
        "workers": 1,
        "device": "cpu",
        "statistics": {"replicates": 200, "seed": 0},
        "report": dict(report),
        "output": "out",
        **keys,
    }


def plant(folder: Path, references: int, size: int, photos: Path | None = None) -> None:
    """Two data sets of different photographs, with six enhanced images each."""
    names = sorted(photos.iterdir()) if photos is not None else []
    names = [path for path in names if path.suffix.lower() in (".jpg", ".png")]
    for place, label in enumerate("AB"):
        own = None
        if photos is not None:
            own = folder / "photos" / label
            own.mkdir(parents=True)
            for path in names[place * references : (place + 1) * references]:
                (own / path.name).symlink_to(path)
        write_demo(folder / "data" / label, references=references, size=size, photos=own, seed=place)


def main() -> int:
    """Kill a study of the demo's photographs; 1 if it ends otherwise than undisturbed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="an empty or new folder")
    parser.add_argument("--photos", type=Path, help="real photographs, twice as many as references")
    parser.add_argument("--references", type=int, default=6, help="photographs of each data set")
    parser.add_argument("--size", type=int, default=96, help="side of the images, px")
    parser.add_argument("--kills", type=int, default=5, help="of each command, alone and over two ranks")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    folder: Path = asked.folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        parser.error(f"{folder}: is not empty")
    plant(folder, asked.references, asked.size, asked.photos)
    whole, courses = folder / "whole", {}
    write(whole, configuration(METHODS, REPORT))
    for name in ("train", "run"):
        courses[name] = Command(name, whole).undisturbed()
        print(f"{name}: undisturbed, {courses[name].seconds:.1f} s, {len(courses[name].seen)} files", flush=True)
    wrong = 0
    for ranks in (1, 2):
        rng, place = random.Random(f"{asked.seed}-{ranks}"), folder / f"killed-{ranks}"
        write(place, configuration(METHODS, REPORT))
        faults: list[str] = []
        for name, course in courses.items():
            campaign = Campaign(Command(name, place, ranks), whole, course, rng, faults=faults)
            for kill in campaign.kills(asked.kills):
                print(kill, flush=True)
        wrong += len(faults)
        print(*(faults or [f"{place.name}: the bytes of the undisturbed study"]), sep="\n", flush=True)
    return 1 if wrong else 0


def write(folder: Path, content: Mapping[str, Any]) -> None:
    """A study's configuration in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(yaml.safe_dump(dict(content)))


if __name__ == "__main__":
    sys.exit(main())
