"""Whole runs on choices: real patches and methods, a method that fails on one image, reports again."""

import shutil
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import benchmark
from benchmark.cli import main
from tests.datasets.choice_trees import plant_bapps
from tests.makers import write_darkened_set

pytestmark = pytest.mark.heavy

GROUPS = {"val/cnn": 6, "val/traditional": 5, "train/mix": 3}
QUICK: Mapping[str, Any] = {"statistics": {"replicates": 50}, "report": {"plots": []}, "workers": 1}
FUSSY = """
from benchmark import Method, MethodInfo


class Fussy(Method):
    info = MethodInfo(name="fussy", title="Fussy", higher_is_better=False)

    def score(self, enhanced, reference):
        if bool((enhanced.flatten(1).amax(dim=1) == 0).any()):
            raise ValueError("black")
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))
"""


def settings(root: Path, *methods: str, **changes: Any) -> dict[str, Any]:
    return {"dataset": {"name": "bapps", "root": str(root)}, "methods": list(methods), **QUICK, **changes}


def run(config: Mapping[str, Any], output: Path, **overrides: Any) -> tuple[benchmark.Run, str]:
    console = Console(record=True, width=300, file=StringIO())
    return benchmark.run(config, output=output, console=console, **overrides), console.export_text()


@pytest.fixture(scope="module")
def patches(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[float]]]:
    root = tmp_path_factory.mktemp("data") / "2afc"
    return root, plant_bapps(root, GROUPS)


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results of PSNR on pairs with labels."""
    folder = tmp_path_factory.mktemp("table")
    write_darkened_set(folder / "pairs.csv", 2, (0, 1))
    table = {"dataset": {"name": "table", "file": str(folder / "pairs.csv")}, "methods": ["psnr"], **QUICK}
    run(table, folder / "opinions")
    return folder / "opinions"


@pytest.fixture(scope="module")
def finished(patches: tuple[Path, dict[str, list[float]]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results of PSNR and SSIM on the validation patches."""
    output = tmp_path_factory.mktemp("results") / "choices"
    run(settings(patches[0], "psnr", "ssim"), output)
    return output


def agreement(first: float, second: float, share: float) -> float:
    return 0.5 if first == second else share if second > first else 1 - share


def psnr(reference: Path, image: Path) -> float:
    one, other = (np.asarray(cv2.imread(str(path)), dtype=np.float64) for path in (reference, image))
    return float(10 * np.log10(255**2 / np.mean((one - other) ** 2)))


def values(output: Path, statistic: str) -> dict[tuple[str, str], float]:
    table = pd.read_csv(output / "summary.csv", keep_default_na=False, na_values={"value": [""]})
    table = table[(table["statistic"] == statistic) & (table["level"] == "choice")]
    return {(row.method, row.condition): row.value for row in table.itertuples()}  # type: ignore[misc]


def test_the_2afc_score_is_that_of_the_images_and_judgements(
    patches: tuple[Path, dict[str, list[float]]], finished: Path
) -> None:
    root, shares = patches
    listed = pd.read_csv(finished / "choices.csv")
    assert listed["preference"].tolist() == [*shares["val/cnn"], *shares["val/traditional"]]
    assert listed["votes"].tolist() == [5] * 11
    scores = pd.read_csv(finished / "scores.csv")
    assert scores["mos"].isna().all()
    ssim: dict[str, float] = dict(zip(scores["pair"], scores["ssim"], strict=True))
    found = values(finished, "score_2afc")
    of_psnr: dict[str, list[float]] = {"": []}
    of_ssim: dict[str, list[float]] = {"": []}
    for group in ("val/cnn", "val/traditional"):
        for number, share in enumerate(shares[group]):
            files = [root / group / part / f"{number:06d}.png" for part in ("ref", "p0", "p1")]
            names = [f"{group}/{part}/{number:06d}" for part in ("p0", "p1")]
            ours = agreement(psnr(files[0], files[1]), psnr(files[0], files[2]), share)
            other = agreement(ssim[names[0]], ssim[names[1]], share)
            for name in ("", group.removeprefix("val/")):
                of_psnr.setdefault(name, []).append(ours)
                of_ssim.setdefault(name, []).append(other)
    for method, agreements in (("psnr", of_psnr), ("ssim", of_ssim)):
        for name, each in agreements.items():
            assert found[method, name] == pytest.approx(np.mean(each), abs=1e-12)
    every = np.array([*shares["val/cnn"], *shares["val/traditional"]])
    assert found["ceiling", ""] == pytest.approx(np.maximum(every, 1 - every).mean(), abs=1e-12)
    assert found["human", ""] == pytest.approx((every**2 + (1 - every) ** 2).mean(), abs=1e-12)


def test_a_report_again_and_a_run_again_give_the_same_tables(
    patches: tuple[Path, dict[str, list[float]]], finished: Path, tmp_path: Path
) -> None:
    output = tmp_path / "choices"
    shutil.copytree(finished, output)
    before = {path: path.read_bytes() for path in (output / "tables").iterdir()}
    assert before
    assert main(["report", str(output)]) == 0
    assert {path: path.read_bytes() for path in (output / "tables").iterdir()} == before
    again, text = run(settings(patches[0], "psnr", "ssim"), output)
    assert "0 to compute, 44 known" in text
    assert again.data.choices["preference"].tolist() == pd.read_csv(finished / "choices.csv")["preference"].tolist()
    assert {path: path.read_bytes() for path in (output / "tables").iterdir()} == before


@pytest.mark.long
def test_a_method_that_fails_on_one_image_misses_its_choice_and_the_floor_needs_labels(
    patches: tuple[Path, dict[str, list[float]]], plugin_folder: Path, tmp_path: Path
) -> None:
    root = tmp_path / "2afc"
    shutil.copytree(patches[0], root)
    black = np.zeros((32, 32, 3), dtype=np.uint8)
    assert cv2.imwrite(str(root / "val/cnn/p1/000002.png"), black)
    (plugin_folder / "methods" / "fussy.py").write_text(FUSSY)
    methods = settings(root, "fussy", "psnr", "enhancer-mean")
    result, _ = run(methods, tmp_path / "out", plugins=[plugin_folder])
    assert result.exit_status == 3
    counted = result.summary[result.summary["statistic"] == "score_2afc"].set_index(["method", "condition"])["n"]
    assert counted["fussy", ""] == 10
    assert counted["psnr", ""] == 11
    assert counted["fussy", "cnn"] == 5
    assert counted["fussy", "traditional"] == 5
    (failure,) = result.data.failures.itertuples()
    assert failure.pair == "val/cnn/p1/000002"
    assert "black" in str(failure.reason)
    floor = next(method for method in result.data.methods if method.label == "enhancer-mean")
    assert floor.status == "unavailable"
    assert "has choices between two images and no labels to average; leave this method out" in floor.reason


def test_training_is_refused_in_a_line(
    patches: tuple[Path, dict[str, list[float]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "train.yaml"
    config.write_text(
        f"dataset: {{name: bapps, root: '{patches[0]}'}}\nmethod: sdmp-net\ncheckpoints_dir: {tmp_path / 'out'}\n"
    )
    for command in ("train", "check"):
        assert main([command, str(config)]) == 2
        said = capsys.readouterr()
        assert "its pairs have no labels, only choices between images: training needs labels" in said.out + said.err


def test_choices_and_opinions_side_by_side(
    finished: Path, opinions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(finished), str(opinions), "--output", str(tmp_path / "both")]) == 0
    said = capsys.readouterr().out
    assert "11 choices of 11 references" in said
    assert "4 pairs of 2 references" in said
    assert values(tmp_path / "both", "score_2afc") == values(finished, "score_2afc")
    assert len(pd.read_csv(tmp_path / "both" / "choices.csv")) == 11


def test_another_kind_of_labels_leaves_no_choices_behind(finished: Path, opinions: Path, tmp_path: Path) -> None:
    output = tmp_path / "choices"
    shutil.copytree(finished, output)
    benchmark.read(opinions).save(output, overwrite=True)
    assert not (output / "choices.csv").exists()
    assert benchmark.read(output).data.choices.empty
    benchmark.read(finished).save(output, overwrite=True)
    assert len(benchmark.read(output).data.choices) == 11
