"""The training loop on a tiny learned method: repeatable, resumable after SIGKILL, the same over two ranks."""

import csv
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmark.cli import main
from benchmark.core.errors import UserError
from benchmark.plugins import checkpoints

pytestmark = pytest.mark.heavy

TINY = Path(__file__).with_name("methods") / "tiny.py"
TORCHRUN = ("-m", "torch.distributed.run", "--standalone")


@pytest.fixture
def place(tmp_path: Path, plugin_folder: Path, near: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: six references with three enhanced images each, and the method, as files."""
    import cv2

    rng = np.random.default_rng(0)
    lines = ["reference,enhanced,mos,condition,split"]
    for number in range(6):
        reference = rng.integers(60, 190, (32, 32, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.png"), reference)
        for step in range(3):
            brighter = np.clip(reference.astype(int) + 12 * step + rng.integers(-3, 4), 0, 255).astype(np.uint8)
            cv2.imwrite(str(tmp_path / f"{number}_{step}.png"), brighter)
            split = "test" if number > 3 else "train"
            lines.append(f"{number}.png,{number}_{step}.png,{50 + 10 * step + rng.normal():.3f},c{step},{split}")
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    shutil.copy(TINY, plugin_folder / "methods")
    (tmp_path / "train.yaml").write_text(
        "dataset: {name: table, file: pairs.csv}\nmethod: tiny\nplugins: [plugins]\nthreads: 1\ndevice: cpu\n"
        "train: {validate: 0.25, n_epoch: 4, batch_size: 4, learning_rate: 0.01, num_workers: 0, save_interval: 1}\n"
        "checkpoints_dir: one\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@dataclass(frozen=True)
class Done:
    """A command's exit status, and what it said."""

    returncode: int
    stderr: str


Train = Callable[..., Done]


@pytest.fixture
def train(place: Path, capsys: pytest.CaptureFixture[str]) -> Train:
    """Run ``train`` in this process, with further ``--set`` options."""

    def call(*settings: str) -> Done:
        capsys.readouterr()
        return Done(main(["train", "train.yaml", *options(settings)]), capsys.readouterr().err)

    return call


@pytest.fixture
def apart(root: Path, place: Path) -> Train:
    """Run ``train`` in a process of its own, or in several."""

    def call(*settings: str, ranks: int = 1) -> Done:
        start = [*TORCHRUN, f"--nproc-per-node={ranks}"] if ranks > 1 else []
        line = [sys.executable, *start, str(root / "run_benchmark.py"), "train", "train.yaml", *options(settings)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(line, cwd=place, env=environment, capture_output=True, text=True, timeout=200)
        return Done(done.returncode, done.stderr)

    return call


def options(settings: Sequence[str]) -> list[str]:
    return [part for setting in settings for part in ("--set", setting)]


def history(folder: Path) -> list[dict[str, str]]:
    with open(folder / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_a_killed_training_goes_on_to_the_same_weights_bit_for_bit(place: Path, train: Train, apart: Train) -> None:
    import torch

    done = train()
    assert done.returncode == 0, done.stderr
    (place / "plugins" / "methods" / "kill-0").write_text(
        "8"
    )  # 9 pairs in batches of 4: three steps an epoch, the third
    assert apart("checkpoints_dir=two").returncode == -9
    assert len(history(place / "two")) == 2
    resumed = train("checkpoints_dir=two")
    assert resumed.returncode == 0, resumed.stderr
    assert "going on after epoch 2" in resumed.stderr
    one, two = (checkpoints.read(place / name / "last.pt") for name in ("one", "two"))
    assert one["state"].keys() == two["state"].keys()
    assert all(torch.equal(one["state"][key], two["state"][key]) for key in one["state"])
    assert len(history(place / "one")) == len(history(place / "two")) == 4
    for name in ("best.pt", "last.pt", "epoch_4.pt", "history.csv", "history.png"):
        assert (place / "one" / name).stat().st_size > 0
    scaling = one["label_scaling"]
    assert set(one["training_references"]).isdisjoint(one["selected_on"]["references"])
    assert scaling["low"] < scaling["high"]
    other = train("train.learning_rate=0.02")
    assert other.returncode == 2
    assert "learning_rate was 0.01, is 0.02" in other.stderr


@pytest.mark.long
def test_two_ranks_agree_with_one_and_workers_change_nothing(place: Path, train: Train, apart: Train) -> None:
    import torch

    once = ("train.n_epoch=1", "method.noise=0.0", "train.loss={mse: 1, plcc: 0.5}")
    alone = train(*once)
    both = apart(*once, "checkpoints_dir=two", ranks=2)
    loaded = train(*once, "checkpoints_dir=three", "train.num_workers=2")
    for done in (alone, both, loaded):
        assert done.returncode == 0, done.stderr
    states = [checkpoints.read(place / name / "last.pt")["state"] for name in ("one", "two", "three")]
    for key, value in states[0].items():
        torch.testing.assert_close(states[1][key], value, rtol=0, atol=1e-6)
        assert torch.equal(states[2][key], value)
    first, second = (history(place / name)[0] for name in ("one", "two"))
    for column in ("train_loss", "val_srcc", "val_plcc", "val_krcc"):
        assert float(first[column]) == pytest.approx(float(second[column]), abs=1e-5)


def test_few_pairs_are_learnt_by_heart_and_scored_where_they_may_be(
    place: Path, train: Train, capsys: pytest.CaptureFixture[str]
) -> None:
    done = train("train.n_epoch=60", "train.validate=test", "method.noise=0.0", "train.save_interval=60")
    assert done.returncode == 0, done.stderr
    losses = [float(row["train_loss"]) for row in history(place / "one")]
    assert losses[-1] < 0.05 * losses[0]

    def run(split: str) -> Done:
        (place / "run.yaml").write_text(
            f"dataset: {{name: table, file: pairs.csv, splits: [{split}]}}\nplugins: [plugins]\nworkers: 1\n"
            "methods: [{name: tiny, checkpoint: one/best.pt}]\nstatistics: {replicates: 20}\nreport: {plots: [png]}\n"
        )
        capsys.readouterr()
        return Done(main(["run", "run.yaml"]), capsys.readouterr().err)

    refused = run("train")
    assert refused.returncode == 2
    assert "was trained on 4 of the references to be scored" in refused.stderr
    scored = run("test")
    assert scored.returncode == 0, scored.stderr
    assert "‡" in (place / "results" / "run" / "tables" / "comparison.md").read_text()


def test_checkpoints_that_run_code_or_are_cut_off_are_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (os.system, (f"touch {tmp_path / 'ran'}",))

    import torch

    torch.save({"format": checkpoints.FORMAT, "x": Evil()}, tmp_path / "evil.pt")
    with pytest.raises(UserError, match="holds more than data and is refused"):
        checkpoints.read(tmp_path / "evil.pt")
    assert checkpoints.summary(tmp_path / "evil.pt").get("x") is None
    (tmp_path / "bare.pt").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(UserError, match=r"bare\.pt"):
        checkpoints.read(tmp_path / "bare.pt")
    assert not (tmp_path / "ran").exists()
    checkpoints.write(tmp_path / "good.pt", {"state": {"a": torch.zeros(1000)}, "epoch": 3})
    assert checkpoints.read(tmp_path / "good.pt")["epoch"] == 3
    assert checkpoints.summary(tmp_path / "good.pt")["epoch"] == 3
    content = (tmp_path / "good.pt").read_bytes()
    (tmp_path / "last.pt").write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"last\.pt: it is cut off or damaged"):
        checkpoints.read(tmp_path / "last.pt")


def test_a_damaged_checkpoint_is_named_and_an_earlier_one_used_only_on_request(place: Path, train: Train) -> None:
    assert train("train.n_epoch=2").returncode == 0
    last = place / "one" / "last.pt"
    last.write_bytes(last.read_bytes()[:500])
    refused = train("train.n_epoch=3")
    assert refused.returncode == 2
    assert "last.pt: it is cut off or damaged" in refused.stderr
    assert "train.load_epoch=2 goes on from epoch 2" in refused.stderr
    assert train("train.n_epoch=3", "train.load_epoch=2").returncode == 0
    assert len(history(place / "one")) == 3
