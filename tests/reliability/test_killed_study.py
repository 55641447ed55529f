"""A small study, killed while it trains and while it scores, ends in the bytes of one left alone. Real processes.

Five kills of each command, on the demo's photographs or on real ones: ``python -m tests.reliability.killed_study FOLDER``.
``EFID_BENCH_SEED`` sets which moments.
"""

import os
import random
from pathlib import Path

import pytest

from benchmark.plugins import checkpoints
from tests.reliability.kill_campaign import Campaign, Command
from tests.reliability.killed_study import configuration, plant, write
from tests.reliability.study_results import MUST_BE_THERE, other_results, other_weights

pytestmark = pytest.mark.heavy

SEED = os.environ.get("EFID_BENCH_SEED", "0")
SCRATCH = {"pretrained": False, "crop_size": 32, "crops": 1, "train_on": "own"}
TRAIN = {"train": {"n_epoch": 3, "batch_size": 4, "num_workers": 0}}
SMALL = configuration(
    [
        "psnr",
        {"name": "sdmp-net-tiny", **SCRATCH, **TRAIN},
        {"name": "finetune", "label": "LPIPS from scratch", "metric": "lpips", **SCRATCH, **TRAIN},
        "enhancer-mean",
        "fusion",
    ],
    {
        "plots": [],
        "tables": [
            {"name": "comparison", "columns": ["srcc"], "aggregate": "within"},
            {"name": "spread", "columns": ["srcc"], "aggregate": "mean", "spread": "sd", "average": ["direct"]},
        ],
    },
    protocol={"folds": 2, "seed": 0},
    statistics={"replicates": 20},
)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_killed_study_ends_in_the_bytes_of_an_undisturbed_one(tmp_path: Path) -> None:
    plant(tmp_path, references=3, size=64)
    whole, place = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, place):
        write(folder, SMALL)
    rng = random.Random(SEED)
    for name, ranks in (("train", 2), ("run", 1)):
        course = Command(name, whole).undisturbed()
        begun = [file for file in course.seen if file.endswith("/last.pt")]  # after its first epoch of several
        campaign = Campaign(Command(name, place, ranks), whole, course, rng, begun)
        print(*campaign.kills(1), sep="\n")
        assert campaign.faults == []
    for name in (*MUST_BE_THERE, "report.html", "A/report.html", "A/run.json", "A/tables/efficiency.csv"):
        file = place / "out" / name
        content = file.read_bytes()
        file.write_bytes(content.replace(b"PSNR", b"PSNB") if b"PSNR" in content else b"0" + content)
        assert other_results(whole, place) == [f"out/{name} differs"], "what is compared can differ"
        file.write_bytes(content)
    last = place / "checkpoints" / "B" / "2" / "sdmp-net-tiny" / "0" / "last.pt"
    made = checkpoints.read(last)
    next(value for value in made["state"].values() if value.numel() > 1).flatten()[0] += 1e-6
    checkpoints.write(last, made)
    assert other_weights(whole, place) == ["checkpoints/B/2/sdmp-net-tiny/0/last.pt differs"]
