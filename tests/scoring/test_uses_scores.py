"""Sources that use the other methods' scores get them in a run: last, in the pairs' order, also in a helper process."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import benchmark

pytestmark = pytest.mark.heavy

SUM = """
import json
from pathlib import Path

from benchmark import MethodInfo, ScoreSource


class Sum(ScoreSource):
    info = MethodInfo(name="sum", title="Sum", higher_is_better=True)

    def use(self, scores):
        self.seen = scores

    def scores(self, pairs, rows):
        (Path(__file__).parent / "seen.json").write_text(json.dumps(list(self.seen.columns)))
        return self.seen.sum(axis=1).tolist()
"""


def settings(table: Path, methods: list[Any], **more: object) -> dict[str, Any]:
    return {
        "dataset": {"name": "table", "file": str(table)},
        "methods": methods,
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
        **more,
    }


def test_the_floors_stand_in_a_run_wherever_they_are_listed(tiny_set: Path, tmp_path: Path, near: None) -> None:
    lines = [line.split(",") for line in tiny_set.read_text().splitlines()[1:]]
    mine = tmp_path / "mine.csv"
    mine.write_text("enhanced,score\n" + "".join(f"{line[1]},{place}\n" for place, line in enumerate(lines)))
    outside = {"name": "scores-file", "file": str(mine), "higher_is_better": True, "label": "mine"}
    methods = [
        {"name": "fusion", "penalty": 1},
        "reference-quality",
        "psnr",
        "enhancer-mean",
        outside,
        {"name": "fusion", "label": "few", "without": ["mine"], "penalty": 1},
    ]
    run = benchmark.run(settings(tiny_set, methods), output=str(tmp_path / "out"))
    by_label = {method.label: method for method in run.data.methods}
    assert [method.status for method in run.data.methods] == ["scored"] * 6, [
        method.reason for method in run.data.methods
    ]
    assert by_label["fusion"].settings["features"] == "psnr, mine"
    assert by_label["few"].settings["features"] == "psnr"
    assert [by_label[name].group for name in ("fusion", "reference-quality", "enhancer-mean")] == ["floor"] * 3
    assert list(run.scores.columns[-6:]) == ["fusion", "reference-quality", "psnr", "enhancer-mean", "mine", "few"]
    assert run.scores.groupby("reference")["reference-quality"].nunique().eq(1).all()
    table = (tmp_path / "out" / "tables" / "comparison.md").read_text()
    floor = table.index("Floor")
    assert all(table.index(f"| {title} ") > floor for title in ("Fusion", "Reference quality", "Enhancer mean"))
    assert "of SRCC when shuffled" in table


def test_a_source_from_elsewhere_gets_them_in_its_process(
    tiny_set: Path, plugin_folder: Path, tmp_path: Path, near: None
) -> None:
    (plugin_folder / "methods" / "sum.py").write_text(SUM)
    methods = ["sum", "enhancer-mean", "psnr", "gmsd"]
    run = benchmark.run(settings(tiny_set, methods, plugins=[str(plugin_folder)]), output=str(tmp_path / "out"))
    expected = run.scores["psnr"] + run.scores["gmsd"]
    pd.testing.assert_series_equal(run.scores["sum"], expected, check_names=False)
    assert (plugin_folder / "methods" / "seen.json").read_text() == '["psnr", "gmsd"]'


def test_without_other_scores_fusion_is_unavailable_and_the_run_goes_on(
    tiny_set: Path, tmp_path: Path, near: None
) -> None:
    run = benchmark.run(settings(tiny_set, ["fusion", "enhancer-mean"]), output=str(tmp_path / "out"))
    fusion, floor = run.data.methods
    assert (fusion.status, floor.status) == ("unavailable", "scored")
    assert "there are no other methods' scores to learn from" in fusion.reason
