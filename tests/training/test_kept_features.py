"""A pool of crops: kept features and computed ones train the same weights; partitions, seeds and heads share the files."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from benchmark import UserError
from benchmark.cli import main
from benchmark.core.hashes import sha256_file
from benchmark.images.sizes import SizePolicy
from benchmark.plugins import checkpoints
from benchmark.plugins.methods.finetune import FineTune
from benchmark.training import frozen_share
from benchmark.training.batches import ImageCache
from benchmark.training.feature_pool import FeaturePool
from tests.training.study_workshop import STUDY, TRAIN, plant, write

pytestmark = pytest.mark.heavy

Train = Callable[..., str]
HEAD = "{{name: finetune, metric: {metric}, pretrained: false, train_parts: {parts}, crop_size: 32, crop_pool: 3}}"


def options(metric: str = "lpips", parts: str = "head", *more: str) -> tuple[str, ...]:
    return (f"method={HEAD.format(metric=metric, parts=parts)}", "train.learning_rate=0.01", "train.n_epoch=3", *more)


def state(folder: Path) -> dict[str, torch.Tensor]:
    return dict(checkpoints.read(folder / "last.pt")["state"])


def kept(folder: Path) -> dict[Path, int]:
    """Modification times of the files of features."""
    return {file: file.stat().st_mtime_ns for file in (folder / "kept_features").rglob("*.npy")}


def alike(one: Path, other: Path) -> bool:
    a, b = state(one), state(other)
    return a.keys() == b.keys() and all(torch.equal(value, b[name]) for name, value in a.items())


@pytest.mark.parametrize("parts", ["head", "linear"])
def test_kept_and_computed_features_train_the_same_weights(
    workshop: Path, train: Train, parts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = train(*options("lpips", parts))
    assert re.search(
        r"the frozen part takes \d+% of a step .* features of 3 crops a pair are kept \(.* MB for \d+ pairs", said
    )
    assert kept(workshop / "one")
    monkeypatch.setattr(frozen_share, "LEAST", 1.1)
    said = train(*options("lpips", parts, f"checkpoints_dir={workshop}/two"))
    assert "less than a third: its features are not kept" in said
    assert not kept(workshop / "two")
    assert alike(workshop / "one", workshop / "two")
    train(*options("lpips", parts, f"checkpoints_dir={workshop}/three", "train.seed=5"))
    assert not alike(workshop / "one", workshop / "three")
    assert checkpoints.read(workshop / "one" / "last.pt")["identity"]["crop_pool"] == "3"


def test_an_interrupted_training_goes_on_and_finds_its_features(workshop: Path, train: Train) -> None:
    train(*options("lpips", "head", "train.n_epoch=1"))
    before = kept(workshop / "one")
    assert "all were there already" in train(*options())
    assert kept(workshop / "one") == before
    train(*options("lpips", "head", f"checkpoints_dir={workshop}/two"))
    assert alike(workshop / "one", workshop / "two")
    with pytest.raises(UserError, match=r"method\.crop_pool was 3, is 4|crop_pool was 3, is 4"):
        train(*(text.replace("crop_pool: 3", "crop_pool: 4") for text in options()))


def test_a_damaged_file_is_named_and_a_shortened_one_made_anew(workshop: Path, train: Train) -> None:
    train(*options("lpips", "head", "train.n_epoch=1"))
    file = max(kept(workshop / "one"), key=lambda path: path.stat().st_size)
    content = file.read_bytes()
    file.write_bytes(content[:-3])
    assert "1 pairs computed" in train(*options("lpips", "head", "train.n_epoch=2"))
    assert file.read_bytes() == content
    for one in kept(workshop / "one"):
        os.truncate(one, one.stat().st_size - 1)
        one.write_bytes(one.read_bytes() + b"!")
    with pytest.raises(UserError, match=r"\.npy: these kept features are damaged; remove the file"):
        train(*options())


def test_sdmp_net_tells_that_keeping_does_not_pay(workshop: Path, train: Train) -> None:
    text = "{name: sdmp-net-tiny, pretrained: false, crop_size: 64, crop_pool: 2}"
    said = train(f"method={text}", "train.n_epoch=1", "dataset.resize=[64, 64]")
    share = re.search(r"the frozen part takes (\d+)% of a step", said)
    assert share is not None, said
    told = "are not kept" in said
    assert told == (int(share[1]) < 33)
    assert bool(kept(workshop / "one")) != told
    assert checkpoints.read(workshop / "one" / "last.pt")["identity"]["crop_pool"] == "2"


def folder_of(workshop: Path, seed: int, **options: Any) -> Path:
    """Where a method's features of the workshop's pairs would be kept, its backbone drawn by a seed."""
    method = FineTune(metric="lpips", pretrained=False, crop_pool=2, crop_size=32, **options)
    torch.manual_seed(seed)
    method.build("cpu")
    pool = FeaturePool(method, SizePolicy(), ImageCache(SizePolicy()), 0, "cpu", sha256_file)
    row = pd.DataFrame({"pair": ["p"], "enhanced_path": [workshop / "0_1.png"], "reference_path": [workshop / "0.png"]})
    return pool.keep(workshop / "kept", {"threads": 1}, next(row.itertuples())).folder


def test_features_are_shared_where_backbone_and_crops_are_equal_only(workshop: Path) -> None:
    own = folder_of(workshop, 0, train_parts="head")
    assert folder_of(workshop, 0, train_parts="linear") == own, "heads share"
    assert folder_of(workshop, 1, train_parts="head") != own, "another backbone"
    assert folder_of(workshop, 0, train_parts="head", flip=False) != own, "other crops"
    assert folder_of(workshop, 0, train_parts="head", fov_crops=False) != own, "other crops"


PROTOCOL = {"repeat": 2, "test": 0.34, "validate": 0.2, "seed": 1}


def studied(parts: str, **more: Any) -> dict[str, Any]:
    """A method of a study whose backbone is published."""
    method = {"name": "finetune", "metric": "lpips", "train_parts": parts, "crop_size": 32, "crop_pool": 2}
    return {**method, "label": parts, "train_on": "own", "seeds": [0, 1], "train": {**TRAIN, "n_epoch": 2}, **more}


@pytest.mark.long
def test_partitions_seeds_and_heads_share_the_files_and_tables_mark_the_pool(
    tmp_path: Path,
    plugin_folder: Path,
    near: None,
    weight_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(tmp_path)
    monkeypatch.chdir(tmp_path)
    methods = [studied("head"), studied("linear")]
    write(tmp_path, datasets=STUDY["datasets"][:1], methods=methods, unpublished_weights="mark", protocol=PROTOCOL)
    assert main(["train", "study.yaml"]) == 0
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert "8 of 8 trainings are done" in said
    folders = sorted((tmp_path / "checkpoints" / "kept_features").iterdir())
    held = {folder: json.loads((folder / "features.json").read_text()) for folder in folders}
    assert sorted(stated["kind"] for stated in held.values()) == ["training", "validation"]
    (pool,) = (folder for folder, stated in held.items() if stated["kind"] == "training")
    count = len(list(pool.rglob("*.npy")))
    assert 12 <= count <= 18, "what is trained on in either partition, once"
    assert said.count("all were there already") >= 5
    assert main(["run", "study.yaml"]) == 0
    shown = (tmp_path / "out" / "tables" / "medians.md").read_text()
    assert "trained on a fixed pool of 2 crops a pair" in shown


@pytest.mark.long
def test_ranks_that_train_together_share_the_work(root: Path, workshop: Path, train: Train) -> None:
    train(*options())
    start = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    line = [sys.executable, *start, str(root / "run_benchmark.py"), "train", str(workshop / "train.yaml")]
    for setting in options("lpips", "head", f"checkpoints_dir={workshop}/two"):
        line += ["--set", setting]
    done = subprocess.run(
        line, cwd=workshop, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert len(kept(workshop / "two")) == len(kept(workshop / "one"))
    one, two = state(workshop / "one"), state(workshop / "two")
    backbone = [name for name in one if ".net." in name]
    assert all(torch.equal(one[name], two[name]) for name in backbone)
    assert all(two[name].isfinite().all() for name in two)
