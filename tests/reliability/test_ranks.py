"""``torchrun … run``: several processes share one run; the same bytes, also when one is killed, also over two agents."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmark.scoring.store import parse_part
from benchmark.scoring.torchrun import EARLY, ScoringRanks
from benchmark.simulation import write_demo

pytestmark = pytest.mark.heavy

METHODS = Path(__file__).with_name("methods")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen references with six images each, and a plug-in that can kill its rank."""
    folder = tmp_path_factory.mktemp("ranks")
    write_demo(folder / "data", references=16, size=96, photos=None, seed=0)
    shutil.copytree(METHODS, folder / "plugins" / "methods")
    (folder / "run.yaml").write_text(
        "dataset: {name: efid, root: data, splits: [all]}\nmethods: [slow, mortal]\nplugins: [plugins]\n"
        "threads: 1\nworkers: 1\nstatistics: {replicates: 50}\nreport: {plots: []}\n"
    )
    return folder


def command(root: Path, output: Path, *torchrun: str) -> list[str]:
    start = [sys.executable, *(["-m", "torch.distributed.run", *torchrun] if torchrun else [])]
    return [*start, str(root / "run_benchmark.py"), "run", "run.yaml", "--output", str(output)]


def go(place: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=place, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def alone(root: Path, place: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """``scores.csv`` of a single process."""
    output = tmp_path_factory.mktemp("alone")
    done = go(place, command(root, output))
    assert done.returncode == 0, done.stderr
    return (output / "scores.csv").read_bytes()


def check(output: Path, alone: bytes) -> None:
    """The same bytes, and every score on disk once."""
    assert (output / "scores.csv").read_bytes() == alone
    assert (output / "report.html").is_file()
    parts = [parse_part(path.read_text())[1] for path in (output / "store").glob("part-*.jsonl")]
    times = Counter(score.key for part in parts for score in part)
    assert len(times) == 192
    assert set(times.values()) == {1}


def test_references_are_taken_early_only_while_many_are_left() -> None:
    from torch.distributed import HashStore  # type: ignore[attr-defined]

    assert ScoringRanks().plenty(1, workers=8)
    ranks = [ScoringRanks(rank, 2, _store=store) for store in [HashStore()] for rank in range(2)]
    items = range(EARLY * 2 * 3 + 2)
    first, second = (rank.share(items) for rank in ranks)
    assert [next(first), ranks[1].plenty(len(items), workers=3)] == [0, True]
    assert [next(second), ranks[0].plenty(len(items), workers=3)] == [1, False]
    assert ranks[0].plenty(len(items), workers=2)
    assert next(first) == 2  # asking has taken nothing


def test_two_ranks_give_the_bytes_of_one(root: Path, place: Path, alone: bytes, tmp_path: Path) -> None:
    done = go(place, command(root, tmp_path / "out", "--standalone", "--nproc-per-node=2"))
    assert done.returncode == 0, done.stderr
    check(tmp_path / "out", alone)
    shared = re.search(r"192 to compute, 0 known, shared by 2 ranks", done.stderr)
    own = re.search(r"(\d+) of 192 computed", done.stderr)
    assert shared
    assert own
    assert 0 < int(own.group(1)) < 192, "both ranks had a part"


@pytest.mark.long
def test_a_killed_rank_is_started_again_and_nothing_is_lost(
    root: Path, place: Path, alone: bytes, tmp_path: Path
) -> None:
    (place / "plugins" / "methods" / "kill").touch()
    done = go(
        place, command(root, tmp_path / "out", "--standalone", "--nproc-per-node=2", "--max-restarts=3")
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (place / "plugins" / "methods" / "kill").exists()
    assert "SIGKILL" in done.stderr or "Signal 9" in done.stderr or "-9" in done.stderr
    check(tmp_path / "out", alone)


@pytest.mark.long
def test_two_agents_with_a_shared_folder_do_as_one(root: Path, place: Path, alone: bytes, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--nnodes=2", "--nproc-per-node=1", "--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}"]
    arguments = command(root, tmp_path / "out", *options, "--rdzv-id=test", "--local-addr=127.0.0.1")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    agents = [
        subprocess.Popen(
            arguments, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for agent in agents:
        _, said = agent.communicate(timeout=300)
        assert agent.returncode == 0, said
    check(tmp_path / "out", alone)


@pytest.mark.long
def test_done_in_part_does_not_start_the_job_again(root: Path, place: Path, tmp_path: Path) -> None:
    text = (place / "run.yaml").read_text().replace("slow, mortal", "slow, sdmp-net-tiny")
    (place / "part.yaml").write_text(text)
    arguments = command(root, tmp_path / "out", "--standalone", "--nproc-per-node=2", "--max-restarts=3")
    done = go(place, [argument.replace("run.yaml", "part.yaml") for argument in arguments])
    assert done.returncode == 0, done.stderr
    assert "done in part (exit status 3 without torchrun" in done.stderr
    assert done.stderr.count("to compute") == 1
