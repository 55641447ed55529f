"""Odd labels, odd paths, and standard streams that are closed, full or left: no traceback, and the run's work is kept."""

import os
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest

from benchmark.cli import main
from tests.makers import write_darkened_set
from tests.near import no_processes

pytestmark = pytest.mark.heavy

FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small table of pairs, a configuration, and the output ``out`` of its run."""
    place = tmp_path_factory.mktemp("streams")
    write_darkened_set(place / "pairs.csv", references=2, strengths=range(2))
    (place / "run.yaml").write_text(
        "dataset: {name: table, file: pairs.csv}\nreport: {plots: []}\nstatistics: {replicates: 20}\nworkers: 1\n"
        'methods: [{name: psnr, label: "[/b]"}, {name: ssim, label: "[red]s"}]\n'
    )
    with no_processes(), chdir(place):
        assert main(["run", "run.yaml", "--output", "out"]) == 0
    return place


@pytest.fixture
def config(scored: Path, tmp_path: Path) -> Path:
    """A copy of that folder, whose scores are known: the configuration."""
    shutil.copytree(scored, tmp_path, dirs_exist_ok=True)
    return tmp_path / "run.yaml"


def shell(root: Path, line: str, place: Path) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} {root / 'run_benchmark.py'}"
    text = line.replace("BENCH", program)
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail\n{text}"], cwd=place, capture_output=True, text=True, timeout=200
    )


ANEW = (
    "BENCH run run.yaml --output out 2>&1 | head -1",
    "BENCH run run.yaml --output out --set workers=2 <&- >&- 2>&-",
)
"""What computes its scores as well; the others find them stored."""


@pytest.mark.parametrize(
    ("line", "status"),
    [
        pytest.param("BENCH run run.yaml --output out 2>&1", 0, marks=pytest.mark.long),
        ("BENCH run run.yaml --output out 2>&1 | head -1", 0),
        pytest.param("BENCH run run.yaml --output out 2>&-", 0, marks=pytest.mark.long),
        ("BENCH run run.yaml --output out --set workers=2 <&- >&- 2>&-", 0),
        pytest.param("BENCH run run.yaml --output out 2>/dev/full", 0, marks=pytest.mark.long),
        pytest.param("BENCH run run.yaml --output out >/dev/full", 2, marks=pytest.mark.long),
        ("BENCH run run.yaml --output out >/dev/full 2>/dev/full", 2),
    ],
)
def test_labels_that_look_like_markup_and_streams_that_take_nothing_cost_no_work(
    line: str, status: int, root: Path, config: Path, tmp_path: Path
) -> None:
    if "full" in line and not FULL.exists():
        pytest.skip("no /dev/full on this system")
    for name in ("scores.csv", "report.html"):
        (tmp_path / "out" / name).unlink()
    if line in ANEW:
        shutil.rmtree(tmp_path / "out")
    done = shell(root, line, tmp_path)
    assert "Traceback" not in done.stdout + done.stderr
    assert done.returncode == status, done.stderr
    header = (tmp_path / "out" / "scores.csv").read_text().splitlines()[0]
    assert header.endswith("[/b],[red]s")
    assert (tmp_path / "out" / "report.html").is_file()
    if line.endswith("2>&1"):
        assert "[red]s" in done.stdout


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("arguments", ["--help", "list methods", "score psnr {0} {0} --json"])
def test_results_that_could_not_be_written_are_an_error(arguments: str, root: Path, tiny_set: Path) -> None:
    done = shell(root, f"BENCH {arguments.format(tiny_set.parent / '0.png')} >/dev/full", tiny_set.parent)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr


@pytest.mark.parametrize("text", ['"da\\0ta"', '"da\\ud800ta"'], ids=["NUL", "half a character"])
@pytest.mark.parametrize("key", ["output", "dataset.file", "report.title"])
def test_texts_that_no_file_can_hold_are_refused_with_the_key(
    text: str, key: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(config), "--set", f"{key}={text}"]) == 2
    said = capsys.readouterr().err
    assert f"--set {key}" in said
    assert len(said.splitlines()) <= 2


def test_a_path_that_is_no_text_is_a_path(root: Path, config: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"out\xff")
    (tmp_path / "out").rename(tmp_path / name)
    arguments = [sys.executable, str(root / "run_benchmark.py"), "run", str(config), "--output", str(tmp_path / name)]
    done = subprocess.run(arguments, capture_output=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / name / "report.html").is_file()
