"""QualiSR's opinions: what the analysis says of six metrics against the pristine and the degraded reference.

The oracle's own numbers: raw SRCC from pristine to bicubic, LPIPS -.149 to +.176, PieAPP -.012 to +.263, AHIQ +.258 to
-.131, SSIM -.062 to -.183; PSNR against the bicubic reference -.08 pooled, -.02, +.52 and -.12 within the three algorithms.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.evaluation.reference_quality import TURNS

DISTANCES = ("lpips-vgg", "stlpips-vgg", "pieapp")
METRICS = ("psnr", "ssim", "ahiq", *DISTANCES)
FROM_PRISTINE = {"lpips-vgg": 0.149, "pieapp": 0.012, "ahiq": 0.258, "ssim": -0.062}
FROM_BICUBIC = {"lpips-vgg": -0.176, "pieapp": -0.263, "ahiq": -0.131, "ssim": -0.183, "psnr": -0.08}


@pytest.fixture(scope="module")
def analysed(shared: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> benchmark.Evaluation:
    scores, labels = (pd.read_csv(shared(f"oracles/qualisr/{name}.csv")) for name in ("fr", "labels"))
    scores = scores.assign(
        reference=scores["sample_id"].str.split(":").str[1], condition=scores["sr_method"].str.lower()
    )
    labels = labels.rename(columns={"test_case": "reference", "method": "condition", "score": "mos"})
    table = scores.merge(labels.assign(condition=labels["condition"].str.lower()), on=["reference", "condition"])
    assert len(table) == 120
    return benchmark.evaluate(
        table,
        mos="mos",
        methods=[f"{name}_{kind}" for kind in ("bicubic", "gt") for name in METRICS],
        reference="reference",
        condition="condition",
        lower_better=[f"{name}_{kind}" for kind in ("bicubic", "gt") for name in DISTANCES],
        statistics={"replicates": 50},
        report={
            "plots": [],
            "groups": ["condition"],
            "reference_quality": {"pristine": {f"{name}_bicubic": f"{name}_gt" for name in METRICS}},
        },
        output=str(tmp_path_factory.mktemp("turns")),
    )


def values(analysed: benchmark.Evaluation, part: str) -> dict[str, pd.Series]:
    table = analysed.data.analyses["reference_quality"].table
    return {str(row["method"]).removesuffix("_bicubic"): row for _, row in table[table["part"] == part].iterrows()}


def test_point_estimates_turn_as_the_oracle_says_and_nothing_is_claimed_of_them(analysed: benchmark.Evaluation) -> None:
    pooled, pristine = values(analysed, "pooled"), values(analysed, "pristine")
    for name, value in FROM_PRISTINE.items():
        assert pristine[name]["value"] == pytest.approx(value, abs=6e-4)
    for name, value in FROM_BICUBIC.items():
        assert pooled[name]["value"] == pytest.approx(value, abs=6e-4 if name != "psnr" else 5e-3)
    turned = {name for name, row in pooled.items() if row["value"] * pristine[name]["value"] < 0}
    assert {"lpips-vgg", "pieapp", "ahiq"} <= turned
    assert not {"ssim", "psnr"} & turned
    notes = analysed.data.analyses["reference_quality"].notes
    assert any(f"No method's SRCC {TURNS} with intervals that exclude zero" in line for line in notes)
    assert not any("both intervals exclude zero" in line for line in notes)


def test_psnr_within_algorithms_is_the_mean_of_the_oracles_three(analysed: benchmark.Evaluation) -> None:
    row = values(analysed, "within conditions")["psnr"]
    assert row["value"] == pytest.approx(np.mean([-0.02, 0.52, -0.12]), abs=6e-3)
    assert row["n"] == 120


def test_psnr_in_each_algorithm_is_the_oracles_and_no_flag_is_raised(analysed: benchmark.Evaluation) -> None:
    """The degraded input as reference: -.02, +.52 and -.12 within the algorithms, -.08 over all of them."""
    found = analysed.data.analyses["groups"]
    rows = found.table[found.table["method"] == "psnr_bicubic"]
    each = rows.loc[rows["kind"] == "group", "value"]
    assert sorted(each) == pytest.approx([-0.12, -0.02, 0.52], abs=6e-3)
    assert rows.loc[rows["kind"] == "pooled", "value"].item() == pytest.approx(-0.08, abs=6e-3)
    gaps = rows[rows["kind"] == "difference"]
    assert len(gaps) == 3
    assert gaps["n_clusters"].eq(40).all(), "every scene is in every algorithm"
    assert not any("both intervals exclude zero" in line for line in found.notes)
