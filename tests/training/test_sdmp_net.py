"""SDMP-Net's small variant through ``train`` and ``run``: killed, over ranks, in any order, the same."""

import csv
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.cli import main
from benchmark.commands import train
from benchmark.plugins import checkpoints
from tests.training.test_training import TORCHRUN, Done, options

pytestmark = pytest.mark.heavy

MORTAL = """
import os, signal
from benchmark import MethodInfo
from benchmark.plugins.methods.sdmp_net import SDMPNetTiny


class Mortal(SDMPNetTiny):
    info = MethodInfo(name="mortal", title="Mortal", higher_is_better=True, trained_on="this data set's training split")

    def predict(self, enhanced, reference):
        if self._network.training and "DIE_AT" in os.environ:
            self.calls = getattr(self, "calls", 0) + 1
            if self.calls == int(os.environ["DIE_AT"]):
                os.kill(os.getpid(), signal.SIGKILL)
        return super().predict(enhanced, reference)
"""
HEADER = "reference,enhanced,mos,condition,split"
Command = Callable[..., Done]


@pytest.fixture
def place(tmp_path: Path, plugin_folder: Path, near: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: six references with three enhanced images each, configurations for training and scoring."""
    import cv2

    rng, lines = np.random.default_rng(0), [HEADER]
    for number in range(6):
        reference = cv2.resize(rng.integers(40, 200, (12, 12, 3), dtype=np.uint8), (96, 96))
        cv2.imwrite(str(tmp_path / f"{number}.png"), reference)
        for step in range(3):
            brighter = np.clip(reference.astype(int) + 15 * step, 0, 255).astype(np.uint8)
            cv2.imwrite(str(tmp_path / f"{number}_{step}.png"), brighter)
            split = "test" if number > 3 else "train"
            lines.append(f"{number}.png,{number}_{step}.png,{50 + 10 * step + rng.normal():.3f},c{step},{split}")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    (plugin_folder / "methods" / "mortal.py").write_text(MORTAL)
    (tmp_path / "train.yaml").write_text(
        "dataset: {name: table, file: pairs.csv}\nplugins: [plugins]\nthreads: 1\ndevice: cpu\n"
        "method: {name: mortal, pretrained: false, crop_size: 32, fov_crops: false}\n"
        "train: {validate: 0.25, n_epoch: 4, batch_size: 4, learning_rate: 0.001, num_workers: 0, save_interval: 9}\n"
        "checkpoints_dir: one\n"
    )
    (tmp_path / "run.yaml").write_text(
        "dataset: {name: table, file: pairs.csv}\nplugins: [plugins]\nthreads: 1\ndevice: cpu\n"
        "methods: [{name: mortal, checkpoint: one/last.pt, crop_size: 32, crops: 3, fov_crops: false}]\n"
        "statistics: {replicates: 20}\nreport: {plots: []}\nworkers: 1\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(place: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """``train`` or ``run`` in this process, with ``--set`` options."""

    def call(what: str, *settings: str) -> Done:
        capsys.readouterr()
        return Done(main([what, f"{what}.yaml", *options(settings)]), capsys.readouterr().err)

    return call


@pytest.fixture
def apart(root: Path, place: Path) -> Command:
    """``train`` in a process of its own, or in several."""

    def call(*settings: str, ranks: int = 1, **environment: str) -> Done:
        start = [*TORCHRUN, f"--nproc-per-node={ranks}"] if ranks > 1 else []
        line = [sys.executable, *start, str(root / "run_benchmark.py"), "train", "train.yaml", *options(settings)]
        around = {**os.environ, "OMP_NUM_THREADS": "1", **environment}
        done = subprocess.run(line, cwd=place, env=around, capture_output=True, text=True, timeout=300)
        return Done(done.returncode, done.stderr)

    return call


def state(folder: Path) -> dict[str, torch.Tensor]:
    return dict(checkpoints.read(folder / "last.pt")["state"])


def shuffle(table: Path) -> None:
    lines = table.read_text().splitlines()[1:]
    random.Random(1).shuffle(lines)
    table.write_text("\n".join([HEADER, *lines]) + "\n")


def rescale_labels(table: Path) -> None:
    """From labels of 50 to 70 to labels of 100 to 140."""
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["mos"] = str(2 * float(row["mos"]))
    table.write_text("\n".join([HEADER, *(",".join(row.values()) for row in rows)]) + "\n")


def first_epoch(folder: Path) -> dict[str, str]:
    with open(folder / "history.csv", newline="") as file:
        return next(iter(csv.DictReader(file)))


@pytest.mark.long
def test_killed_in_the_third_epoch_it_goes_on_to_the_same_weights_bit_for_bit(
    place: Path, command: Command, apart: Command
) -> None:
    """Dropout, flips and random crops on; nine pairs in batches of four, so that the eighth step lies in epoch three."""
    assert command("train").returncode == 0
    assert apart("checkpoints_dir=two", DIE_AT="8").returncode == -9
    assert checkpoints.read(place / "two" / "last.pt")["epoch"] == 2
    resumed = command("train", "checkpoints_dir=two")
    assert resumed.returncode == 0, resumed.stderr
    one, two = state(place / "one"), state(place / "two")
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)


@pytest.mark.long
def test_two_ranks_loading_processes_and_another_order_train_the_same(
    place: Path, command: Command, apart: Command
) -> None:
    once = ("train.n_epoch=1", "method.dropout=0.0")
    assert command("train", *once).returncode == 0
    both = apart(*once, "checkpoints_dir=two", ranks=2)
    assert both.returncode == 0, both.stderr
    shuffle(place / "pairs.csv")
    assert command("train", *once, "checkpoints_dir=three", "train.num_workers=2").returncode == 0
    one, three = state(place / "one"), state(place / "three")
    assert all(torch.equal(one[key], three[key]) for key in one)
    rows = [first_epoch(place / name) for name in ("one", "two")]
    for column in ("train_loss", "val_srcc", "val_plcc", "val_krcc"):
        assert float(rows[0][column]) == pytest.approx(float(rows[1][column]), abs=1e-5)


def test_scores_are_the_same_bytes_in_any_order_and_labels_that_changed_are_refused(
    place: Path, command: Command
) -> None:
    assert command("train", "train.n_epoch=1").returncode == 0

    def scores(output: str) -> list[list[str]]:
        done = command("run", f"output={output}")
        assert done.returncode == 0, done.stderr
        with open(place / output / "scores.csv", newline="") as file:
            return sorted(csv.reader(file))

    first = scores("a")
    assert len({row[-1] for row in first}) > 6, "scores that don't differ would hide everything"
    shuffle(place / "pairs.csv")
    assert scores("b") == first
    rescale_labels(place / "pairs.csv")
    refused = command("run", "output=d")
    assert refused.returncode == 2
    assert "its checkpoint scales labels from" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.long
def test_eight_pairs_are_learnt_by_heart(place: Path) -> None:
    """Without dropout, from fixed crops: the loss falls below one percent of what it was at the start."""
    lines = [line for line in (place / "pairs.csv").read_text().splitlines() if not line.endswith("test")]
    (place / "pairs.csv").write_text("\n".join(lines[:9]) + "\n")
    method = ["dropout=0.0", "flip=false", "random_crop=false", "keep_features=1"]
    section = ["validate=0", "n_epoch=80", "batch_size=8", "T_max=80", "save_interval=80"]
    train.train(
        place / "train.yaml",
        settings=[*(f"method.{option}" for option in method), *(f"train.{option}" for option in section)],
    )
    with open(place / "one" / "history.csv", newline="") as file:
        losses = [float(row["train_loss"]) for row in csv.DictReader(file)]
    assert losses[-1] < 0.01 * losses[0]
