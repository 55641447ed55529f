"""The pages on plug-ins, programs and the notebook say what works: their code is run."""

import re
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from benchmark.config.models import MethodEntry, as_entry
from benchmark.config.source import read_source
from benchmark.core.errors import DataError
from benchmark.scoring import lineup
from tests.doc_pages import blocks, labs, link_checkout, run, write

pytestmark = pytest.mark.heavy


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Path:
    """A folder with the checkout's configurations, and `efid-bench` and `python run_benchmark.py` at hand."""
    link_checkout(root, tmp_path)
    return tmp_path


def test_add_a_method(root: Path, place: Path) -> None:
    page = root / "docs" / "add_a_method.md"
    code, *_ = blocks(page, "python")
    write(code, place)
    commands, *_ = blocks(page, "sh")
    output = run(
        commands.replace("configs/demo.yaml", "configs/demo.yaml --set statistics.replicates=50 --limit 3"), place
    )
    assert "mae" in output
    assert "MAE" in output


@pytest.mark.long
def test_add_a_method_that_learns(root: Path, place: Path) -> None:
    """Trained, gone on with, scored, and marked in the table because the scored split selected its checkpoint."""
    page = root / "docs" / "add_a_method.md"
    _, code, _ = blocks(page, "python")
    assert len(code.splitlines()) < 60
    for block in (code, *blocks(page, "yaml")):
        write(block, place)
    _, commands, _ = blocks(page, "sh")
    run(
        commands.replace("score_head.yaml", "score_head.yaml --set statistics.replicates=50 --set report.plots=[]"),
        place,
    )
    history = (place / "checkpoints" / "head" / "history.csv").read_text().splitlines()
    assert [line.partition(",")[0] for line in history] == ["epoch", *map(str, range(1, 9))]
    table = (place / "results" / "score_head" / "tables" / "comparison.md").read_text()
    (row,) = [line for line in table.splitlines() if line.startswith("| Linear head")]
    assert "‡" in row
    assert "its checkpoint was selected on the scored split" in table
    assert "Linear head: crops in training 64 px" in table


@pytest.mark.long
def test_programs(root: Path, place: Path) -> None:
    """The page's C++ is compiled and its Python run, both with the numbers that they must print."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    page = root / "docs" / "programs.md"
    (cpp,), (python,) = blocks(page, "cpp"), blocks(page, "python")
    (place / "rmse.cpp").write_text(cpp)
    for block in (python, *(block for block in blocks(page, "yaml") if block.startswith("# programs.yaml"))):
        write(block, place)
    commands, _ = blocks(page, "sh")
    short = "programs.yaml --set statistics.replicates=50 --set report.plots=[]"
    output = run(commands.replace("programs.yaml", short), place)
    assert f"RMSE (C++) starts {place}/rmse {{reference}} {{enhanced}}" in output
    scores = pd.read_csv(place / "results" / "programs" / "scores.csv")
    assert len(scores) == 12
    np.testing.assert_allclose(20 * np.log10(255 / scores["RMSE (C++)"]), scores["psnr"], atol=1e-3)
    assert (scores["MAE (Python)"] < scores["RMSE (C++)"]).all()


def test_the_programs_of_the_pages_configurations(root: Path, place: Path) -> None:
    """Each entry can be built; the command for a single pair gives the number of the formula where ImageMagick is."""
    from benchmark.plugins.methods.command import Command

    page = root / "docs" / "programs.md"
    entries = [entry for block in blocks(page, "yaml") for entry in yaml.safe_load(block)["methods"] if entry != "psnr"]
    assert len(entries) == 6
    for entry in entries:
        options = {key: value for key, value in entry.items() if key not in ("name", "label")}
        options |= {key: tuple(options[key]) for key in ("score_range", "exit_codes") if key in options}
        method = Command(**options, folder=place)
        assert method.info.higher_is_better == entry["higher_is_better"]
    (pair,) = [block for block in blocks(page, "sh") if "ENHANCED" in block]
    if shutil.which("compare"):
        for number in range(2):
            cv2.imwrite(str(place / f"{number}.png"), np.full((8, 8, 3), 100 + number, np.uint8))
        output = run(pair.replace("ENHANCED", "0.png").replace("REFERENCE", "1.png"), place)
        assert float(output) == pytest.approx(20 * np.log10(255), abs=1e-4)


def test_add_a_method_that_learns_from_columns(root: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.cli import main

    page = root / "docs" / "add_a_method.md"
    _, _, code = blocks(page, "python")
    assert len(code.splitlines()) < 40
    labs(root, place)
    for block in (code, *(block for block in blocks(page, "yaml") if block.startswith("# ridge.yaml"))):
        write(block, place)
    monkeypatch.chdir(place)
    assert main(["evaluate", "ridge.yaml", "--set", "statistics.replicates=50", "--set", "report.plots=[]"]) == 0
    table = (place / "results" / "ridge" / "tables" / "comparison.md").read_text()
    (row,) = [line for line in table.splitlines() if line.startswith("| Ridge ↑")]
    assert row.count(" to ") == 4
    assert "Ridge: features psnr, ssim" in table
    scored = (place / "results" / "ridge" / "Lab-B" / "partitions.csv").read_text().splitlines()
    assert len(scored) == 1 + 12
    assert scored[0] == "dataset,partition,seed,pair,method,score"


def test_add_a_dataset(root: Path, tmp_path: Path, plugin_folder: Path) -> None:
    import numpy as np

    from benchmark.data import pairs
    from benchmark.plugins import registry

    code, _ = blocks(root / "docs" / "add_a_dataset.md", "python")
    (plugin_folder / "datasets" / "my_lab.py").write_text(code)
    (tmp_path / "opinions.csv").write_text("image,source,method,mos\n1_a.png,1.png,a,3.5\n")
    found = registry.datasets().load("my_lab")
    table = pairs.complete(found(root=tmp_path).pairs())  # type: ignore[call-arg]
    np.testing.assert_array_equal(table["mos"], [3.5])
    assert table["enhanced_path"][0] == str(tmp_path / "images" / "1_a.png")


def test_a_data_set_that_examines_its_files_and_states_its_labels(
    root: Path, tmp_path: Path, plugin_folder: Path
) -> None:
    from benchmark.data import check_table, folds, pairs
    from benchmark.plugins import data_set_check, registry

    _, code = blocks(root / "docs" / "add_a_dataset.md", "python")
    write(code.replace("my_plugins", "plugins", 1), tmp_path)
    (tmp_path / "opinions.csv").write_text(
        "image,source,patient,fold,mos\n1_a.png,1.png,p1,1,3.5\n2_a.png,2.png,p2,2,4\n3_a.png,3.png,p3,2,2\n"
    )
    for name in ("1_a.png", "2_a.png"):
        (tmp_path / name).touch()
    study = registry.datasets().load("my_study")(root=tmp_path)  # type: ignore[call-arg]
    table, problems = check_table.read(study)
    assert [str(problem) for problem in problems] == ["opinions.csv:4: no image '3_a.png'"]
    assert table is not None
    assert list(folds.leave_out(table, 1)["split"]) == ["test", "train"]
    assert list(table["cluster"]) == ["p1", "p2"]
    with pytest.raises(DataError, match="no image"):
        data_set_check.pairs_of(study)
    (tmp_path / "3_a.png").touch()
    assert len(pairs.complete(data_set_check.pairs_of(study))) == 3
    assert data_set_check.labels_of(study) == "opinions"
    (tmp_path / "SIMULATED").touch()
    assert data_set_check.labels_of(study) == "simulated"


def test_the_notebook_page(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code runs, and its table names everything that is exported for notebooks."""
    import benchmark

    page = root / "docs" / "notebook.md"
    (code,) = blocks(page, "python")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(code, names)
    assert [method.label for method in names["again"].data.methods] == ["SSIM", "DSSIM"]
    assert (tmp_path / "results" / "ours" / "report.html").is_file()
    assert len(names["result"].scores) == 36
    plugins = {
        "Dataset",
        "DatasetInfo",
        "DescribesReference",
        "KeepsFeatures",
        "NoReference",
        "Programs",
        "StartsPrograms",
        "UsesScores",
        "LearnsFromColumns",
        "MayDownload",
        "Method",
        "MethodInfo",
        "Problem",
        "ScoreSource",
        "Several",
        "StandsForSeveral",
        "StatesLabels",
        "Trainable",
        "WeightFile",
        "Evaluation",
        "Run",
    }
    told = set(
        re.findall(r"[`(, ](\w+)", "\n".join(line for line in page.read_text().splitlines() if line.startswith("|")))
    )
    assert set(benchmark.__all__) - plugins <= told


@pytest.mark.long
def test_measures_without_a_reference(root: Path, place: Path) -> None:
    """The page's own measure runs beside its gain; the methods that it lists are built, or say what they lack."""
    page = root / "docs" / "no_reference.md"
    (code,) = blocks(page, "python")
    write(code, place)
    (commands,) = blocks(page, "sh")
    output = run(commands.replace("--set 'methods", "--set statistics.replicates=50 --set 'methods"), place)
    assert "Gain in Red share" in output
    (listed,) = blocks(page, "yaml")
    entrants = lineup.line_up(
        [MethodEntry.model_validate(as_entry(entry)) for entry in yaml.safe_load(listed)["methods"]], read_source({})
    )
    assert [entrant.title for entrant in entrants] == ["PSNR", "PIQE", "NIQE", "Gain in PIQE", "NIQE gain", "caption"]
    assert {entrant.status for entrant in entrants} == {"scored"}
