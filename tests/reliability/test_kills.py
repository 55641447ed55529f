"""Killed at random moments while files are exchanged: whatever is kept at the end is what a new computation gives.

``run`` and ``train``, each as one process and as two ranks of ``torchrun``; there a rank or ``torchrun`` itself is killed.
``EFID_BENCH_KILLS`` sets how many kills each gets (a few by default; docs/reliability.md records fifty), ``EFID_BENCH_SEED``
which ones.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmark.core.hashes import sha256_file
from benchmark.plugins import checkpoints
from benchmark.scoring.store import Store
from benchmark.simulation import write_demo
from tests.makers import write_darkened_set
from tests.training.test_training import TINY

pytestmark = pytest.mark.heavy

KILLS = int(os.environ.get("EFID_BENCH_KILLS", "2"))
CAMPAIGN = pytest.mark.skipif(
    "EFID_BENCH_KILLS" not in os.environ,
    reason="a campaign, by hand: EFID_BENCH_KILLS=50; single kills of ranks and trainings are in test_ranks, tests/training",
)
SEED = int(os.environ.get("EFID_BENCH_SEED", "0"))
LONGEST_S = 120.0
LONGEST_RUN_S = 15.0
"""A first run may wait for code to be compiled, which later ones find ready."""
EPOCHS = 6
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--max-restarts=3"]

EDITED = """
import time
from benchmark import Method, MethodInfo
from ._factor import FACTOR


class Edited(Method):
    info = MethodInfo(name="edited", title="Edited", higher_is_better=False)

    def score(self, enhanced, reference):
        time.sleep(0.01)
        return FACTOR * (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""
TRAINED = """
import time
from pathlib import Path
from benchmark import Method, MethodInfo


class Trained(Method):
    info = MethodInfo(name="trained", title="Trained", higher_is_better=False)

    def __init__(self, *, weights: Path):
        self.place = weights

    def files(self):
        return {"checkpoint": self.place}

    def load(self, device):
        self.factor = float(self.place.read_text())

    def score(self, enhanced, reference):
        time.sleep(0.01)
        return self.factor * (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""


@dataclass(frozen=True)
class Exchange:
    """A file of which there are several versions, all of the same kind."""

    path: Path
    versions: Sequence[bytes]

    def do(self, rng: random.Random) -> None:
        """Another version in its place: a new file, or the same one with its times put back."""
        now, before = self.path.read_bytes(), self.path.stat()
        new = rng.choice([version for version in self.versions if version != now])
        if rng.random() < 0.5:
            beside = self.path.with_name(f"{self.path.name}.new")
            beside.write_bytes(new)
            beside.replace(self.path)
        else:
            self.path.write_bytes(new)
            os.utime(self.path, ns=(before.st_atime_ns, before.st_mtime_ns))


class Command:
    """A command that is started again and again, as one process or as two ranks, and often killed."""

    def __init__(self, root: Path, place: Path, ranks: int, *words: str) -> None:
        self._line = [sys.executable, *(TORCHRUN if ranks > 1 else []), str(root / "run_benchmark.py"), *words]
        self._place, self._ranks = place, ranks
        self._log = place / "said.log"

    def _start(self) -> subprocess.Popen[bytes]:
        with open(self._log, "wb") as log:  # a pipe would be held by whatever outlives a kill
            environment = {**os.environ, "OMP_NUM_THREADS": "1"}
            return subprocess.Popen(self._line, cwd=self._place, stdout=log, stderr=log, env=environment)

    def _finish(self, process: subprocess.Popen[bytes], *statuses: int) -> None:
        """It ends within a bounded time, with one of these statuses, and alone never in a traceback."""
        try:
            status = process.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError("it hangs") from None
        said = self._log.read_text(errors="replace")
        assert status in statuses, said[-5000:]
        assert self._ranks > 1 or "Traceback" not in said, said[-5000:]

    def undisturbed(self) -> float:
        """Once, to its good end; the seconds it took."""
        begin = time.monotonic()
        self._finish(self._start(), 0)
        return time.monotonic() - begin

    def is_killed(self, rng: random.Random, whole: float, exchanges: Sequence[Exchange] = ()) -> bool:
        """Start it, exchange files and kill it at random moments within so many seconds; whether it had not ended."""
        process, begin = self._start(), time.monotonic()
        moment = rng.uniform(0.3, whole)
        acts = sorted(rng.uniform(0.3, whole) for _ in range(rng.randint(1, 2) if exchanges else 0))
        for act in (act for act in acts if act < moment):
            _wait(process, begin + act)
            rng.choice(exchanges).do(rng)
        _wait(process, begin + moment)
        if process.poll() is not None:
            self._finish(process, 0, 2, 3)
            return False
        self._kill(process, rng)
        return True

    def _kill(self, process: subprocess.Popen[bytes], rng: random.Random) -> None:
        """The process; of two ranks one of them, after which torchrun starts both again, or torchrun itself."""
        ranks = _children(process.pid) if self._ranks > 1 and rng.random() < 0.5 else []
        if ranks:
            os.kill(rng.choice(ranks), signal.SIGKILL)
            self._finish(process, 0, 1)
        else:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], until: float) -> None:
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)


def _children(pid: int) -> list[int]:
    place = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in place.read_text().split()] if place.exists() else []


@pytest.fixture(scope="module", autouse=True)
def heard() -> Iterator[None]:
    """What ignores Ctrl-C, a script's ``&`` say, would hand that on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    """Six references with six images each, a plug-in with a helper, one with a checkpoint."""
    write_demo(tmp_path / "data", references=6, size=96, photos=None, seed=0)
    (tmp_path / "plugins" / "methods").mkdir(parents=True)
    (tmp_path / "plugins" / "methods" / "edited.py").write_text(EDITED)
    (tmp_path / "plugins" / "methods" / "_factor.py").write_text("FACTOR = 1.0\n")
    (tmp_path / "plugins" / "methods" / "trained.py").write_text(TRAINED)
    (tmp_path / "best.txt").write_text("1.0")
    (tmp_path / "run.yaml").write_text(
        "dataset: {name: efid, root: data, splits: [all]}\nplugins: [plugins]\nthreads: 1\nworkers: 1\n"
        "methods: [psnr, gmsd, edited, {name: trained, weights: best.txt}]\n"
        "statistics: {replicates: 20}\nreport: {plots: []}\n"
    )
    return tmp_path


def exchanges(place: Path) -> list[Exchange]:
    """Images, a checkpoint, a plug-in and its helper, each with versions of one size."""
    found = []
    for path in sorted((place / "data").rglob("*.png"))[::7]:
        image = cv2.imread(str(path))
        assert image is not None
        others = [cv2.imencode(".png", np.roll(image, step, axis=1))[1].tobytes() for step in (1, 2)]
        found.append(Exchange(path, [path.read_bytes(), *others]))
    plugins = place / "plugins" / "methods"
    factors = [f"FACTOR = {factor}.0\n".encode() for factor in (1, 3, 9)]
    edits = [EDITED.replace("sleep(0.01)", f"sleep(0.0{digit})").encode() for digit in (1, 2)]
    checkpoint = Exchange(place / "best.txt", [b"1.0", b"5.0", b"7.0"])
    helper, plugin = Exchange(plugins / "_factor.py", factors), Exchange(plugins / "edited.py", edits)
    return [*found, *[checkpoint, helper, plugin] * (len(found) // 3)]


def assert_true(place: Path, output: Path, fresh: Path) -> None:
    """The results are those of a new computation, and so is each stored score of the files as they are."""
    assert (output / "scores.csv").read_bytes() == (fresh / "scores.csv").read_bytes()
    kept, new = Store(output / "store"), Store(fresh / "store")
    kept.read()
    new.read()
    assert not kept.unreadable
    assert len(new._scores) == 36 * 4
    for key, score in new._scores.items():
        assert kept._scores[key].value == score.value, score
    there = {sha256_file(path) for path in (place / "data").rglob("*.png")}
    producers = {score.producer for score in new._scores.values()}
    for key, score in kept._scores.items():
        if score.producer in producers and {score.enhanced, score.reference} <= there:
            assert key in new._scores, score


@pytest.mark.timeout(120 + 60 * KILLS)
@CAMPAIGN
@pytest.mark.parametrize("ranks", [1, 2])
def test_a_run_whose_files_are_exchanged_keeps_nothing_but_the_truth(ranks: int, root: Path, scored: Path) -> None:
    print("seed", seed := f"{SEED}-run-{ranks}")
    rng, kills, tries = random.Random(seed), 0, 0
    command = Command(root, scored, ranks, "run", "run.yaml", "--output", "out")
    changes, whole = exchanges(scored), min(command.undisturbed(), LONGEST_RUN_S)
    while kills < KILLS:
        kills += command.is_killed(rng, whole, changes)
        tries += 1
    command.undisturbed()
    print(f"{kills} kills in {tries} runs of up to {whole:.1f} s")
    Command(root, scored, 1, "run", "run.yaml", "--output", "fresh").undisturbed()
    assert_true(scored, scored / "out", scored / "fresh")


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """Six references with three enhanced images each, and a method that learns slowly enough to be killed at it."""
    (tmp_path / "plugins" / "methods").mkdir(parents=True)
    shutil.copy(TINY, tmp_path / "plugins" / "methods")
    (tmp_path / "plugins" / "methods" / "pause").write_text("0.08")
    write_darkened_set(tmp_path / "pairs.csv", references=6, strengths=range(3))
    (tmp_path / "train.yaml").write_text(
        "dataset: {name: table, file: pairs.csv}\nmethod: {name: tiny}\nplugins: [plugins]\nthreads: 1\ndevice: cpu\n"
        f"train: {{validate: 0.25, n_epoch: {EPOCHS}, batch_size: 4, num_workers: 0, learning_rate: 0.01}}\n"
    )
    return tmp_path


@pytest.mark.timeout(120 + 60 * KILLS)
@CAMPAIGN
@pytest.mark.parametrize("ranks", [1, 2])
def test_a_killed_training_ends_in_the_weights_of_an_undisturbed_one(ranks: int, root: Path, trained: Path) -> None:
    import torch

    print("seed", seed := f"{SEED}-train-{ranks}")
    rng, kills = random.Random(seed), 0
    folders: list[str] = []

    def into(directory: str) -> Command:
        return Command(root, trained, ranks, "train", "train.yaml", "--set", f"checkpoints_dir={directory}")

    whole = into("whole").undisturbed()
    while kills < KILLS:
        folders.append(f"killed-{len(folders)}")
        command, most = into(folders[-1]), min(KILLS, kills + rng.randint(1, 4))
        while kills < most and command.is_killed(rng, whole):
            kills += 1
        command.undisturbed()
    print(f"{kills} kills in {len(folders)} trainings of {whole:.1f} s")
    for name in ("last.pt", "best.pt"):
        wanted = checkpoints.read(trained / "whole" / name)
        for folder in folders:
            found = checkpoints.read(trained / folder / name)
            assert found["epoch"] == wanted["epoch"]
            assert found["state"].keys() == wanted["state"].keys()
            assert all(torch.equal(tensor, found["state"][key]) for key, tensor in wanted["state"].items())
