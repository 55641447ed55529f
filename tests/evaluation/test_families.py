"""Families of several statistics are corrected as one, and only the configuration of statistics decides what is compared."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.config.models import StatisticsConfig
from benchmark.evaluation.summarise import Evaluated, evaluate_scores
from benchmark.statistics.settings import StatisticsSettings
from tests.makers import Column, score_keys

KEYS = ["level", "condition", "statistic", "method_a", "method_b"]


def make_scores(references: int = 16, methods: int = 5, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    mos = rng.normal(size=references * 4)
    table = score_keys(references, 4, mos)
    for number in range(methods):
        sign = -1 if number == 4 else 1
        table[f"m{number}"] = sign * (mos + (0.4 + 0.2 * number) * rng.normal(size=len(mos)))
    return table


def run(scores: pd.DataFrame, **settings: Any) -> Evaluated:
    labels = [name for name in scores.columns if name.startswith("m") and name[1:].isdigit()]
    return evaluate_scores(
        scores, [Column(label) for label in labels], StatisticsSettings(**{"replicates": 300, **settings})
    )


@pytest.mark.parametrize("interval", ["jackknife", "percentile"])
@pytest.mark.parametrize("comparisons", ["all", "best"])
def test_a_joint_family_changes_adjusted_p_values_of_its_members_only_and_never_lowers_them(
    interval: str, comparisons: str
) -> None:
    scores = make_scores()
    alone = run(scores, comparisons=comparisons, interval=interval).comparisons
    joint = run(scores, comparisons=comparisons, interval=interval, family=("srcc", "plcc")).comparisons
    assert list(joint[KEYS].itertuples(index=False)) == list(alone[KEYS].itertuples(index=False))
    rest = joint.columns.difference(["p_adjusted", "significant"])
    pd.testing.assert_frame_equal(joint[rest], alone[rest])
    member = joint["statistic"].str.startswith(("srcc", "plcc")) & ~joint["statistic"].str.contains("logistic")
    pd.testing.assert_frame_equal(joint[~member], alone[~member])
    tested = member & joint["p_adjusted"].notna()
    assert (joint["p_adjusted"][tested] >= alone["p_adjusted"][tested] - 1e-12).all()
    assert (joint["p_adjusted"][tested] > alone["p_adjusted"][tested]).any()


def test_holms_joint_family_is_holm_over_all_of_its_p_values() -> None:
    joint = run(make_scores(), multiplicity="holm", family=("srcc", "krcc", "plcc_logistic4")).comparisons
    rows = joint[(joint["level"] == "pair") & joint["statistic"].isin(["srcc", "krcc", "plcc_logistic4"])]
    p = rows["p_value"].to_numpy(float)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    expected = np.full(len(p), np.nan)
    expected[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    np.testing.assert_allclose(rows["p_adjusted"].to_numpy(float), expected, rtol=1e-12)


def test_a_family_of_one_statistic_is_what_there_is_anyway_and_the_note_names_a_larger_one() -> None:
    scores = make_scores()
    plain, one = run(scores), run(scores, family=("srcc",))
    pd.testing.assert_frame_equal(plain.comparisons, one.comparisons)
    assert plain.notes == one.notes
    assert any("all pairs of methods of one statistic, level" in note for note in plain.notes)
    several = run(scores, family=("srcc", "auc_ds", "plcc", "rmse"))
    assert any("SRCC, PLCC and RMSE together (any other statistic by itself), level" in note for note in several.notes)


@pytest.mark.parametrize("comparisons", ["all", "best"])
@pytest.mark.parametrize("family", [("score_2afc", "accuracy_majority"), ("score_2afc", "srcc")])
def test_a_family_of_choices_keeps_every_difference(family: tuple[str, ...], comparisons: str) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"photo": np.arange(60) // 4, "share": rng.integers(0, 6, 60) / 5})
    for name, noise in (("a", 0.2), ("b", 0.6), ("c", 2.0)):
        table[f"{name}_0"], table[f"{name}_1"] = 0.0, table["share"] - 0.5 + noise * rng.normal(size=60)
    options: dict[str, Any] = {"choices": True, "methods": ["a", "b", "c"], "first": "{}_0", "second": "{}_1"}
    options |= {"preference": "share", "reference": "photo"}
    settings = {"replicates": 200, "comparisons": comparisons}
    alone = benchmark.evaluate(table, **options, statistics=settings).comparisons
    joint = benchmark.evaluate(table, **options, statistics={**settings, "family": list(family)}).comparisons
    assert list(joint[KEYS].itertuples(index=False)) == list(alone[KEYS].itertuples(index=False))
    assert set(joint["method_a"]) | set(joint["method_b"]) == {"a", "b", "c"}  # observers are compared with no one
    member = joint["statistic"].isin(family)
    pd.testing.assert_frame_equal(joint[~member], alone[~member])
    assert (joint["p_adjusted"][member] >= alone["p_adjusted"][member] - 1e-12).all()
    more = (joint["p_adjusted"][member] > alone["p_adjusted"][member]).any()
    assert more == ("accuracy_majority" in family)


def test_comparisons_depend_on_the_statistics_configuration_not_on_what_tables_print(tmp_path: Path) -> None:
    make_scores().to_csv(tmp_path / "scores.csv", index=False)
    tables: list[list[dict[str, Any]]] = [
        [{"name": "one"}],
        [
            {"name": "a", "columns": ["krcc"], "magnitude": True},
            {"name": "b", "level": "reference", "columns": ["srcc"]},
        ],
    ]
    written = []
    for number, several in enumerate(tables):
        done = benchmark.evaluate(
            tmp_path / "scores.csv",
            mos="mos",
            methods=["m0", "m1", "m4"],
            output=tmp_path / str(number),
            statistics={"replicates": 100},
            report={"plots": [], "tables": several},
        )
        done.save()
        written.append((tmp_path / str(number) / "comparisons.csv").read_bytes())
    assert written[0] == written[1]
    assert b"_magnitude" in written[0]


def test_a_family_names_known_statistics() -> None:
    assert StatisticsConfig(family=("srcc", "plcc")).family == ("srcc", "plcc")
    with pytest.raises(ValueError, match="family"):
        StatisticsConfig.model_validate({"family": ["srcc", "plc"]})
    with pytest.raises(ValueError, match="srcc is named twice"):
        StatisticsConfig.model_validate({"family": ["srcc", "plcc", "srcc"]})
