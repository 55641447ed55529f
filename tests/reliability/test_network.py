"""No command looks for a network unless a method needs weights that are not there and ``offline`` is false.

This process, and every other Python process below, workers included, notes each attempt to look up a name or to connect, and
fails it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.simulation import write_demo
from tests.reliability.guard import sitecustomize

pytestmark = pytest.mark.heavy

GUARD = Path(__file__).with_name("guard")
COMMANDS = [
    ["list", "methods"],
    ["list", "datasets"],
    ["check", "run.yaml"],
    ["run", "run.yaml"],
    ["run", "results/run/run.json", "--output", "again"],
    ["report", "results/run"],
    ["evaluate", "results/run/scores.csv", "--mos", "mos", "--methods", "psnr,gmsd"],
    ["score", "psnr", "data/test_eha/00002_gamma.png", "data/test_ref/00002.png"],
    ["power", "--references", "30", "--conditions", "6", "--srcc", "0.8", "--difference", "0.1"],
    ["demo-data", "more", "--references", "2", "--size", "64"],
    ["demo-data", "like", "--like", "csiq", "--references", "2", "--size", "64"],
]
APART = [["run", "weights.yaml"], ["train", "train.yaml"]]
"""What imports nearly everything, as processes of their own, so that imports are heard, too."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    write_demo(folder / "data", references=4, size=96, photos=None, seed=0)
    head = "dataset: {name: efid, root: data}\nstatistics: {replicates: 20}\nreport: {plots: []}\n"
    (folder / "run.yaml").write_text(f"{head}methods: [psnr, gmsd]\nworkers: 1\n")
    (folder / "weights.yaml").write_text(f"{head}methods: [psnr, lpips]\nworkers: 1\noffline: true\n")
    (folder / "train.yaml").write_text(
        "dataset: {name: efid, root: data}\nmethod: {name: sdmp-net-tiny, pretrained: false, crop_size: 64}\n"
        "train: {n_epoch: 1, num_workers: 0}\ncheckpoints_dir: checkpoints\nthreads: 1\n"
    )
    return folder


def go(
    root: Path, place: Path, arguments: list[str], **environment: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    attempts = place / "attempts"
    attempts.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, str(root / "run_benchmark.py"), *arguments],
        cwd=place,
        env={
            **{key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")},
            "PYTHONPATH": str(GUARD),
            "ATTEMPTS": str(attempts),
            "TORCH_HOME": str(place / "empty"),
            "HF_HOME": str(place / "empty"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done, attempts.read_text() if attempts.exists() else ""


def test_no_command_asks_for_a_network(
    place: Path, near: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("ATTEMPTS", str(place / "heard"))
    monkeypatch.setenv("PYTHONPATH", str(GUARD), prepend=os.pathsep)  # for whatever they start
    for name, owner in sitecustomize.GUARDED.items():
        monkeypatch.setattr(owner, name, sitecustomize.refuse(name))
    for arguments in COMMANDS:
        assert main(arguments) == 0, f"{arguments}: {capsys.readouterr().err}"
        assert not (place / "heard").exists(), f"{arguments} tried {(place / 'heard').read_text()}"


@pytest.mark.long
@pytest.mark.parametrize("arguments", APART)
def test_nothing_that_a_command_imports_or_starts_asks_for_a_network(
    arguments: list[str], root: Path, place: Path
) -> None:
    done, attempts = go(root, place, arguments)
    assert done.returncode in ((0, 2, 3) if arguments[-1] == "weights.yaml" else (0,)), done.stderr
    assert attempts == "", f"{arguments} tried {attempts}"


def test_the_guard_sees_what_does_ask(root: Path, place: Path) -> None:
    """``weights`` is asked to download: were the guard blind, the test above could not fail."""
    online = (place / "weights.yaml").read_text().replace("offline: true\n", "")
    (place / "online.yaml").write_text(online)
    done, attempts = go(root, place, ["weights", "online.yaml", "--to", "shelf"])
    assert done.returncode != 0
    assert "getaddrinfo" in attempts or "connect" in attempts
