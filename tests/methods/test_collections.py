"""One entry of a configuration for a file of many methods' scores: in runs, checks, dry runs and studies."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import benchmark
from benchmark import UserError
from benchmark.cli import main
from benchmark.config.source import read_source
from benchmark.plugins.methods.scores_file import ScoresFile
from benchmark.scoring.several import write_out

pytestmark = pytest.mark.heavy

ENTRY = {"name": "scores-file", "file": "published.csv", "columns": "all", "higher_better": ["psnr"]}
QUICK = {"statistics": {"replicates": 20}, "report": {"plots": []}}


@pytest.fixture
def place(tmp_path: Path, tiny_set: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a data set and a file of three methods' scores, whose names repeat over two folders."""
    table = pd.read_csv(tiny_set)
    for condition in ("soft", "hard"):
        (tmp_path / condition).mkdir()
    named = table["enhanced"].str.split("_").str[0] + ".png"
    for old, condition, name in zip(table["enhanced"], table["condition"], named, strict=True):
        (tmp_path / old).rename(tmp_path / condition / name)
    table.assign(enhanced=table["condition"] + "/" + named).to_csv(tiny_set, index=False)
    published = pd.DataFrame({"type": table["condition"], "dis": named, "mos": 100 - table["mos"]})
    published["fsim"], published["psnr"], published["lpips"] = -table["mos"], table["mos"] * 6, [0.1, 0.4, 0.2, 0.5]
    published.to_csv(tmp_path / "published.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(place: Path, *entries: Any, **changes: Any) -> str:
    content = {"dataset": {"name": "table", "file": "pairs.csv"}, "methods": list(entries), **QUICK, **changes}
    (place / "c.yaml").write_text(yaml.safe_dump(content))
    return "c.yaml"


def record(folder: str = "results/c") -> dict[str, Any]:
    return dict(json.loads(Path(folder, "run.json").read_text()))


def test_every_column_is_a_method_with_its_direction_and_source(place: Path) -> None:
    entry = {**ENTRY, "folder": "type", "label": "ZS", "source": "abhijay9/ZS-IQA"}
    rows = {"Own": ["enhancer-mean"], "Theirs": ["ZS psnr", "ZS lpips"]}
    tables = [{"columns": ["srcc"], "rows": rows}]
    published = {"ZS fsim": {"srcc": 0.5, "source": "a paper"}}
    config = configure(place, "enhancer-mean", entry, report={"plots": [], "tables": tables}, published=published)
    assert main(["run", config]) == 0
    methods = {method["label"]: method for method in record()["methods"]}
    assert list(methods) == ["enhancer-mean", "ZS fsim", "ZS psnr", "ZS lpips"]
    assert [methods[name]["higher_is_better"] for name in list(methods)[1:]] == [False, True, False]
    digest = hashlib.sha256((place / "published.csv").read_bytes()).hexdigest()[:12]
    said = {"scores": f"read from published.csv of abhijay9/ZS-IQA (SHA-256 {digest})"}
    assert all(methods[name]["settings"] == said for name in list(methods)[1:])
    scores = pd.read_csv("results/c/scores.csv")
    assert list(scores["ZS psnr"]) == list(scores["mos"] * 6), "each image of a folder has its own score"
    left = "type (folders), dis (names of images), mos (labels)."
    note = f"Of the 6 columns of published.csv 3 are taken as scores, all but {left}"
    assert note in record()["notes"]
    text = "".join(file.read_text() for file in Path("results/c/tables").glob("*.md"))
    assert f"ZS psnr and ZS lpips: scores {said['scores']}" in text
    assert "*Theirs*" in text


def test_its_methods_can_be_named_wherever_a_method_can(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = configure(place, "enhancer-mean", {**ENTRY, "folder": "type"}, {**ENTRY, "folder": "type", "label": "B"})
    assert main(["run", config, "--methods", "B psnr,lpips"]) == 0
    assert [method["label"] for method in record("results/c-partial")["methods"]] == ["lpips", "B psnr"]
    assert main(["run", config, "--methods", "B psn"]) == 2
    assert "did you mean 'B psnr'?" in capsys.readouterr().err
    assert main(["check", config]) == 0
    printed = capsys.readouterr().out
    assert "note: methods: Of the 6 columns of published.csv 3 are taken" in printed
    assert "method B lpips: can be used" in printed
    assert "0 of 7 methods" in printed
    assert main(["run", config, "--dry-run"]) == 0
    assert capsys.readouterr().out.count("Of the 6 columns of published.csv 3 are taken") == 1
    assert main(["weights", config]) == 0


def test_a_run_is_repeated_from_its_record(place: Path) -> None:
    config = configure(place, {**ENTRY, "folder": "type", "label": "ZS"})
    assert main(["run", config]) == 0
    assert main(["run", "results/c/run.json", "--output", "again"]) == 0
    assert Path("again/scores.csv").read_bytes() == Path("results/c/scores.csv").read_bytes()
    assert record("again")["methods"] == record()["methods"]


def test_names_that_repeat_over_folders_need_the_folder(place: Path) -> None:
    result = benchmark.run(configure(place, {**ENTRY, "columns": ["psnr", "lpips"], "higher_better": "psnr"}))
    assert {method.status for method in result.data.methods} == {"unavailable"}
    reason = result.data.methods[0].reason
    assert "published.csv:2: '0.png' fits 2 pairs (soft/0.png, hard/0.png)" in reason
    assert "`folder:` names a column of folders" in reason


def test_with_its_folder_a_name_may_have_another_extension(place: Path) -> None:
    file = place / "published.csv"
    file.write_text(file.read_text().replace(".png", ".bmp"))
    result = benchmark.run(configure(place, {**ENTRY, "folder": "type", "columns": ["psnr"]}))
    assert list(result.scores["psnr"]) == list(result.scores["mos"] * 6)


def test_folders_of_the_file_may_begin_further_up(place: Path) -> None:
    table = pd.read_csv("published.csv")
    table.assign(dis="release/images/" + table["type"] + "/" + table["dis"]).to_csv("published.csv", index=False)
    result = benchmark.run(configure(place, {**ENTRY, "columns": ["psnr"]}))
    assert list(result.scores["psnr"]) == list(result.scores["mos"] * 6)


@pytest.mark.long
def test_in_a_study_each_data_set_has_them(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = [{"name": "table", "file": "pairs.csv", "label": label} for label in ("one", "two")]
    entry = {**ENTRY, "folder": "type", "label": "ZS"}
    tables = [{"by": "dataset", "average": ["direct"], "columns": ["srcc"], "rows": {"Theirs": ["ZS psnr", "ZS fsim"]}}]
    content = {"datasets": data, "methods": [entry], **QUICK, "report": {"plots": [], "tables": tables}}
    (place / "s.yaml").write_text(yaml.safe_dump(content))
    assert main(["check", "s.yaml"]) == 0
    assert main(["run", "s.yaml"]) == 0
    for folder in ("results/s", "results/s/one", "results/s/two"):
        assert [method["label"] for method in record(folder)["methods"]] == ["ZS fsim", "ZS psnr", "ZS lpips"]
    assert any("Of the 6 columns of published.csv" in note for note in record("results/s")["notes"])
    table = Path("results/s/tables/comparison.md").read_text()
    assert "| ZS psnr ↑ |" in table
    assert "| ZS lpips" not in table, "`rows` names two of the three"
    assert main(["run", "results/s/run.json", "--output", "again"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lower_better": ["fsin"], "higher_better": []}, r"lower_better: 'fsin' .*did you mean 'fsim'\?"),
        ({"columns": ["fsin"], "higher_better": []}, r"no column 'fsin'.*did you mean 'fsim'\?"),
        ({"columns": None}, "columns: name columns, or write `all`"),
        ({"colums": 1}, "unknown key 'methods.1.colums'; did you mean 'columns'"),
        ({"file": "absent.csv"}, r"absent\.csv: no such file"),
        ({"column": "fsim"}, "column: does not go with `columns`"),
        ({"higher_is_better": True}, "higher_is_better: does not go with `columns`; give `lower_better`"),
        ({"title": "T"}, "title: does not go with `columns`; `label`"),
        (
            {"columns": ["mos"], "higher_better": []},
            "'mos' would be called like a column of scores.csv; give .*`label`",
        ),
    ],
)
def test_what_is_refused_names_file_and_line(place: Path, change: dict[str, Any], message: str) -> None:
    config = configure(place, "enhancer-mean", {**ENTRY, **change})
    with pytest.raises(UserError, match=rf"(?s)^c\.yaml:[0-9]+: .*{message}"):
        benchmark.run(config)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (["psnr", ENTRY], r"methods\.1: its column 'psnr' would be called 'psnr', as methods\.0 is; give .* `label`"),
        ([ENTRY, "psnr"], r"methods\.0: its column 'psnr' would be called 'psnr', as methods\.1 is"),
        ([ENTRY, ENTRY], r"methods\.1: its column 'fsim' would be called 'fsim', as methods\.0 is"),
        ([{**ENTRY, "label": "A"}, {**ENTRY, "label": "A"}], r"'A fsim', as methods\.0 is"),
    ],
)
def test_two_methods_of_one_name_are_refused(place: Path, entries: list[Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        benchmark.run(configure(place, *entries))


def test_settings_lines_and_relative_paths_follow_their_entry(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = configure(place, {**ENTRY, "columns": ["psnr", "fsim"], "higher_better": ["psnr"]}, "enhancer-mean")
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    source = write_out(read_source(f"../{config}", ["methods.1.label=floor", "methods.0.trained_on=TID2013"]))
    assert [entry["label"] for entry in source.values["methods"]] == ["psnr", "fsim", "floor"]
    assert source.values["methods"][0]["file"] == "published.csv", "as written: relative to the configuration's folder"
    assert source.where(("methods", 1, "trained_on")) == "--set methods.0.trained_on=TID2013"
    assert source.where(("methods", 2, "label")) == "--set methods.1.label=floor"
    assert source.where(("methods", 0, "file")) == source.where(("methods", 1, "file")) != source.where(("methods", 2))


def test_a_single_entry_needs_no_list(place: Path) -> None:
    (place / "one.yaml").write_text(yaml.safe_dump({"methods": ENTRY}))
    source = write_out(read_source("one.yaml", [f"methods.file={place / 'published.csv'}"]))
    assert [entry["label"] for entry in source.values["methods"]] == ["fsim", "psnr", "lpips"]
    assert source.where(("methods", 2, "columns")) == "one.yaml:2"
    assert source.where(("methods", 2, "file")).startswith("--set methods.file=")


def test_one_method_has_no_columns() -> None:
    with pytest.raises(UserError, match="stands for several methods"):
        ScoresFile(file=Path("a.csv"), columns="all")
    with pytest.raises(UserError, match="go with `columns`"):
        ScoresFile(file=Path("a.csv"), higher_is_better=True, lower_better=("a",))
    with pytest.raises(UserError, match="'higher_is_better' is missing"):
        ScoresFile(file=Path("a.csv"))


def test_another_plug_in_keeps_its_own_option_of_that_name(plugin_folder: Path) -> None:
    (plugin_folder / "methods" / "grid.py").write_text(
        "from benchmark import Method, MethodInfo\n\n\n"
        "class Grid(Method):\n"
        "    info = MethodInfo(name='grid', title='Grid', higher_is_better=True)\n\n"
        "    def __init__(self, *, columns: int = 3) -> None:\n        self.columns = columns\n\n"
        "    def score(self, enhanced, reference):\n        return enhanced.mean((1, 2, 3))\n"
    )
    source = read_source({"methods": [{"name": "grid", "columns": 5}]})
    assert write_out(source).values == source.values
