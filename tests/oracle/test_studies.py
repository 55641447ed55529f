"""Studies of score tables against plain pandas and SciPy, and against medians that others computed (../shared/oracles)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmark import Evaluation, evaluate

pytestmark = pytest.mark.heavy
Shared = Callable[[str], Path]
QUICK = {"replicates": 20, "mapping_resamples": "once", "multiplicity": "none"}
ON_ALL = [
    "clip_rn50_cos",
    "clip_vitb32_cos",
    "clip_vitb32_jsd",
    "clip_vitb32_l2",
    "clip_vitb32_skld",
    "clip_vitb32_swd",
]
ON_ALL += ["clip_vitb32_wsd", "deep_jsd_eff"]
"""The distances of `zsiqa` that all three of its tables have; PIPAL has one more."""
ALONE = "clip_rn50_l2"


def numbers(result: Evaluation, dataset: str, aggregate: str = "") -> "pd.Series[float]":
    """SRCC by method."""
    rows = result.summary
    chosen = (rows["dataset"] == dataset) & (rows["level"] == "pair") & (rows["statistic"] == "srcc")
    return rows[chosen & (rows["aggregate"] == aggregate)].set_index("method")["value"]


@pytest.mark.long
def test_averages_over_live_tid2013_and_pipal_are_plain_ones(shared: Shared) -> None:
    """And the median and SD of ten splits by reference, on the partitions of their split files."""
    files = {name: shared(f"oracles/zsiqa/{name}.csv") for name in ("live", "tid2013", "pipal_1")}
    entries: list[dict[str, Any]] = [
        {"file": str(files["live"]), "mos": "mos", "reference": "ref", "condition": "type", "lower_mos_better": True},
        {"file": str(files["tid2013"]), "mos": "mos", "reference": "ref", "lower_mos_better": True},
        {"file": str(files["pipal_1"]), "label": "PIPAL", "mos": "mos", "reference": "ref"},
    ]
    entries[2] |= {"methods": [*ON_ALL, ALONE], "lower_better": [*ON_ALL, ALONE]}
    result = evaluate(
        {"tables": entries, "methods": ON_ALL, "lower_better": ON_ALL, "protocol": {"repeat": 10, "test": 0.2}},
        statistics=QUICK,
    )
    labels = ["live", "tid2013", "PIPAL"]
    tables = [pd.read_csv(file) for file in files.values()]
    plain = pd.DataFrame(
        {
            label: -sign * table[ON_ALL].corrwith(table["mos"], method="spearman")
            for label, table, sign in zip(labels, tables, (-1, -1, 1), strict=True)
        }
    )
    for label in labels:
        np.testing.assert_allclose(numbers(result, label)[ON_ALL], plain[label], atol=1e-10)
    np.testing.assert_allclose(numbers(result, "average")[ON_ALL], plain.mean(axis=1), atol=1e-10)
    weights = [len(table) for table in tables]
    assert weights == [779, 3000, 23200]
    np.testing.assert_allclose(
        numbers(result, "weighted average")[ON_ALL], np.average(plain, axis=1, weights=weights), atol=1e-10
    )
    assert np.isnan(numbers(result, "average")[ALONE])
    parts: Any = result
    for label, sign, part in zip(labels, (-1, -1, 1), parts.parts, strict=True):
        scores = part.evaluation.scores
        by_part = []
        for partition in part.divided.partitions.partitions:
            tested = scores[scores["cluster"].isin(partition.test)]
            assert len(partition.test) == round(0.2 * scores["cluster"].nunique())
            by_part.append([-sign * spearmanr(tested[name], tested["mos"])[0] for name in ON_ALL])
        np.testing.assert_allclose(numbers(result, label, "median")[ON_ALL], np.median(by_part, axis=0), atol=1e-10)
        np.testing.assert_allclose(numbers(result, label, "sd")[ON_ALL], np.std(by_part, axis=0, ddof=1), atol=1e-10)


def test_published_correlations_of_three_databases_average_as_printed(shared: Shared) -> None:
    """SRCC of `score_tables`, printed to three decimals in the oracles' README."""
    published = {
        "DSSIM": (0.861, 0.916, 0.904),
        "SSIMULACRA": (0.673, 0.834, 0.840),
        "Butteraugli": (0.760, 0.792, 0.878),
    }
    sizes = (3000, 185, 180)
    entries = [
        {"file": str(shared(f"oracles/score_tables/{name}.csv")), "mos": "mos", "reference": "ref_img"}
        for name in ("TID2013", "IVC", "JPEGXR")
    ]
    result = evaluate(
        {"tables": entries, "methods": list(published), "lower_better": list(published)}, statistics=QUICK
    )
    for name, values in published.items():
        assert numbers(result, "average")[name] == pytest.approx(np.mean(values), abs=0.0005)
        weighted = np.average(values, weights=sizes)
        assert numbers(result, "weighted average")[name] == pytest.approx(weighted, abs=0.0005)


SVR = """
from benchmark import LearnsFromColumns, MethodInfo


class Svr(LearnsFromColumns):
    info = MethodInfo(name="svr", title="SVR", higher_is_better=True, group="learned")

    def fit(self, features, labels, about):
        from sklearn.svm import SVR

        x = features.to_numpy()
        self.mean, self.sd = x.mean(axis=0), x.std(axis=0, ddof=1)
        # with libsvm's usual tolerance (1e-3) the order of the rows moves the fourth digit on CSIQ
        self.model = SVR(C=1, gamma=0.05, epsilon=0.1, tol=1e-6).fit((x - self.mean) / self.sd, labels)

    def predict(self, features, about):
        return self.model.predict((features.to_numpy() - self.mean) / self.sd)
"""
IMAGES = {"CCID2014": 655, "CSIQ": 116, "TID2013": 250, "SIQAD": 140}
MEDIANS = {
    100: {"CCID2014": 0.8381, "CSIQ": 0.9481, "TID2013": 0.8966, "SIQAD": 0.6481},
    1000: {"CCID2014": 0.8368, "CSIQ": 0.9476, "TID2013": 0.8980, "SIQAD": 0.6557},
}
"""Median SRCC: of 1,000 orders as the oracles' README says; of the first 100 by a plain loop of scikit-learn and SciPy."""
COUNT = 100


def matrix(file: Path) -> NDArray[Any]:
    from scipy.io import loadmat

    return next(value for name, value in loadmat(str(file)).items() if not name.startswith("_"))


def mdm(folder: Path, place: Path, count: int) -> dict[str, Any]:
    """The study of `mdm_splits` on its first orders: tables, and split files made by the command ``split``."""
    from benchmark.cli import main

    for name, images in IMAGES.items():
        names = [str(item[0]) for item in matrix(folder / f"nameOfDistortedImages{name}.mat").ravel()]
        features = matrix(folder / f"MDMfeaturesOn{name}_{images}x3.mat")
        table = pd.DataFrame({"image": names, "mos": matrix(folder / f"{name}_mos.mat").ravel()})
        table[["f1", "f2", "f3"]] = features
        if name == "CCID2014":
            references = matrix(folder / f"nameOfReferenceImages{name}.mat").ravel()
            table["reference"] = [str(item[0]) for item in references]
        table.to_csv(place / f"{name}.csv", index=False)
        orders = matrix(folder / f"Splits1000x{images}.mat")[:count]
        np.savetxt(place / f"{name}.orders.csv", orders, fmt="%d", delimiter=",")
        words = [
            "split",
            "--orders",
            f"{name}.orders.csv",
            "--cut",
            "0.8",
            "--names",
            f"{name}.csv",
            "--to",
            f"{name}.json",
        ]
        assert main(words) == 0
        assert json.loads((place / f"{name}.json").read_text())["by"] == "pair"
    return {
        "tables": [{"file": f"{name}.csv", "mos": "mos"} for name in IMAGES],
        "methods": [{"name": "svr", "features": ["f1", "f2", "f3"]}],
        "protocol": {"file": {name: f"{name}.json" for name in IMAGES}},
        "statistics": QUICK,
        "report": {"plots": [], "tables": [{"columns": ["srcc"], "aggregate": "median", "spread": "sd", "digits": 4}]},
    }


@pytest.mark.long
def test_medians_over_stored_orders_of_a_regression_on_features(
    shared: Shared, tmp_path: Path, plugin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set COUNT to 1,000 for all of them: a minute. Tables say that the splits are by pair."""
    pytest.importorskip("sklearn")
    (plugin_folder / "methods" / "svr.py").write_text(SVR)
    monkeypatch.chdir(tmp_path)
    result = evaluate(mdm(shared("oracles/mdm_splits"), tmp_path, COUNT))
    found = {name: round(float(numbers(result, name, "median")["svr"]), 4) for name in IMAGES}
    assert found == MEDIANS[COUNT]
    marks = {note.partition(": ")[0]: note for note in result.data.notes if "Split by pair" in note}
    assert set(marks) == set(IMAGES)
    assert "CCID2014: Split by pair: the same reference is on both sides (in " in marks["CCID2014"]
