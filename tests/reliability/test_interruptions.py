"""Runs that are killed, crowded, out of disk or robbed of their folder: nothing lost, nothing half-read, a clear word.

``EFID_BENCH_KILLS`` sets how many random moments are tried (a few by default; docs/reliability.md records fifty).
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmark.cli import main
from benchmark.scoring.store import parse_part
from benchmark.simulation import write_demo

pytestmark = pytest.mark.heavy

KILLS = int(os.environ.get("EFID_BENCH_KILLS", "3"))
METHODS = Path(__file__).with_name("methods")
Start = Callable[[Path], subprocess.Popen[str]]
Here = Callable[[Path], tuple[int, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten references with six images each, two methods of different speed."""
    folder = tmp_path_factory.mktemp("interruptions")
    write_demo(folder / "data", references=10, size=96, photos=None, seed=0)
    (folder / "plugins" / "methods").mkdir(parents=True)
    shutil.copy(METHODS / "paced.py", folder / "plugins" / "methods")
    (folder / "run.yaml").write_text(
        "dataset: {name: efid, root: data, splits: [all]}\nmethods: [swift, slow]\nplugins: [plugins]\nworkers: 1\n"
        "statistics: {replicates: 50}\nreport: {plots: []}\n"
    )
    return folder


@pytest.fixture(scope="module", autouse=True)
def heard() -> Iterator[None]:
    """What ``nohup`` or a script's ``&`` starts, these tests perhaps, ignores Ctrl-C, and so would the runs it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def start(root: Path, place: Path) -> Start:
    """Begin a run that writes to a folder."""

    def begin(output: Path) -> subprocess.Popen[str]:
        command = [sys.executable, str(root / "run_benchmark.py"), "run", "run.yaml", "--output", str(output)]
        return subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return begin


@pytest.fixture(scope="module")
def undisturbed(start: Start, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, float]:
    """``scores.csv`` of a run that nobody touched, and the seconds it took."""
    output = tmp_path_factory.mktemp("undisturbed")
    begin = time.monotonic()
    _, said = (process := start(output)).communicate()
    assert process.returncode == 0, said
    return (output / "scores.csv").read_bytes(), time.monotonic() - begin


@pytest.fixture
def here(place: Path, near: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """A run in this process, to its end: its exit status, and what it said; never a traceback."""
    monkeypatch.chdir(place)

    def go(output: Path) -> tuple[int, str]:
        capsys.readouterr()
        status = main(["run", "run.yaml", "--output", str(output)])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, err

    return go


def stored(output: Path) -> set[tuple[str, str, str]]:
    """The keys of all scores in the store; every part must be whole."""
    keys: set[tuple[str, str, str]] = set()
    for part in (output / "store").glob("part-*.jsonl"):
        keys |= {score.key for score in parse_part(part.read_text())[1]}
    return keys


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit status, and what was said; never a traceback."""
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in out + err
    return process.returncode, err


def test_killed_at_random_moments_it_ends_in_the_same_bytes(
    start: Start, undisturbed: tuple[bytes, float], tmp_path: Path
) -> None:
    wanted, whole = undisturbed
    rng, kills, rounds = random.Random(KILLS), 0, 0
    while kills < KILLS:
        output = tmp_path / f"round_{rounds}"
        rounds += 1
        known: set[tuple[str, str, str]] = set()
        while True:
            process = start(output)
            try:
                _, said = process.communicate(timeout=rng.uniform(0.3, whole) if kills < KILLS else 300)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
                now = stored(output)
                assert known <= now, "a score that was stored is gone"
                known = now
                continue
            assert process.returncode == 0, said
            break
        assert (output / "scores.csv").read_bytes() == wanted
    print(f"{kills} kills over {rounds} runs")


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(
    start: Start, undisturbed: tuple[bytes, float], tmp_path: Path
) -> None:
    process = start(tmp_path / "out")
    deadline = time.monotonic() + 120
    while not list((tmp_path / "out" / "store").glob("part-*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    status, said = finish(process)
    assert status == 130, said
    assert "the same command goes on from there" in said
    kept = stored(tmp_path / "out")
    assert kept
    status, said = finish(start(tmp_path / "out"))
    assert status == 0
    assert f"{len(kept)} known" in said
    assert (tmp_path / "out" / "scores.csv").read_bytes() == undisturbed[0]


@pytest.mark.long
def test_of_two_runs_in_the_same_folder_one_is_refused_and_does_no_damage(
    start: Start, undisturbed: tuple[bytes, float], tmp_path: Path
) -> None:
    both = [start(tmp_path / "out") for _ in range(2)]
    ended = sorted(finish(process) for process in both)
    assert [status for status, _ in ended] == [0, 2], ended
    (said,) = ended[1][1].strip().splitlines()
    assert "in use by run of" in said
    assert "name another folder (--output)" in said
    assert not (tmp_path / "out" / ".lock").exists()
    assert (tmp_path / "out" / "scores.csv").read_bytes() == undisturbed[0]
    assert len(stored(tmp_path / "out")) == 120


@pytest.mark.long
def test_a_folder_deleted_in_the_middle_costs_no_more_than_what_was_in_it(
    start: Start, undisturbed: tuple[bytes, float], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    process = start(output)
    deadline = time.monotonic() + 120
    while not list((output / "store").glob("part-*.jsonl")) and time.monotonic() < deadline:
        time.sleep(0.05)
    shutil.rmtree(output, ignore_errors=True)
    status, said = finish(process)
    assert status in (0, 2), said
    assert finish(start(output))[0] == 0
    assert (output / "scores.csv").read_bytes() == undisturbed[0]


def test_a_clock_set_back_changes_nothing(here: Here, undisturbed: tuple[bytes, float], tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert here(output)[0] == 0
    for path in (output / "store").iterdir():
        os.utime(path, (4e9, 4e9))  # written in the year 2096, as seen from now
    status, said = here(output)
    assert status == 0
    assert "0 to compute, 120 known" in said
    assert (output / "scores.csv").read_bytes() == undisturbed[0]


def test_an_output_that_is_a_file_is_said(here: Here, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    status, said = here(tmp_path / "out")
    assert status == 2
    assert str(tmp_path / "out") in said
    assert (tmp_path / "out").read_text() == "mine"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 60 KB; mounting one needs the rights of root."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60k", "none", str(place)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("a small file system can't be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_and_what_was_written_serves_the_next_run(
    here: Here, undisturbed: tuple[bytes, float], small_disk: Path
) -> None:
    status, said = here(small_disk / "out")
    assert status == 2
    assert "No space left on device" in said
    assert len(said.strip().splitlines()[-1]) < 300
    before = stored(small_disk / "out")
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)
    status, said = here(small_disk / "out")
    assert status == 0, said
    assert f"{len(before)} known" in said
    assert (small_disk / "out" / "scores.csv").read_bytes() == undisturbed[0]


def test_a_read_only_output_is_said(here: Here, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    status, said = here(small_disk / "out")
    assert status == 2
    assert "Read-only file system" in said
