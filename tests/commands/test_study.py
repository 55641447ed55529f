"""Studies from the command line: checked, foretold, run, killed, finished, reported and repeated."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from benchmark.cli import main
from benchmark.simulation import write_like

pytestmark = pytest.mark.heavy

STUDY = """\
datasets:
  - {name: live, root: live, label: LIVE}
  - {name: csiq, root: csiq}
protocol: {repeat: 3, test: 0.3}
methods: [psnr]
statistics: {replicates: 20}
report:
  plots: []
  tables:
    - {name: comparison, columns: [srcc], by: dataset, average: [direct], aggregate: median, spread: sd}
output: out
"""


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small data sets."""
    place = tmp_path_factory.mktemp("sets")
    write_like("live", place / "live", references=3, size=64)
    write_like("csiq", place / "csiq", references=3, size=64)
    return place


@pytest.fixture
def study(sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study of both, in a folder of its own, which is the working directory."""
    for name in ("live", "csiq"):
        (tmp_path / name).symlink_to(sets / name)
    (tmp_path / "study.yaml").write_text(STUDY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file by its name; of ``run.json`` all but times."""
    found = {}
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        content = path.read_bytes()
        if path.name == "run.json":
            content = json.dumps({**json.loads(content), "times": None}).encode()
        found[path.relative_to(folder).as_posix()] = content
    return found


@pytest.mark.long
def test_a_study_from_its_check_to_its_repetition(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "study.yaml"]) == 0
    assert "0 errors and 0 warnings about the data, 0 of 1 methods can't be used" in capsys.readouterr().out
    assert main(["weights", "study.yaml"]) == 0
    capsys.readouterr()

    assert main(["run", "study.yaml", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert [line.split()[:7] for line in told.splitlines() if line.startswith(("LIVE ", "csiq ", "total "))] == [
        ["LIVE", "75", "3", "1", "0", "75", "3"],
        ["csiq", "90", "3", "1", "0", "90", "3"],
        ["total", "165", "6", "1", "0", "165", "6"],
    ]
    assert "not measured" in told
    assert not (study / "out").exists()

    assert main(["run", "study.yaml"]) == 0
    first, header, row, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("LIVE · csiq: SRCC")
    assert header.split() == ["Method", "LIVE", "csiq", "Average", "Weighted", "average"]
    assert row.startswith("PSNR ↑")
    before = files_of(study / "out")

    assert main(["run", "study.yaml", "--dry-run"]) == 0
    assert "total       165           6        1     165           0" in capsys.readouterr().out
    assert files_of(study / "out") == before, "a forecast writes nothing"

    assert main(["report", "out"]) == 0
    assert files_of(study / "out") == before, "a report from the files is the same to the byte"

    assert main(["report", "out", "--output", "copy"]) == 0
    page = (study / "copy" / "report.html").read_text()
    assert 'href="../out/LIVE/report.html"' in page
    assert main(["report", "out", "out/csiq", "--output", "both"]) == 0
    page = (study / "both" / "report.html").read_text()
    assert 'href="../out/csiq/report.html">csiq (csiq)' in page
    assert "Weighted average" not in page, "it would seem to be of all three"

    elsewhere = study / "elsewhere"
    elsewhere.mkdir()
    os.chdir(elsewhere)
    assert main(["run", str(study / "out" / "run.json"), "--output", str(study / "out")]) == 0
    assert files_of(study / "out") == before, "its record repeats it from any folder"


def test_a_missing_data_set_costs_its_own_column(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "csiq").unlink()
    assert main(["check", "study.yaml"]) == 3
    said = capsys.readouterr().out
    assert f"csiq:\nerror: {study}/csiq: no such folder" in said
    assert "1 of 2 data sets can't be used; the others can" in said
    assert main(["run", "study.yaml", "--dry-run"]) == 3
    assert f"csiq: can't be used: {study}/csiq: no such folder" in capsys.readouterr().out
    assert main(["split", "study.yaml", "--to", "splits"]) == 3
    assert [path.name for path in (study / "splits").iterdir()] == ["LIVE.json"]
    assert main(["run", "study.yaml"]) == 3
    said = capsys.readouterr().out
    assert "csiq (missing)" in said
    assert f"csiq is missing: {study}/csiq: no such folder" in said
    (study / "live").unlink()
    for command in (["check"], ["run"], ["run", "--dry-run"], ["split", "--to", "splits"]):
        assert main([command[0], "study.yaml", *command[1:]]) == 2


def test_split_files_of_a_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "study.yaml", "--to", "splits.json"]) == 2
    assert "name one (--dataset LIVE), or a folder for all" in capsys.readouterr().err
    assert main(["split", "study.yaml", "--dataset", "cisq", "--to", "splits.json"]) == 2
    assert "did you mean 'csiq'?" in capsys.readouterr().err
    assert main(["split", "study.yaml", "--to", "splits"]) == 0
    assert main(["split", "study.yaml", "--dataset", "csiq", "--to", "one.json"]) == 0
    assert (study / "one.json").read_bytes() == (study / "splits" / "csiq.json").read_bytes()


def test_a_killed_study_ends_as_an_undisturbed_one(study: Path, root: Path) -> None:
    """Killed once the first data set is done; the finished one equals an undisturbed run with the same store."""
    line = [sys.executable, str(root / "run_benchmark.py"), "run", "study.yaml"]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    until = time.monotonic() + 100
    while not (study / "out" / "LIVE" / "report.html").exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (study / "out" / "report.html").exists()
    assert main(["run", "study.yaml"]) == 0
    found = files_of(study / "out")
    assert not [name for name in found if name.endswith(".partial")]
    (study / "out").rename(study / "killed")
    (study / "out").mkdir()
    (study / "killed" / "store").rename(study / "out" / "store")
    assert main(["run", "study.yaml"]) == 0
    assert files_of(study / "out") == found
    scores = pd.read_csv(study / "out" / "scores.csv")
    assert len(scores) == 165
    assert scores["psnr"].notna().all()
