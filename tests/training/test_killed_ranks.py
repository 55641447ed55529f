"""``torchrun … train`` with a rank that is killed: the next round goes on to the weights of an undisturbed training.

``EFID_BENCH_RANK_KILLS`` sets at how many random moments more (docs/reliability.md records ten), ``EFID_BENCH_SEED`` which.
"""

import os
import random
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
from tests.training.test_training import METHOD

pytestmark = pytest.mark.heavy

MORTAL = METHOD.replace(
    '"DIE_AT" in os.environ:',
    "(here := os.path.join(os.path.dirname(__file__), 'kill-' + os.environ['RANK'])) and os.path.exists(here):",
).replace('int(os.environ["DIE_AT"]):', "int(open(here).read()):\n                os.unlink(here)")
BATCHES = 4
EPOCHS = 4
MOMENTS = [(1, BATCHES + 2), (0, 2)]
"""Which rank dies at which of its calls: after the first epoch, and within it."""
SEED = os.environ.get("EFID_BENCH_SEED", "0")
rng = random.Random(SEED)
for _ in range(int(os.environ.get("EFID_BENCH_RANK_KILLS", "0"))):
    MOMENTS.append((rng.randrange(2), rng.randint(1, BATCHES * EPOCHS)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight references with four enhanced images each, and the method, as files."""

    folder = tmp_path_factory.mktemp("killed")
    (folder / "plugins" / "methods").mkdir(parents=True)
    (folder / "plugins" / "methods" / "tiny.py").write_text(MORTAL)
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
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=3"]
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


@pytest.mark.parametrize(("rank", "call"), dict.fromkeys(MOMENTS))
def test_a_killed_rank_ends_in_the_same_weights(
    rank: int,
    call: int,
    place: Path,
    train: Callable[[str], subprocess.CompletedProcess[str]],
    undisturbed: dict[str, Any],
) -> None:
    import torch

    (place / "plugins" / "methods" / f"kill-{rank}").write_text(str(call))
    done = train(f"killed-{rank}-{call}")
    assert done.returncode == 0, done.stderr
    assert not (place / "plugins" / "methods" / f"kill-{rank}").exists(), "the rank was killed"
    found = checkpoints.read(place / f"killed-{rank}-{call}" / "last.pt")
    assert found["epoch"] == EPOCHS
    for name, tensor in undisturbed.items():
        assert torch.equal(tensor, found["state"][name]), name


def test_ranks_end_with_the_torchrun_that_started_them(place: Path, command: Callable[[str], list[str]]) -> None:
    """They would go on unseen, and own the folder, for as long as there is work."""
    plugin = place / "plugins" / "methods" / "tiny.py"
    text = plugin.read_text()
    predicting = "        difference = enhanced"
    plugin.write_text(text.replace(predicting, f"        __import__('time').sleep(600)\n{predicting}"))
    assert plugin.read_text() != text
    try:
        process = subprocess.Popen(command("alone"), cwd=place, stderr=subprocess.DEVNULL)
        while process.poll() is None and not (place / "alone" / ".lock").exists():
            time.sleep(0.05)
        assert len([words for words in orphans.living().values() if " train " in words]) == 3
        process.kill()
        process.wait()
        assert not orphans.left((), grace=5.0)
    finally:
        plugin.write_text(text)
