"""No command looks for a network unless a method needs weights that are not there and ``offline`` is false.

Every Python process below, workers included, notes each attempt to look up a name or to connect, and fails it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.simulation import write_demo

pytestmark = pytest.mark.heavy

GUARD = """
import os, socket

def refuse(what):
    def refused(*arguments, **_):
        address = arguments[-1] if arguments else ""
        if not isinstance(address, (str, bytes)) or what == "look up":  # a path is a local socket
            with open(os.environ["ATTEMPTS"], "a") as file:
                file.write(f"{what} {arguments!r}\\n")
        raise OSError("no network in this test")
    return refused

socket.socket.connect = refuse("connect")
socket.socket.connect_ex = refuse("connect")
socket.getaddrinfo = refuse("look up")
"""
COMMANDS = [
    ["list", "methods"],
    ["list", "datasets"],
    ["check", "run.yaml"],
    ["run", "run.yaml"],
    ["run", "weights.yaml"],
    ["run", "results/run/run.json", "--output", "again"],
    ["report", "results/run"],
    ["evaluate", "results/run/scores.csv", "--mos", "mos", "--methods", "psnr,gmsd"],
    ["score", "psnr", "data/test_eha/00002_gamma.png", "data/test_ref/00002.png"],
    ["train", "train.yaml"],
    ["power", "--references", "30", "--conditions", "6", "--srcc", "0.8", "--difference", "0.1"],
    ["demo-data", "more", "--references", "2", "--size", "64"],
    ["demo-data", "like", "--like", "csiq", "--references", "2", "--size", "64"],
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    write_demo(folder / "data", references=4, size=96, photos=None, seed=0)
    head = "dataset: {name: efid, root: data}\nstatistics: {replicates: 20}\nreport: {plots: []}\n"
    (folder / "run.yaml").write_text(f"{head}methods: [psnr, gmsd]\n")
    (folder / "weights.yaml").write_text(f"{head}methods: [psnr, lpips]\noffline: true\n")
    (folder / "train.yaml").write_text(
        "dataset: {name: efid, root: data}\nmethod: {name: sdmp-net-tiny, pretrained: false, crop_size: 64}\n"
        "train: {n_epoch: 1, num_workers: 0}\ncheckpoints_dir: checkpoints\nthreads: 1\n"
    )
    (folder / "guard").mkdir()
    (folder / "guard" / "sitecustomize.py").write_text(GUARD)
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
            "PYTHONPATH": str(place / "guard"),
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


@pytest.mark.slow
def test_no_command_asks_for_a_network(root: Path, place: Path) -> None:
    expected = {"weights.yaml": (0, 2, 3)}
    for arguments in COMMANDS:
        done, attempts = go(root, place, arguments)
        assert done.returncode in expected.get(arguments[-1], (0,)), f"{arguments}: {done.stderr}"
        assert attempts == "", f"{arguments} tried {attempts}"


def test_the_guard_sees_what_does_ask(root: Path, place: Path) -> None:
    """``weights`` is asked to download: were the guard blind, the test above could not fail."""
    online = (place / "weights.yaml").read_text().replace("offline: true\n", "")
    (place / "online.yaml").write_text(online)
    done, attempts = go(root, place, ["weights", "online.yaml", "--to", "shelf"])
    assert done.returncode != 0
    assert "look up" in attempts or "connect" in attempts
