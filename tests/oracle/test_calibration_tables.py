"""Calibration on real opinions against a plain loop over SciPy's least squares: TID2013, Toyama, NeRF-QA.

The methods are those whose best curve has both ends: of others it tends to an exponential, which SciPy's parameters reach at
infinity only.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from benchmark import evaluate

Floats = NDArray[np.float64]
Shared = Callable[[str], Path]
COLUMNS = ["mean_label", "mean_score", "mean_error", "ci_low", "ci_high", "mean_absolute_error", "rmse"]


def logistic(x: Floats, top: float, bottom: float, place: float, width: float) -> Floats:
    return bottom + (top - bottom) / (1 + np.exp(-(x - place) / width))


def slopes(x: Floats, top: float, bottom: float, place: float, width: float) -> Floats:
    """Derivatives by the parameters: differences would be too coarse for the last digits."""
    rise = 1 / (1 + np.exp(-(x - place) / width))
    steep = (top - bottom) * rise * (1 - rise)
    return np.stack([rise, 1 - rise, -steep / width, -steep * (x - place) / width**2], axis=1)


def fitted(scores: Floats, labels: Floats, starts: list[list[float]]) -> Floats:
    """The best curve from several starts."""

    def missed(curve: Floats) -> Floats:
        return logistic(scores, *curve) - labels

    def by_parameter(curve: Floats) -> Floats:
        return slopes(scores, *curve)

    exact: Any = {"method": "lm", "ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-14}
    found = [optimize.least_squares(missed, start, by_parameter, **exact) for start in starts]
    return np.asarray(min(found, key=lambda item: item.cost).x)


def curve_by_scipy(scores: Floats, labels: Floats) -> Floats:
    sign = np.sign(stats.spearmanr(scores, labels).statistic)
    places = np.quantile(scores, [0.1, 0.5, 0.9])
    widths = [sign * scores.std() * factor for factor in (0.3, 1.0)]
    return fitted(scores, labels, [[labels.max(), labels.min(), place, width] for place in places for width in widths])


def parts_of(values: Floats, count: int = 10) -> NDArray[np.int64]:
    """By the middle rank of equal values; for the few ties of these tables, the plain way."""
    middle = stats.rankdata(values, method="average") - 0.5
    return np.floor(middle * count / len(values) + 1e-9).astype(np.int64)


def in_loop(scores: Floats, labels: Floats, clusters: Floats, by: str) -> pd.DataFrame:
    curve = curve_by_scipy(scores, labels)
    mapped = logistic(scores, *curve)
    part = parts_of(labels if by == "label" else mapped)
    names = np.unique(clusters)
    left = np.full((len(names), 10), np.nan)
    for row, name in enumerate(names):
        kept = clusters != name
        error = logistic(scores, *fitted(scores[kept], labels[kept], [list(curve)])) - labels
        for number in range(10):
            if (kept & (part == number)).any():
                left[row, number] = error[kept & (part == number)].mean()
    rows = []
    for number in range(10):
        inside, own = part == number, left[:, number]
        error = mapped[inside] - labels[inside]
        k, held = len(own), len(np.unique(clusters[inside]))
        reach = stats.t.ppf(0.975, held - 1) * np.sqrt((k - 1) / k * ((own - own.mean()) ** 2).sum())
        mean = error.mean()
        sizes = [np.abs(error).mean(), np.sqrt((error**2).mean())]
        rows.append([labels[inside].mean(), mapped[inside].mean(), mean, mean - reach, mean + reach, *sizes])
    return pd.DataFrame(rows, columns=COLUMNS)


def agree(table: pd.DataFrame, scores: Floats, labels: Floats, clusters: Floats, method: str) -> None:
    for by in ("label", "score"):
        own = table[(table["method"] == method) & (table["divided_by"] == by)]
        assert own["part"].tolist() == [str(number) for number in range(1, 11)]
        expected = in_loop(scores, labels, clusters, by)
        np.testing.assert_allclose(own[COLUMNS].to_numpy(float), expected.to_numpy(), atol=2e-5 * np.ptp(labels))


def analysed(frame: pd.DataFrame, methods: list[str], lower: list[str], reference: str, mos: str) -> pd.DataFrame:
    found = evaluate(
        frame, mos=mos, methods=methods, lower_better=lower, reference=reference, statistics={"replicates": 20},
        report={"plots": [], "tables": [{"columns": ["srcc"]}], "calibration": True},
    )  # fmt: skip
    return found.data.analyses["calibration"].table


def test_tid2013(shared: Shared) -> None:
    frame = pd.read_csv(shared("oracles/score_tables/TID2013.csv"))
    frame["ref_img"] = frame["ref_img"].str.lower()
    table = analysed(frame, ["SSIMULACRA"], ["SSIMULACRA"], "ref_img", "mos")
    scores, labels = frame["SSIMULACRA"].to_numpy(float), frame["mos"].to_numpy(float)
    agree(table, scores, labels, frame["ref_img"].to_numpy(), "SSIMULACRA")
    by_label = table[table["divided_by"] == "label"]["mean_error"].tolist()
    assert by_label[0] > 1, "regression to the mean"
    assert by_label[-1] < -0.9


def test_nerfqa(shared: Shared) -> None:
    methods = ["Topiq-fr", "VIF"]
    frame = pd.read_csv(shared("oracles/nerfqa/test2_scores.csv"))[["reference_folder", "MOS", *methods]]
    table = analysed(frame, methods, [], "reference_folder", "MOS")
    clusters = frame["reference_folder"].to_numpy()
    for name in methods:
        agree(table, frame[name].to_numpy(float), frame["MOS"].to_numpy(float), clusters, name)


def test_toyama_without_references_has_errors_and_no_intervals(shared: Shared) -> None:
    from scipy.io import loadmat

    content = loadmat(str(shared("oracles/toyama/toyama.mat")))
    columns = {name.lower(): np.asarray(v, float).ravel() for name, v in content.items() if not name.startswith("_")}
    labels, scores = columns["mos"], columns["ssim"]
    frame = pd.DataFrame({"mos": labels, "ssim": scores, "reference": "all"})
    table = analysed(frame, ["ssim"], [], "reference", "mos")
    mapped = logistic(scores, *curve_by_scipy(scores, labels))
    for by, values in (("label", labels), ("score", mapped)):
        own, part = table[table["divided_by"] == by], parts_of(values)
        present = sorted(set(part.tolist()))
        assert own["n"].tolist() == [int((part == number).sum()) for number in present]
        expected = [(mapped - labels)[part == number].mean() for number in present]
        np.testing.assert_allclose(own["mean_error"].to_numpy(float), expected, atol=1e-5)
        assert own["ci_low"].isna().all()
        assert set(own["note"]) == {"no interval: one cluster only"}


@pytest.mark.parametrize("database", ["IVC", "JPEGXR"])
def test_a_distance_that_is_not_declared_one_is_undefined(shared: Shared, database: str) -> None:
    frame = pd.read_csv(shared(f"oracles/score_tables/{database}.csv"))
    table = analysed(frame, ["DSSIM"], [], "ref_img", "mos")
    assert table["note"].tolist() == ["undefined: the curve falls: reversed"]
