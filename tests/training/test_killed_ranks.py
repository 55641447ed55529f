"""``torchrun … train`` with a rank that is killed: the next round goes on to the weights of an undisturbed training.

``EFID_BENCH_RANK_KILLS`` sets at how many random moments more (docs/reliability.md records ten), ``EFID_BENCH_SEED`` which.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.plugins import checkpoints
from tests import orphans
from tests.makers import write_darkened_set
from tests.training.test_training import TINY, TORCHRUN

pytestmark = pytest.mark.heavy

BATCHES = 4
EPOCHS = 4
KILLS: list[tuple[tuple[int, int], ...]] = [((0, 2), (1, BATCHES + 2))]
"""Which ranks die at which of their steps, one after the other: before anything is kept, then after the first epoch."""
SEED = os.environ.get("EFID_BENCH_SEED", "0")
rng = random.Random(SEED)
for _ in range(int(os.environ.get("EFID_BENCH_RANK_KILLS", "0"))):
    KILLS.append(((rng.randrange(2), rng.randint(1, BATCHES * EPOCHS)),))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight references with four enhanced images each, and the method, as files."""

    folder = tmp_path_factory.mktemp("killed")
    (folder / "plugins" / "methods").mkdir(parents=True)
    shutil.copy(TINY, folder / "plugins" / "methods")
    write_darkened_set(folder / "table.csv", references=8, strengths=range(4))
    (folder / "train.yaml").write_text(
        "dataset: {name: table, file: table.csv}\nmethod: {name: tiny}\nplugins: [plugins]\nthreads: 1\n"
        f"train: {{validate: 0.25, n_epoch: {EPOCHS}, batch_size: 6, num_workers: 0, "
        "learning_rate: 0.01, loss: {mse: 1, plcc: 0.5}}\n"
    )
    return folder


@pytest.fixture(scope="module")
def command(root: Path) -> Callable[[str], list[str]]:
    def over_two_ranks(directory: str) -> list[str]:
        torchrun = [*TORCHRUN, "--nproc-per-node=2", "--max-restarts=3"]
        words = ["train", "train.yaml", "--set", f"checkpoints_dir={directory}"]
        return [sys.executable, *torchrun, str(root / "run_benchmark.py"), *words]

    return over_two_ranks


@pytest.fixture(scope="module")
def train(command: Callable[[str], list[str]], place: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    def call(directory: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(directory), cwd=place, capture_output=True, text=True, timeout=280)

    return call


@pytest.fixture(scope="module")
def undisturbed(place: Path, train: Callable[[str], subprocess.CompletedProcess[str]]) -> dict[str, Any]:
    done = train("whole")
    assert done.returncode == 0, done.stderr
    return dict(checkpoints.read(place / "whole" / "last.pt")["state"])


@pytest.mark.long
@pytest.mark.parametrize("kills", dict.fromkeys(KILLS))
def test_killed_ranks_end_in_the_same_weights(
    kills: tuple[tuple[int, int], ...],
    place: Path,
    train: Callable[[str], subprocess.CompletedProcess[str]],
    undisturbed: dict[str, Any],
) -> None:
    import torch

    orders = {place / "plugins" / "methods" / f"kill-{rank}": step for rank, step in kills}
    for order, step in orders.items():
        order.write_text(str(step))
    folder = "killed-" + "-".join(f"{rank}-{step}" for rank, step in kills)
    done = train(folder)
    assert done.returncode == 0, done.stderr
    assert not any(order.exists() for order in orders), "each rank was killed"
    found = checkpoints.read(place / folder / "last.pt")
    assert found["epoch"] == EPOCHS
    for name, tensor in undisturbed.items():
        assert torch.equal(tensor, found["state"][name]), name


def test_ranks_end_with_the_torchrun_that_started_them(place: Path, command: Callable[[str], list[str]]) -> None:
    """They would go on unseen, and own the folder, for as long as there is work."""
    pause = place / "plugins" / "methods" / "pause"
    pause.write_text("600")
    try:
        process = subprocess.Popen(command("alone"), cwd=place, stderr=subprocess.DEVNULL)
        while process.poll() is None and not (place / "alone" / ".lock").exists():
            time.sleep(0.05)
        assert len([words for words in orphans.living().values() if " train " in words]) == 3
        process.kill()
        process.wait()
        assert not orphans.left((), grace=5.0)
    finally:
        pause.unlink()
