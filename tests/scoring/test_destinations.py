"""Where runs write: never over another run's results, a part of a run beside the whole of it, one run at a time."""

import json
from pathlib import Path

import pytest
import yaml

import benchmark
from benchmark.cli import main
from benchmark.core import owner
from benchmark.core.errors import UserError
from benchmark.results import belongings

pytestmark = pytest.mark.heavy

QUICK = {"statistics": {"replicates": 20}, "report": {"plots": []}}


def write_config(path: Path, table: Path, **changes: object) -> Path:
    """A configuration whose methods need no images: the floor, and scores from a file."""
    scores = table.parent / "mine.csv"
    if not scores.exists():
        rows = [line.split(",") for line in table.read_text().splitlines()[1:]]
        scores.write_text("enhanced,score\n" + "".join(f"{row[1]},{at}\n" for at, row in enumerate(rows)))
    mine = {"name": "scores-file", "file": str(scores), "higher_is_better": True, "label": "mine"}
    content = {"dataset": {"name": "table", "file": str(table)}, "methods": ["enhancer-mean", mine], **QUICK, **changes}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content))
    return path


def methods_in(folder: Path) -> list[str]:
    return (folder / "scores.csv").read_text().splitlines()[0].split(",")[11:]


@pytest.fixture
def here(tmp_path: Path, tiny_set: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, with a configuration and its results beside the data set's folder."""
    place = tmp_path / "work"
    write_config(place / "c.yaml", tiny_set)
    monkeypatch.chdir(place)
    return place


def test_two_configurations_of_one_name_do_not_share_the_default_output(
    here: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_config(here / "other" / "c.yaml", tiny_set, methods=["enhancer-mean"])
    assert main(["run", "c.yaml"]) == 0
    before = (here / "results" / "c" / "scores.csv").read_bytes()
    capsys.readouterr()
    assert main(["run", "other/c.yaml"]) == 2
    said = capsys.readouterr().err
    assert "holds other results: run of c.yaml" in said
    assert "--output" in said
    assert "--overwrite" in said
    assert (here / "results" / "c" / "scores.csv").read_bytes() == before
    assert main(["run", "other/c.yaml", "--overwrite"]) == 0
    assert methods_in(here / "results" / "c") == ["enhancer-mean"]


def test_an_edited_configuration_and_a_runs_own_record_go_on_in_the_folder(here: Path, tiny_set: Path) -> None:
    assert main(["run", "c.yaml"]) == 0
    write_config(here / "c.yaml", tiny_set, methods=["enhancer-mean"], seed=7)
    assert main(["run", "c.yaml"]) == 0
    assert main(["run", "results/c/run.json"]) == 0
    assert main(["run", str(here / "c.yaml"), "--set", "statistics.replicates=30"]) == 0
    assert methods_in(here / "results" / "c") == ["enhancer-mean"]
    assert not (here / "results" / "c" / ".lock").exists()


def test_the_same_configuration_on_other_data_is_refused(
    here: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tiny_set.with_name("pairs2.csv")
    copy.write_text(tiny_set.read_text())
    assert main(["run", "c.yaml"]) == 0
    capsys.readouterr()
    assert main(["run", "c.yaml", "--set", f"dataset.file={copy}"]) == 2
    assert f"data in {tiny_set}" in capsys.readouterr().err


def test_a_mapping_counts_by_its_content(here: Path) -> None:
    settings = yaml.safe_load((here / "c.yaml").read_text())
    benchmark.run(settings, output="out")
    benchmark.run(benchmark.RunConfig.model_validate(settings), output="out", device="cpu")
    with pytest.raises(UserError, match="of other content; name another folder"):
        benchmark.run({**settings, "methods": ["enhancer-mean"]}, output="out")
    with pytest.raises(UserError, match="holds other results"):
        benchmark.run("c.yaml", output="out")
    benchmark.run("c.yaml", output="out", overwrite=True)


def test_a_part_of_a_run_goes_beside_the_whole_with_the_same_store(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "c.yaml"]) == 0
    whole = (here / "results" / "c" / "scores.csv").read_bytes()
    for more in (
        ("--methods", "mine"),
        ("--limit", "1"),
        ("--set", "limit=1"),
        ("--limit", "1", "--output", "results/c"),
    ):
        capsys.readouterr()
        assert main(["run", "c.yaml", *more]) in (0, 3)
        said = capsys.readouterr()
        assert f"narrowed by {more[0]}" in said.err
        assert "report: results/c-partial/report.html" in said.out
    assert (here / "results" / "c" / "scores.csv").read_bytes() == whole
    assert not (here / "results" / "c-partial" / "store").exists()
    assert main(["run", "results/c/run.json", "--methods", "mine"]) == 0
    assert methods_in(here / "results" / "c-partial") == ["mine"]


def test_a_part_of_a_run_goes_where_it_was_sent_if_nothing_else_is_there(here: Path) -> None:
    for more in (("--methods", "mine"), ("--limit", "1")):
        assert main(["run", "c.yaml", *more, "--output", "small"]) in (0, 3)
        assert main(["report", "small"]) in (0, 3)
    assert not (here / "small-partial").exists()
    assert main(["run", "c.yaml", "--output", "small"]) == 0, "the whole may follow"
    assert main(["run", "c.yaml", "--limit", "1", "--output", "small"]) in (0, 3)
    assert (here / "small-partial" / "report.html").exists(), "the whole is not replaced by a part"
    (here / "mine").mkdir()
    (here / "mine" / "thesis.tex").write_text("x")
    assert main(["run", "c.yaml", "--limit", "1", "--output", "mine"]) == 2
    assert [path.name for path in (here / "mine").iterdir()] == ["thesis.tex"]


def test_what_a_run_reads_is_not_replaced_by_it(here: Path, tiny_set: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "out").mkdir()
    (here / "out" / "scores.csv").write_text((tiny_set.parent / "mine.csv").read_text())
    mine = {"name": "scores-file", "file": "scores.csv", "higher_is_better": True, "label": "mine"}
    write_config(here / "out" / "own.yaml", tiny_set, methods=[mine])
    assert main(["run", "out/own.yaml", "--output", "out", "--overwrite"]) == 2
    assert "scores.csv: is read, and results in" in capsys.readouterr().err
    (here / "out" / "scores.csv").rename(here / "out" / "theirs.csv")
    write_config(here / "out" / "own.yaml", tiny_set, methods=[{**mine, "file": "theirs.csv"}])
    assert main(["run", "out/own.yaml", "--output", "out"]) == 0, "a configuration and its files may lie there"
    assert (here / "out" / "theirs.csv").exists()


def test_a_second_run_is_refused_while_the_first_is_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with owner.sole_owner(here / "results" / "c", "run of a.yaml", remedy="x"):
        assert main(["run", "c.yaml"]) == 2
        assert "in use by run of a.yaml" in capsys.readouterr().err
    assert main(["run", "c.yaml"]) == 0
    with owner.sole_owner(here / "results" / "c", "run of a.yaml", remedy="x"):
        assert main(["report", "results/c"]) == 2
        assert main(["evaluate", "t.csv", "--mos", "mos", "--methods", "a", "--output", "results/c"]) == 2
    listed = json.loads((here / "results" / "c" / belongings.NAME).read_text())["files"]
    assert ".lock" not in listed
