"""How far scores move, against SciPy; a run scores what a program of one's own would have changed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import stats

import benchmark
from benchmark.commands.steps.forecast import forecast
from benchmark.commands.steps.prepare import prepare
from benchmark.config.overrides import Overrides
from benchmark.evaluation.robustness import moved
from benchmark.report.content import Analysis, ReportData
from benchmark.report.robustness_table import robustness_table
from tests.makers import score_keys


def column(label: str, higher: bool = True) -> Any:
    return SimpleNamespace(label=label, higher_is_better=higher, columns=())


def rank(one: Any, other: Any) -> float:
    return float(stats.spearmanr(one, other).statistic)


def test_numbers_are_scipys_and_oriented() -> None:
    rng = np.random.default_rng(0)
    frame = score_keys(10, 3, rng.normal(size=30))
    frame = frame.assign(near=-frame["mos"] + rng.normal(size=30), good=frame["mos"] + rng.normal(size=30))
    after = pd.DataFrame({"near": frame["near"] + 0.5 + 0.1 * rng.normal(size=30), "good": frame["good"]})
    after.loc[:2, "near"] = np.nan
    found = moved(
        frame, {"shift": after}, [column("near", False), column("good"), column("absent")],
        lower_mos_better=False, confidence=0.95,
    ).set_index("method")  # fmt: skip
    assert list(found.index) == ["near", "good"]
    known, new = frame[3:], after["near"][3:]
    row = found.loc["near"]
    changes = (known["near"] - new) / float(known["near"].std(ddof=1))
    assert row["n"] == 27
    assert row["mean_change"] == pytest.approx(changes.mean())
    assert row["mean_change"] < 0, "a greater distance is a lower score"
    assert row["largest_change"] == pytest.approx(changes.abs().max())
    assert row["rank_agreement"] == pytest.approx(rank(new, known["near"]))
    assert row["srcc"] == pytest.approx(-rank(known["near"], known["mos"]))
    assert row["srcc_disturbed"] == pytest.approx(-rank(new, known["mos"]))
    assert row["difference"] == pytest.approx(row["srcc_disturbed"] - row["srcc"])
    assert row["ci_low"] < row["difference"] < row["ci_high"]
    good = found.loc["good"]
    assert [good["mean_change"], good["rank_agreement"], good["difference"]] == [0, 1, 0]


def test_a_method_without_a_disturbance_has_empty_cells_there_and_no_shifted_ones() -> None:
    rng = np.random.default_rng(0)
    frame = score_keys(6, 3, rng.normal(size=18)).assign(a=rng.normal(size=18), b=rng.normal(size=18))
    disturbed = {"shift": frame[["b"]] + 1, "jpeg": frame[["a", "b"]] * 2}
    moves = moved(frame, disturbed, [column("a"), column("b")], lower_mos_better=False, confidence=0.95)
    nothing = pd.DataFrame()
    data = ReportData(
        title="t", scores=frame, summary=nothing, comparisons=nothing, failures=nothing, methods=(),
        analyses={"robustness": Analysis(moves)},
    )  # fmt: skip
    (grid,) = robustness_table(data)
    cells = {row[0]: row for row in grid.rows}
    assert grid.header[1::2] == ("Shift: ranks", "JPEG: ranks")
    assert cells["a"][1:3] == ("", "")
    assert cells["a"][3] == cells["b"][1] == cells["b"][3] == "1.000"


def to_compute(configuration: dict[str, Any], output: Path) -> int:
    """How many scores `--dry-run` says are to compute."""
    prepared = prepare(configuration, (), Overrides(output=output))
    return forecast(prepared).to_compute


@pytest.mark.long
@pytest.mark.heavy
def test_a_run_scores_the_images_as_a_program_would_change_them(tmp_path: Path) -> None:
    rng, lines, expected = np.random.default_rng(0), ["reference,enhanced,mos"], []
    for number in range(6):
        reference = rng.integers(0, 256, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(reference).save(tmp_path / f"r{number}.png")
        for step in range(2):
            enhanced = np.clip(reference.astype(int) + 9 * (step + number), 0, 255).astype(np.uint8)
            Image.fromarray(enhanced).save(tmp_path / f"e{number}_{step}.png")
            lines.append(f"r{number}.png,e{number}_{step}.png,{number + step / 2}")
            moving = np.pad(enhanced, ((1, 0), (1, 0), (0, 0)), mode="edge")[:-1, :-1]
            error = ((moving.astype(float) - reference) ** 2).mean()
            expected.append(10 * np.log10(255**2 / error))
    (tmp_path / "pairs.csv").write_text("\n".join(lines) + "\n")
    configuration: dict[str, Any] = {
        "dataset": {"name": "table", "file": str(tmp_path / "pairs.csv")},
        "methods": [{"name": "psnr", "label": "p"}],
        "robustness": ["shift"],
        "statistics": {"replicates": 20},
        "report": {"plots": []},
        "workers": 1,
    }
    output = tmp_path / "out"
    assert to_compute(configuration, output) == 24, "12 pairs, as they are and moved"
    found = benchmark.run(configuration, output=str(output))
    assert to_compute(configuration, output) == 0
    assert to_compute(configuration | {"robustness": ["shift", "half"]}, output) == 12
    table = found.data.analyses["robustness"].table
    row = table.iloc[0]
    before = found.scores["p"]
    changes = (np.array(expected) - before) / before.std(ddof=1)
    assert row["mean_change"] == pytest.approx(changes.mean(), rel=1e-4)
    assert row["rank_agreement"] == pytest.approx(rank(expected, before))
    again = benchmark.read(tmp_path / "out")
    pd.testing.assert_frame_equal(again.data.analyses["robustness"].table, table)
    text = (tmp_path / "out" / "tables" / "robustness.md").read_text()
    assert "enhanced image moved by one pixel" in text
    assert "| p |" in text
