"""Floors on real opinions: what a regression makes of the scores of QualiSR (../shared/oracles), out of fold by scene."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import benchmark

pytestmark = pytest.mark.heavy
NO_REFERENCE = ["musiq", "arniqa", "qalign", "unique", "paq2piq"]
METRICS = ["psnr", "ssim", "lpips-vgg", "stlpips-vgg", "pieapp", "ahiq"]


@pytest.fixture(scope="module")
def table(shared: Callable[[str], Path]) -> pd.DataFrame:
    """120 images with opinions: six metrics against four references, and five without one."""
    labels, full, none = (pd.read_csv(shared(f"oracles/qualisr/{name}.csv")) for name in ("labels", "fr", "nr"))
    for frame in (full, none):
        frame["image"] = frame["sr_path"].str.removeprefix("dataset/")
    against = [f"{metric}_{reference}" for reference in ("gt", "bicubic", "rlfn", "span") for metric in METRICS]
    return labels.merge(full[["image", *against]]).merge(none[["image", *NO_REFERENCE]])


def srcc(table: pd.DataFrame, features: list[str], folder: Path) -> "pd.Series[float]":
    result = benchmark.evaluate(
        table,
        mos="score",
        methods=[*features, "fusion", "enhancer-mean"],
        reference="test_case",
        condition="method",
        output=str(folder),
        statistics={"replicates": 20, "mapping_resamples": "once", "multiplicity": "none"},
        report={"plots": []},
    )
    (fusion,) = [method for method in result.data.methods if method.label == "fusion"]
    print({name: value for name, value in fusion.settings.items() if name != "features"})
    return result.summary.query("level == 'pair' and statistic == 'srcc'").set_index("method")["value"]


@pytest.mark.long
def test_fusion_of_all_features_and_of_those_that_a_fundus_photograph_has(table: pd.DataFrame, tmp_path: Path) -> None:
    everything = [name for name in table.columns if name not in ("test_case", "method", "score", "image")]
    imperfect = [name for name in everything if name not in NO_REFERENCE and not name.endswith("_gt")]
    assert (len(table), len(everything), len(imperfect)) == (120, 29, 18)
    whole = srcc(table, everything, tmp_path / "all")
    full = srcc(table, [name for name in everything if name not in NO_REFERENCE], tmp_path / "full")
    poor = srcc(table, imperfect, tmp_path / "some")
    rows = {"all 29": whole, "24 with a reference": full, "18 without the pristine one": poor}
    print({name: round(row["fusion"], 3) for name, row in rows.items()}, round(whole["enhancer-mean"], 3))
    assert whole["fusion"] >= 0.79
    assert (whole["fusion"], full["fusion"], poor["fusion"]) == pytest.approx((0.821, 0.626, 0.307), abs=0.005)
    assert whole["enhancer-mean"] == pytest.approx(0.386, abs=5e-4)
