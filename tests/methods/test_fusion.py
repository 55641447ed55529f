"""The floor of fusion against scikit-learn's own cross-validation; no model predicts a reference that it saw."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import benchmark
from benchmark import UserError
from benchmark.data import folds
from benchmark.data.pairs import complete
from benchmark.plugins.methods._crossfit import PENALTIES, ridge
from benchmark.plugins.methods.fusion import Fusion


def made(references: int = 12, each: int = 4, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs and three features: two tell the label together, one is noise."""
    rng = np.random.default_rng(seed)
    count = references * each
    quality, nuisance = rng.normal(size=count), rng.normal(size=count)
    pairs = complete(
        pd.DataFrame(
            {
                "reference": [f"r{at // each}" for at in range(count)],
                "enhanced": [f"{at}.png" for at in range(count)],
                "condition": [f"c{at % each}" for at in range(count)],
                "reference_path": "r",
                "enhanced_path": "e",
                "mos": 50 + 10 * quality + rng.normal(size=count),
            }
        )
    )
    features = {"a": quality + nuisance, "b": nuisance, "noise": rng.normal(size=count)}
    return pairs, pd.DataFrame(features, index=pairs.index)


def answer(method: Fusion, pairs: pd.DataFrame, others: pd.DataFrame) -> NDArray[np.float64]:
    method.use(others)
    return np.asarray(method.scores(pairs, pairs))


def test_it_is_scikit_learns_ridge_out_of_fold() -> None:
    pairs, others = made()
    scores = answer(Fusion(penalty=2.0, folds=4, seed=3), pairs, others)
    split = PredefinedSplit(folds.divide(pairs, 4, 3)["fold"].to_numpy())
    pipeline = make_pipeline(StandardScaler(), Ridge(2.0))
    expected = cross_val_predict(pipeline, others.to_numpy(), pairs["mos"].to_numpy(), cv=split)
    np.testing.assert_allclose(scores, expected, rtol=1e-9)
    assert np.corrcoef(scores, pairs["mos"])[0, 1] > 0.95


def test_the_penalty_is_chosen_where_references_stay_together() -> None:
    """A feature that names the reference fits pairs beside their siblings, and helps with no other reference."""
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(12), 6)
    names, level = np.eye(12)[clusters], rng.normal(size=12)[clusters]
    x = np.column_stack([names, rng.normal(size=len(clusters))])
    labels = level + 0.3 * x[:, -1] + 0.1 * rng.normal(size=len(clusters))
    order = np.arange(len(labels))
    by_pair = RidgeCV(PENALTIES).fit(StandardScaler().fit_transform(x), labels).alpha_
    by_reference = ridge(None, x[order], labels[order], clusters[order])
    assert by_reference.best_params_["ridge__alpha"] >= 30 * by_pair
    with pytest.raises(UserError, match="can't be chosen from the pairs of one reference: give `penalty`"):
        ridge(None, x[:6], labels[:6], clusters[:6])


def test_a_reference_never_predicts_itself() -> None:
    """Where labels depend on the reference alone and features only name it, there is nothing to learn from others."""
    pairs, _ = made(references=10)
    others = pd.DataFrame(np.equal.outer(pairs["reference"].to_numpy(), np.unique(pairs["reference"])).astype(float))
    others.columns = [f"f{at}" for at in range(others.shape[1])]
    pairs["mos"] = pairs["reference"].str[1:].astype(float) ** 2
    scores = answer(Fusion(folds=10, penalty=1.0), pairs, others)
    assert np.corrcoef(scores, pairs["mos"])[0, 1] < 0.1
    changed = pairs.copy()
    changed.loc[changed["reference"] == "r3", "mos"] = 1e3
    again = answer(Fusion(folds=10, penalty=1.0), changed, others)
    own = (pairs["reference"] == "r3").to_numpy()
    np.testing.assert_array_equal(again[own], scores[own])
    assert not np.isclose(again[~own], scores[~own]).any()


def test_patients_stay_together_and_there_may_be_fewer_than_folds() -> None:
    pairs, others = made(references=6)
    pairs["cluster"] = pairs["reference"].map({f"r{at}": f"p{at // 2}" for at in range(6)})
    method = Fusion()
    scores = answer(method, pairs, others)
    assert "3 folds by reference; it has seen labels of the split that is scored" in method.settings()["out of fold"]
    changed = pairs.assign(mos=pairs["mos"].where(pairs["reference"] != "r1", 0.0))
    patient = (pairs["cluster"] == "p0").to_numpy()
    np.testing.assert_array_equal(answer(Fusion(), changed, others)[patient], scores[patient])


@pytest.mark.parametrize("learner", ["ridge", "boosting"])
def test_the_order_of_pairs_changes_no_byte_and_what_mattered_is_said(learner: str) -> None:
    pairs, others = made()
    method = Fusion(learner=learner)
    scores = answer(method, pairs, others)
    turned = np.random.default_rng(1).permutation(len(pairs))
    other = Fusion(learner=learner)
    again = answer(other, pairs.iloc[turned], others.iloc[turned])
    np.testing.assert_array_equal(again, scores[turned])
    mattered = method.settings()["fall of SRCC when shuffled, the first 5"]
    assert mattered == other.settings()["fall of SRCC when shuffled, the first 5"]
    falls = {part.split(" ")[0]: float(part.split(" ")[1]) for part in mattered.split(", ")}
    assert list(falls)[2] == "noise"
    assert falls["a"] > 0.3
    assert abs(falls["noise"]) < 0.1


def test_methods_with_gaps_are_left_out_and_named_or_refused_by_name() -> None:
    pairs, others = made()
    others.loc[5, "b"] = np.nan
    method = Fusion()
    answer(method, pairs, others)
    assert method.settings()["features"] == "a, noise"
    assert method.settings()["left out, without a score for every pair"] == "b"
    with pytest.raises(UserError, match="'b' has no score for 1 of 48 pairs; leave it out"):
        answer(Fusion(features=["a", "b"]), pairs, others)
    without = Fusion(without=["b", "a"])
    answer(without, pairs, others)
    assert without.settings()["features"] == "noise"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"features": ["x"]}, "`features`: there are no scores of 'x'; there are those of a, b, noise"),
        ({"without": ["x"]}, "`without`: there are no scores of 'x'"),
        ({"without": ["a", "b", "noise"]}, "`without` names every method"),
    ],
)
def test_wrong_names_are_refused(options: dict[str, list[str]], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        answer(Fusion(**options), *made())


def test_what_cannot_be_learnt_from_says_so() -> None:
    pairs, others = made(references=1)
    with pytest.raises(UserError, match="needs labelled pairs of at least two references"):
        answer(Fusion(), pairs, others)
    pairs, others = made()
    with pytest.raises(UserError, match="no other methods' scores"):
        answer(Fusion(), pairs, others[[]])
    with pytest.raises(UserError, match="no labels of pairs"):
        answer(Fusion(), pairs.assign(mos=np.nan), others)
    wrong: list[dict[str, Any]] = [{"folds": 1}, {"penalty": -1.0}, {"seed": -1}, {"features": []}]
    for options in (*wrong, {"features": ["a", "a"]}):
        with pytest.raises(UserError, match=f"`{next(iter(options))}` must be"):
            Fusion(**options)


@pytest.mark.parametrize("lower", [False, True])
def test_evaluate_adds_it_on_request_in_the_labels_direction(tmp_path: object, lower: bool) -> None:
    pairs, others = made()
    frame = pd.concat([pairs[["reference", "condition", "mos"]], others], axis=1)
    if lower:
        frame["mos"] = 100 - frame["mos"]
    result = benchmark.evaluate(
        frame,
        mos="mos",
        methods=["a", "b", "noise", "enhancer-mean", "fusion"],
        condition="condition",
        lower_mos_better=lower,
        output=str(tmp_path),
        statistics={"replicates": 20, "mapping_resamples": "once", "multiplicity": "none"},
        report={"plots": []},
    )
    rows = result.summary.query("level == 'pair' and statistic == 'srcc'").set_index("method")["value"]
    assert rows["fusion"] > 0.9
    (method,) = [item for item in result.data.methods if item.label == "fusion"]
    assert method.group == "floor"
    assert method.settings["features"] == "a, b, noise"
    assert method.higher_is_better != lower


def test_a_study_fits_it_anew_in_each_partition(tmp_path: object) -> None:
    pairs, others = made()
    file = f"{tmp_path}/t.csv"
    pd.concat([pairs[["reference", "enhanced", "mos"]], others], axis=1).to_csv(file, index=False)
    result = benchmark.evaluate(
        {
            "tables": [{"file": file, "mos": "mos"}],
            "methods": ["a", {"name": "fusion", "features": ["a", "b"], "learner": "ridge"}],
            "protocol": {"folds": 3},
            "statistics": {"replicates": 20},
            "report": {"plots": [], "tables": [{"columns": ["srcc"], "aggregate": "median"}]},
            "output": f"{tmp_path}/out",
        }
    )
    summary = result.summary
    chosen = summary[
        (summary["method"] == "fusion") & (summary["aggregate"] == "median") & (summary["statistic"] == "srcc")
    ]
    assert (chosen["value"] > 0.9).all()
    assert len(chosen) >= 1
