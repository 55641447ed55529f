"""A study of three small data sets of one's own: columns, averages, partitions, shared photographs, a missing one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter
from scipy import stats

from benchmark import run
from benchmark.core.errors import UserError
from benchmark.report.evaluation import Run
from benchmark.report.stored_runs import read
from benchmark.simulation.photographs import views

pytestmark = pytest.mark.heavy

PICTURES = {"A": (0, 1, 2), "B": (2, 3, 4), "C": (2, 5, 6)}
"""The photographs of each data set: number 2 stands in all of them, in C saved anew."""
ENDINGS = {"A": "png", "B": "bmp", "C": "jpg"}


def plant(folder: Path, name: str, photographs: list[Image.Image]) -> None:
    """A data set of three photographs, each blurred in five degrees."""
    (folder / name).mkdir(parents=True)
    rows = []
    for number in PICTURES[name]:
        reference = f"p{number}.{ENDINGS[name]}"
        photographs[number].save(folder / name / reference, quality=95)  # of JPEG
        for degree in range(1, 6):
            enhanced = f"p{number}_{degree}.png"
            photographs[number].filter(ImageFilter.GaussianBlur(degree / 2)).save(folder / name / enhanced)
            rows.append((reference, enhanced, 6 - degree + 0.3 * number * (-1) ** degree))
    pd.DataFrame(rows, columns=["reference", "enhanced", "mos"]).to_csv(folder / name / "labels.csv", index=False)


def configuration(folder: Path) -> dict[str, Any]:
    data = [{"name": "table", "file": str(folder / name / "labels.csv"), "label": name} for name in PICTURES]
    tables = [
        {"name": "comparison", "columns": ["srcc", "krcc"], "average": ["direct"]},
        {"name": "medians", "columns": ["srcc"], "aggregate": "median", "spread": "sd", "by": "statistic"},
        {"name": "stacked", "columns": ["srcc"], "by": "rows"},
    ]
    return {
        "datasets": [*data, {"name": "table", "file": str(folder / "gone.csv"), "label": "D"}],
        "protocol": {"repeat": 4, "test": 0.34, "seed": 2},
        "methods": ["psnr", "gmsd"],
        "statistics": {"replicates": 100},
        "report": {"plots": [], "tables": tables},
        "output": str(folder / "out"),
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = tmp_path_factory.mktemp("study")
    rng = np.random.default_rng(0)
    photographs = [Image.fromarray((view * 255).astype(np.uint8)) for view in views(7, 128, rng)]
    for name in PICTURES:
        plant(folder, name, photographs)
    return folder, run(configuration(folder))


def value(result: Run, dataset: str, method: str, aggregate: str = "") -> float:
    rows = result.summary.query("level == 'pair' and condition == '' and statistic == 'srcc'")
    chosen = (rows["dataset"] == dataset) & (rows["method"] == method) & (rows["aggregate"] == aggregate)
    return float(rows.loc[chosen, "value"].item())


@pytest.mark.long
def test_a_missing_data_set_costs_its_own_column(study: tuple[Path, Run]) -> None:
    folder, result = study
    assert result.exit_status == 3
    assert list(dict.fromkeys(result.scores["dataset"])) == ["A", "B", "C"]
    assert any(note.startswith("D is missing: ") and "gone.csv" in note for note in result.data.notes)
    assert {"A", "B", "C", "store", "tables"} <= {path.name for path in (folder / "out").iterdir()}


def test_averages_and_medians_are_those_of_plain_arithmetic(study: tuple[Path, Run]) -> None:
    folder, result = study
    for method, sign in (("psnr", 1), ("gmsd", -1)):
        whole = []
        for name in PICTURES:
            rows = result.scores[result.scores["dataset"] == name]
            whole.append(stats.spearmanr(sign * rows[method], rows["mos"]).statistic)
            assert value(result, name, method) == pytest.approx(whole[-1], abs=1e-12)
            partitions = json.loads((folder / "out" / name / "splits.json").read_text())["partitions"]
            tested = [rows[rows["cluster"].isin(partition["test"])] for partition in partitions]
            values = [stats.spearmanr(sign * part[method], part["mos"]).statistic for part in tested]
            assert len(values) == 4
            assert value(result, name, method, "median") == pytest.approx(np.median(values), abs=1e-12)
            assert value(result, name, method, "sd") == pytest.approx(np.std(values, ddof=1), abs=1e-12)
        assert value(result, "average", method) == pytest.approx(np.mean(whole), abs=1e-12)


def test_a_photograph_in_three_data_sets_is_found_and_where_it_was_saved_anew_suspected(
    study: tuple[Path, Run],
) -> None:
    notes = [note for note in study[1].data.notes if " share " in note]
    assert notes == [
        "A and B share 1 photograph: 1 by equal pixels.",
        "A and C share 1 photograph: 1 suspected.",
        "B and C share 1 photograph: 1 suspected.",
    ]


def test_tables_lay_data_sets_out_as_asked(study: tuple[Path, Run]) -> None:
    tables = study[0] / "out" / "tables"
    header = (tables / "comparison.csv").read_text().splitlines()[0]
    assert "A: srcc" in header
    assert "Average: krcc" in header
    medians = pd.read_csv(tables / "medians.csv")
    assert {"A: srcc", "A: srcc_sd", "C: srcc_sd"} <= set(medians.columns)
    assert "a spread, not an interval" in (tables / "medians.md").read_text()
    assert pd.read_csv(tables / "stacked.csv")["group"].tolist() == ["A", "A", "B", "B", "C", "C"]


def test_the_page_begins_with_the_matrix_and_leads_to_each_page(study: tuple[Path, Run]) -> None:
    page = (study[0] / "out" / "report.html").read_text()
    assert page.index('id="matrix"') < page.index('id="ranking"')
    assert all(
        f'href="{name}/report.html"' in page and (study[0] / "out" / name / "report.html").is_file()
        for name in PICTURES
    )


def test_a_finished_study_is_read_back_from_its_files(study: tuple[Path, Run], tmp_path: Path) -> None:
    folder, _ = study
    again = read(folder / "out")
    assert again.exit_status == 3
    again.save(tmp_path / "again")
    for name in ("comparison.tex", "medians.csv", "stacked.md"):
        assert (tmp_path / "again" / "tables" / name).read_bytes() == (folder / "out" / "tables" / name).read_bytes()


def test_nothing_is_scored_twice(study: tuple[Path, Run]) -> None:
    folder, first = study
    before = {path: path.read_bytes() for path in (folder / "out").glob("*.csv")}
    again = run(configuration(folder))
    assert (first.data.record["times"]["computed"], again.data.record["times"]["computed"]) == (90, 0)
    assert {path: path.read_bytes() for path in before} == before


def test_a_study_without_any_usable_data_set_is_an_error(tmp_path: Path) -> None:
    gone = [{"name": "table", "file": str(tmp_path / name), "label": name} for name in ("x.csv", "y.csv")]
    with pytest.raises(UserError, match=r"no data set of this study can be used; the first: .*x\.csv"):
        run({"datasets": gone, "methods": ["psnr"], "output": str(tmp_path / "out")})
