"""A folder's files: only ours are replaced or deleted, other results and strangers' folders are refused. Real files."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import benchmark
from benchmark.cli import main
from benchmark.core import places
from benchmark.core.errors import UserError
from benchmark.results import belongings, claims, earlier

TABLE = "reference,pair,mos,condition,a,extra\n" + "".join(
    f"r{i // 2},r{i // 2}_{i % 2},{i % 5 + i / 10},{'xy'[i % 2]},{i},{i * i}\n" for i in range(12)
)
QUICK = ("--set", "statistics.replicates=20", "--set", "report.plots=[]")


def evaluate(table: Path | str, *more: str) -> int:
    return main(["evaluate", str(table), "--mos", "mos", "--methods", "a", *QUICK, *more])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_table_is_never_overwritten_by_its_own_evaluation(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = here / "results" / "scores" / "scores.csv"
    scores.parent.mkdir(parents=True)
    scores.write_text(TABLE)
    (here / "link").symlink_to("results/scores")
    (here / "other.csv").symlink_to(scores)
    before = contents(here)
    for table, output in (
        ("results/scores/scores.csv", ()),  # its default output is its own folder
        ("results/scores/scores.csv", ("--output", "link")),
        ("other.csv", ("--output", "results/scores")),
        ("link/scores.csv", ("--output", "results/../results/scores/", "--overwrite")),
    ):
        assert evaluate(table, *output) == 2, (table, output)
        said = capsys.readouterr().err
        assert "would replace it" in said
        assert "--output" in said
    os.chdir(scores.parent)
    assert evaluate("scores.csv", "--output", ".") == 2
    assert contents(here) == before


def test_a_folder_of_somebody_elses_is_refused_and_keeps_everything(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "t.csv").write_text(TABLE)
    for name in (
        "thesis/chapter.tex",
        "thesis/histories/1848.txt",
        "photos/plots/scatter_of_mine.png",
        "odd/store/wine",
    ):
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text("mine")
    before = contents(here)
    for folder in ("thesis", "photos", "odd"):
        assert evaluate("t.csv", "--output", folder) == 2
        assert "holds files that are not results" in capsys.readouterr().err
        assert evaluate("t.csv", "--output", folder, "--overwrite") == 2
    assert contents(here) == before


def test_what_the_user_keeps_in_a_folder_of_ours_stays_and_is_not_replaced(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "t.csv").write_text(TABLE)
    assert evaluate("t.csv", "--output", "out") == 0
    mine = {"plots/scatter_a_annotated.png": "x", "histories/notes.csv": "y", "tables/mine.tex": "z", "notes.md": "n"}
    for name, text in mine.items():
        (here / "out" / name).parent.mkdir(exist_ok=True)
        (here / "out" / name).write_text(text)
    assert evaluate("t.csv", "--output", "out") == 0
    assert {name: (here / "out" / name).read_text() for name in mine} == mine
    (here / "out" / "tables" / "second.csv").write_text("mine too")
    capsys.readouterr()
    assert evaluate("t.csv", "--output", "out", "--set", "report.tables=[{name: second}]") == 2
    assert "second.csv: was not written by this tool" in capsys.readouterr().err
    assert (here / "out" / "tables" / "second.csv").read_text() == "mine too"


def test_our_own_files_that_results_no_longer_have_are_deleted(here: Path) -> None:
    (here / "t.csv").write_text(TABLE)
    assert evaluate("t.csv", "--output", "out", "--set", "report.tables=[{name: one}, {name: two}]") == 0
    assert evaluate("t.csv", "--output", "out", "--set", "report.tables=[{name: one}]") == 0
    assert {path.name for path in (here / "out" / "tables").iterdir()} == {"one.csv", "one.md", "one.notes.tex", "one.tex"}
    listed = set(json.loads((here / "out" / belongings.NAME).read_text())["files"])
    assert listed == set(contents(here / "out")) - {belongings.NAME}


@pytest.mark.heavy
def test_other_results_are_refused_unless_they_are_to_be_replaced(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a/t.csv", "b/t.csv"):  # one stem, one default output
        (here / name).parent.mkdir()
        (here / name).write_text(TABLE.replace(",r", f",{name[0]}"))
    assert evaluate("a/t.csv") == 0
    before = contents(here)
    assert evaluate("b/t.csv") == 2
    said = capsys.readouterr().err
    assert "evaluate of a/t.csv" in said
    assert "--output" in said
    assert "--overwrite" in said
    assert contents(here) == before
    (here / "a" / "t.csv").write_text(TABLE.replace("0.0", "0.5"))  # the same table, edited
    assert evaluate("a/t.csv") == 0
    assert evaluate("b/t.csv", "--overwrite") == 0
    assert "b0" in (here / "results" / "t" / "scores.csv").read_text()
    shutil.copytree(here, here.parent / "moved", symlinks=True)
    os.chdir(here.parent / "moved")
    assert evaluate("b/t.csv") == 0, "everything was moved together"
    os.chdir(here)


@pytest.mark.heavy
def test_a_report_of_several_runs_replaces_none_of_them(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "ab":
        (here / f"{name}.csv").write_text(TABLE)
        assert evaluate(f"{name}.csv") == 0
    assert main(["report", "results/a", "results/b"]) == 0
    assert main(["report", "results/a", "results/b"]) == 0
    for more in ((), ("--overwrite",)):
        assert main(["report", "results/a", "results/b", "--output", "results/a", *more]) == 2
    assert main(["report", "results/a", "--output", "results/b"]) == 2
    assert "holds other results: evaluate of b.csv" in capsys.readouterr().err
    assert main(["report", "results/a", "--output", "again"]) == 0
    assert main(["report", "again"]) == 0
    assert main(["report", "again", "--output", "results/a"]) == 0, "the same results"


def test_a_folder_of_an_earlier_version_is_known_by_its_record(here: Path) -> None:
    (here / "t.csv").write_text(TABLE)
    (here / "u.csv").write_text(TABLE)
    assert evaluate("t.csv", "--output", "out", "--set", "report.plots=[png]") == 0
    later = {belongings.NAME, belongings.REPORT_NOTE, *places.PARAGRAPH, "tables/comparison.notes.tex"}
    drawn = set(contents(here / "out")) - later
    known = set(earlier.files(json.loads((here / "out" / "run.json").read_text())))
    assert drawn <= known
    assert not known & later, "a file of such a name is the user's there"
    for name in later:
        (here / "out" / name).unlink()
    (here / "out" / "plots" / "scatter_a_annotated.png").write_text("mine")
    assert evaluate("t.csv", "--output", "out") == 0
    assert [path.name for path in (here / "out" / "plots").iterdir()] == ["scatter_a_annotated.png"]


def test_a_list_that_names_other_files_deletes_and_writes_nothing_there(here: Path) -> None:
    (here / "t.csv").write_text(TABLE)
    assert evaluate("t.csv", "--output", "out") == 0
    (here / "precious.tex").write_text("mine")
    (here / "out" / "thesis.tex").write_text("mine")
    note = json.loads((here / "out" / belongings.NAME).read_text())
    note["files"] += ["../precious.tex", "thesis.tex", str(here / "precious.tex"), 7, "plots/../thesis.tex"]
    (here / "out" / belongings.NAME).write_text(json.dumps(note))
    assert main(["report", "out"]) == 0
    assert (here / "precious.tex").read_text() == (here / "out" / "thesis.tex").read_text() == "mine"
    (here / "pictures").mkdir()
    shutil.rmtree(here / "out" / "tables")
    (here / "out" / "tables").symlink_to(here / "pictures")
    assert main(["report", "out"]) == 2
    assert not list((here / "pictures").iterdir())


def test_a_killed_writers_folder_is_taken_up_again(here: Path) -> None:
    """A lock, an unfinished file and stored scores are nobody's results; what was listed before the kill is ours."""
    claim = claims.of_file("run", here / "c.yaml")
    (here / "out" / "store").mkdir(parents=True)
    (here / "out" / "store" / "part-000001-0a0b0c0d.jsonl").write_text("")
    (here / "out" / ".run.json.1.0a0b0c0d.partial").write_text("")
    (here / "first" / "store").mkdir(parents=True)
    (here / "first" / "store" / ".files.json.1.0a0b0c0d.partial").write_text("killed at the first file")
    belongings.refuse(here / "first", claim)
    with belongings.possession(here / "out", claim) as holding:
        holding.admit(["run.json", "plots/scatter_a.png"])
        (here / "out" / "run.json").write_text("{")
    with belongings.possession(here / "out", claim) as holding:
        assert holding.files == {"run.json"}
        holding.admit(["run.json"])
    with (
        pytest.raises(UserError, match=r"holds other results: run of .*c\.yaml"),
        belongings.possession(here / "out", claims.of_file("run", here / "d.yaml")),
    ):
        pass
    assert not (here / "out" / ".lock").exists()


def test_a_refused_or_failed_beginning_leaves_no_folder(here: Path) -> None:
    with pytest.raises(RuntimeError), belongings.possession(here / "new", claims.of_file("run", here / "c.yaml")):
        raise RuntimeError
    assert not (here / "new").exists()


def test_python_is_refused_as_well(here: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"reference": list("aabbccdd"), "mos": range(8), "m": [1, 3, 2, 4, 6, 5, 8, 7]})
    quick: dict[str, Any] = {"statistics": {"replicates": 20}, "report": {"plots": []}}
    first = benchmark.evaluate(frame, mos="mos", methods="m", output=here / "out", **quick)
    first.save()
    first.save()
    other = benchmark.evaluate(frame.assign(m=range(8)), mos="mos", methods="m", output=here / "out", **quick)
    with pytest.raises(UserError, match="of other content"):
        other.save()
    other.save(overwrite=True)
    assert benchmark.read(here / "out").scores["m"].tolist() == list(range(8))
