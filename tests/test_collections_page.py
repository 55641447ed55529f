"""The page on published collections says what works: its recipe, configuration and command are run on small files."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from benchmark.cli import main
from benchmark.config.source import read_source
from benchmark.scoring.several import write_out
from tests.doc_pages import blocks

pytestmark = pytest.mark.heavy

FOLDERS = {"jp2k": 169, "jpeg": 175, "wn": 145, "gblur": 145, "fastfading": 145}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of ZS-IQA's shape: a row an image of LIVE, whose names repeat over folders, and one file a method."""
    results = tmp_path / "ZS-IQA" / "results"
    results.mkdir(parents=True)
    count = sum(FOLDERS.values())
    names = [f"img{number}.bmp" for size in FOLDERS.values() for number in range(size)]
    rows = pd.DataFrame({"dis": names, "ref": [f"{number % 29}.bmp" for number in range(count)]})
    rows["mos"] = [float(number * 7 % 100) for number in range(count)]
    for name, factor in (
        ("live_dists", 0.01),
        ("live_psnr", -1),
        ("live_psnr_rot-1", 5),
        ("live_fsim", 2),
        ("tid2013_fsim", 9),
    ):
        rows.assign(pred=rows["mos"] * factor).to_csv(results / f"{name}.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recipe(root: Path) -> str:
    (code,) = blocks(root / "docs" / "collections.md", "python")
    return code


def test_the_recipe_makes_a_table_that_the_configuration_and_the_command_take(
    root: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = recipe(root)
    lines = [line for line in code.splitlines() if line and "import " not in line]
    assert len(lines) <= 10, "ten lines"
    exec(code, {})
    table = pd.read_csv("zsiqa_live.csv")
    assert list(table) == ["dis", "ref", "mos", "dists", "fsim", "psnr", "type"]
    assert (table["dists"] == pd.read_csv("ZS-IQA/results/live_dists.csv")["pred"]).all()
    assert table.groupby("type", sort=False).size().to_dict() == FOLDERS
    (text,) = blocks(root / "docs" / "collections.md", "yaml")
    source = write_out(read_source(yaml.safe_load(text)))
    assert [item if isinstance(item, str) else item["label"] for item in source.values["methods"]] == [
        *("psnr", "ZS-IQA dists", "ZS-IQA fsim", "ZS-IQA psnr")
    ]
    own = pd.DataFrame({"image": table["dis"], "folder": table["type"], "dmos": table["mos"], "mine": table["mos"] % 7})
    own.assign(reference=table["ref"]).sample(frac=1, random_state=0).to_csv("my_scores.csv", index=False)
    (command,) = blocks(root / "docs" / "collections.md", "sh")
    quick = ["--set", "statistics.replicates=20", "--set", "report.plots=[]"]
    assert main([*shlex.split(command.replace("\\\n", " "))[1:], *quick]) == 0
    scores = pd.read_csv("results/my_scores/scores.csv")
    pd.testing.assert_series_equal(scores["ZS-IQA psnr"], -scores["mos"], check_names=False)
    assert "ZS-IQA dists ↓" in capsys.readouterr().out


def test_the_recipe_refuses_files_in_another_order(root: Path, place: Path) -> None:
    file = place / "ZS-IQA" / "results" / "live_psnr.csv"
    pd.read_csv(file).iloc[::-1].to_csv(file, index=False)
    with pytest.raises(AssertionError, match="psnr: other images, or in another order"):
        exec(recipe(root), {})


def test_live_s_folders_are_those_of_the_collection(root: Path, shared: Callable[[str], Path]) -> None:
    live = pd.read_csv(shared("oracles/zsiqa/live.csv"))
    assert live.groupby("type", sort=False).size().to_dict() == FOLDERS
    assert int((live["type"] != live["type"].shift()).sum()) == len(FOLDERS), "folder after folder"
    assert all(f'"{folder}": {count}' in recipe(root) for folder, count in FOLDERS.items())


def test_what_the_page_says_of_directions(shared: Callable[[str], Path]) -> None:
    for name in ("live", "tid2013", "pipal_1"):
        table = pd.read_csv(shared(f"oracles/zsiqa/{name}.csv")).select_dtypes("number")
        signs = table.corr("spearman")["mos"].drop("mos") > 0
        if name == "pipal_1":
            assert not signs.any(), "distances against Elo scores, which rise with quality"
        else:
            assert list(signs.index[~signs]) == ["psnr"], "labels fall with quality"
    aic = pd.read_csv(shared("oracles/aic4/JPEG-AIC_metric_scores.csv")).select_dtypes("number")
    rising = aic.corr("spearman")["distortion"].drop(["distortion", "img_num", "codec", "dlevel"]) < 0
    assert all(falls != str(name).endswith("mapped") for name, falls in rising.items())
    assert rising.sum() == 9
    published, ours = (
        pd.read_csv(shared(f"oracles/{file}")) for file in ("zsiqa/tid2013.csv", "score_tables/TID2013.csv")
    )
    both = published.merge(ours, left_on="dis", right_on="dist_img", validate="one_to_one")
    assert len(both) == 3000
    assert (100 - both["mos_x"]).sub(both["mos_y"]).abs().max() < 1e-9
