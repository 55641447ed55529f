"""`evaluate` and single votes: labels from them, observers drawn, the noise ceiling as the last line of tables."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark import evaluate
from benchmark.cli import main
from benchmark.core.errors import UserError
from benchmark.report.stored_runs import read
from benchmark.statistics.vocabulary import NOISE_CEILING

QUICK = {"replicates": 60}
CROSSED = {"replicates": 60, "resample": "cluster+observer"}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Scores and votes of six observers on 8 photographs × 4 images, as files and as a frame, in the working folder."""
    rng = np.random.default_rng(0)
    n = 32
    quality = rng.normal(size=n) + np.repeat(rng.normal(size=8), 4)
    votes = np.round(2 * quality + rng.normal(size=(6, n)) + rng.normal(size=(6, 1)), 1)
    votes[rng.random(votes.shape) < 0.1] = np.nan
    table = pd.DataFrame({"image": [f"{i:02}.png" for i in range(n)], "ref": [f"r{i // 4}" for i in range(n)]})
    table = table.assign(kind=[f"k{i % 4}" for i in range(n)], good=quality + 0.3 * rng.normal(size=n))
    table = table.assign(poor=quality + rng.normal(size=n))
    wide = table.assign(**{f"Subject {o + 1}": row for o, row in enumerate(votes)})
    monkeypatch.chdir(tmp_path)
    table.to_csv("scores.csv", index=False)
    wide.to_csv("wide.csv", index=False)
    long = wide.melt(["image"], [f"Subject {o + 1}" for o in range(6)], "subject", "vote").dropna()
    long.to_csv("votes.csv", index=False)
    return wide


def of(**keys: Any) -> Any:
    return evaluate(**{"methods": ["good", "poor"], "reference": "ref", "condition": "kind", **keys})


def test_a_row_a_vote_a_column_an_observer_and_own_columns_say_the_same(study: pd.DataFrame) -> None:
    wide = {"file": "wide.csv", "columns": ["Subject *"]}
    results = [
        of(table="scores.csv", opinions="votes.csv", statistics=CROSSED),
        of(table="scores.csv", opinions=wide, statistics=CROSSED),
        of(table="wide.csv", opinions={"columns": "Subject *"}, statistics=CROSSED),
        of(table=study, opinions={"columns": ["Subject *"]}, statistics=CROSSED),
    ]
    votes = study.filter(like="Subject")
    for result in results:
        np.testing.assert_allclose(result.scores["mos"], votes.mean(axis=1), atol=1e-10)
        np.testing.assert_allclose(result.scores["mos_sd"], votes.std(axis=1), rtol=1e-11)
        np.testing.assert_array_equal(result.scores["observers"], votes.count(axis=1))
        frames = [
            item.summary.query("interval == 'jackknife-t'").drop(columns="dataset") for item in (result, results[0])
        ]
        pd.testing.assert_frame_equal(frames[0], frames[1], rtol=1e-9)  # resamples differ by the data set's name
        assert {"pair", "condition", "reference"} == set(frames[0]["level"])
    row = results[0].summary.query("level == 'pair' and method == 'good' and statistic == 'srcc'").iloc[0]
    assert row["value"] == pytest.approx(stats.spearmanr(study["good"], votes.mean(axis=1).round(9))[0])
    assert {"auc_ds", "outlier_ratio"} <= set(results[0].summary["statistic"])


def test_observers_means_are_removed_where_that_is_asked_for(study: pd.DataFrame) -> None:
    votes = study.filter(like="Subject")
    result = of(table="scores.csv", opinions={"file": "votes.csv", "centre": "observer"}, statistics=QUICK)
    centred = votes - votes.mean()
    expected = centred.mean(axis=1) + votes.stack().mean()
    np.testing.assert_allclose(result.scores["mos"], expected, rtol=1e-9)
    np.testing.assert_allclose(result.scores["mos_sd"], centred.std(axis=1), rtol=1e-9)


@pytest.mark.usefixtures("study")
def test_intervals_of_correlations_and_differences_change_and_others_say_that_they_do_not() -> None:
    by_cluster = of(table="scores.csv", opinions="votes.csv", statistics={**QUICK, "interval": "jackknife"})
    crossed = of(table="scores.csv", opinions="votes.csv", statistics=CROSSED)
    keys = ["level", "condition", "method", "statistic"]
    both = by_cluster.summary.merge(crossed.summary, on=keys, suffixes=("", "_too"))
    both = both[both["ci_low"].notna() & both["ci_low_too"].notna()]
    correlations = both[both["statistic"].isin(["srcc", "plcc", "krcc", "pairs_ordered"])]
    assert set(correlations["level"]) == {"pair", "condition", "reference", "system"}
    np.testing.assert_array_equal(correlations["value"], correlations["value_too"])
    assert ((correlations["ci_low"] != correlations["ci_low_too"]).mean()) > 0.9
    assert not correlations["interval_too"].str.contains("clusters only").any()
    others = both[both["statistic"].isin(["plcc_logistic4", "rmse", "outlier_ratio", "auc_bw", "cc_0"])]
    assert len(others)
    np.testing.assert_array_equal(others["ci_low"], others["ci_low_too"])
    assert others["interval_too"].str.contains("clusters only").all()
    tests = crossed.comparisons.query("level == 'pair'").set_index("statistic")["test"]
    assert tests["srcc"] == "jackknife-t, max-T"
    assert tests["auc_ds"] == "jackknife-t, max-T, clusters only"
    notes = "\n".join(crossed.data.notes)
    assert "6 observers; they speak of new photographs and of other observers, as many as these" in notes
    assert "Other statistics are resampled by cluster only" in notes
    assert "observers; they speak" not in "\n".join(by_cluster.data.notes)


@pytest.mark.parametrize("interval", ["auto", "percentile"])
@pytest.mark.usefixtures("study")
def test_trainings_missing_scores_and_few_comparisons_are_drawn_too(interval: str) -> None:
    table = pd.read_csv("scores.csv")
    table.loc[3, "poor"] = np.nan
    settings = {**CROSSED, "interval": interval, "comparisons": "best", "family": ["srcc", "plcc"]}
    found = of(table=table, opinions="votes.csv", statistics=settings)
    row = found.comparisons.query("level == 'pair' and statistic == 'srcc'").iloc[0]
    assert row["n"] == 31
    assert 0 < row["p_value"] <= row["p_adjusted"] <= 1


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"mos": "good", "statistics": CROSSED}, "needs their single votes: name them under `opinions`"),
        (
            {"mos": "noise", "opinions": "votes.csv", "statistics": CROSSED},
            "the labels and the means of the votes correlate by",
        ),
        ({"mos": "good", "opinions": "some.csv", "statistics": CROSSED}, "have no vote"),
        ({"opinions": "some.csv", "statistics": QUICK}, "has no vote and so no label"),
        ({"opinions": "one.csv", "statistics": CROSSED}, "needs two observers or more, and there is 1"),
        ({"opinions": {"columns": ["good"]}}, "'good' is a column of votes and a method"),
        ({"opinions": {"columns": ["Subject *"]}}, "no column 'Subject *' of votes"),
        ({"statistics": {**CROSSED, "interval": "bca"}, "mos": "good"}, "`interval: bca` has no form"),
        ({"opinions": "votes.csv", "choices": True}, "opinions: choices have no opinions of single pairs"),
        ({"opinions": {"file": "votes.csv", "center": "observer"}}, "center"),
    ],
)
@pytest.mark.usefixtures("study")
def test_what_can_not_be_done_is_said(keys: dict[str, Any], words: str) -> None:
    table = pd.read_csv("scores.csv").assign(noise=np.random.default_rng(0).normal(size=32))
    votes = pd.read_csv("votes.csv")
    votes[votes["image"] != "05.png"].to_csv("some.csv", index=False)
    votes.drop_duplicates("image").assign(subject="Ann").to_csv("one.csv", index=False)
    with pytest.raises(UserError) as error:
        of(table=table, **keys)
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) <= 2


def test_the_command_takes_them_and_the_ceiling_is_the_last_line_of_each_table(
    study: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    study.assign(gappy=study["poor"].where(study["poor"] > 0)).to_csv("wide.csv", index=False)  # stands below, unranked
    arguments = ["evaluate", "wide.csv", "--methods", "good,poor,gappy", "--reference", "ref", "--condition", "kind"]
    arguments += ["--opinions", "{columns: Subject *}", "--output", "out", "--set", "statistics.replicates=50"]
    arguments += ["--set", "statistics.noise_ceiling=true", "--set", "report.plots=[]"]
    assert main([*arguments, "--set", "report.tables=[{columns: [srcc, plcc, rmse], conditions: all}]"]) == 3
    printed = capsys.readouterr().out
    assert "\nNoise ceiling: 0." in printed
    assert "note: Noise ceiling: the correlation that a perfect method" in printed
    csv = Path("out/tables/comparison.csv").read_text(encoding="utf-8").splitlines()
    assert "Noise ceiling" in csv[-1]
    assert "Noise ceiling" not in "\n".join(csv[:-1])
    tex = Path("out/tables/comparison.tex").read_text(encoding="utf-8")
    assert "Noise ceiling" in tex[: tex.index(r"\bottomrule")].strip().splitlines()[-1]
    table = [
        line for line in Path("out/tables/comparison.md").read_text(encoding="utf-8").splitlines() if line[:1] == "|"
    ]
    assert table[-1].startswith("| Noise ceiling | 0.")
    cells = table[-1].split(" | ")
    assert cells[3] == "–"  # RMSE has no ceiling
    assert all("\\[" in cell for cell in (*cells[1:3], *cells[4:]))
    assert "Noise ceiling" in Path("out/report.html").read_text(encoding="utf-8")
    record = json.loads(Path("out/run.json").read_text(encoding="utf-8"))
    assert record["statistics"]["noise_ceiling"] is True
    assert record["configuration"]["opinions"] == {"columns": ["Subject *"]}
    rows = pd.read_csv("out/summary.csv").query(f"method == '{NOISE_CEILING}'")
    assert set(rows["level"]) == {"pair", "condition"}
    votes = study.filter(like="Subject")
    noise = (votes.var(axis=1) / votes.count(axis=1)).mean() / votes.mean(axis=1).var()
    plcc = rows.query("level == 'pair' and statistic == 'plcc'").iloc[0]
    assert plcc["value"] == pytest.approx(np.sqrt(1 - noise))
    assert not pd.read_csv("out/comparisons.csv")[["method_a", "method_b"]].isin([NOISE_CEILING]).any(axis=None)
    again = read("out").data
    assert again.summary.query(f"method == '{NOISE_CEILING}'")["value"].notna().all()
    assert main(["report", "out"]) == 3
    assert Path("out/tables/comparison.csv").read_text(encoding="utf-8").splitlines() == csv


@pytest.mark.usefixtures("study")
def test_the_ceiling_says_where_labels_say_nothing_of_their_noise() -> None:
    found = of(table="scores.csv", mos="good", methods=["poor"], statistics={**QUICK, "noise_ceiling": True})
    assert NOISE_CEILING not in set(found.summary["method"])
    assert any("No noise ceiling (scores): nothing says how noisy the labels are" in note for note in found.data.notes)


def test_the_ceiling_takes_spread_and_number_or_limits(study: pd.DataFrame) -> None:
    votes = study.filter(like="Subject")
    table = study.assign(mos=votes.mean(axis=1), sd=votes.std(axis=1), count=votes.count(axis=1))
    half = 1.959963984540054 * table["sd"] / np.sqrt(table["count"])
    table = table.assign(low=table["mos"] - half, high=table["mos"] + half)
    settings = {**QUICK, "noise_ceiling": True}
    by_sd = of(table=table, mos="mos", mos_sd="sd", observers="count", statistics=settings)
    by_limits = of(table=table, mos="mos", mos_low="low", mos_high="high", statistics=settings)
    by_votes = of(table=table, mos="mos", opinions={"columns": ["Subject *"]}, statistics=settings)
    words = ("SD and number of observers", "published 95 % limits", "single votes")
    for result, word in zip((by_sd, by_limits, by_votes), words, strict=True):
        own, first = (
            item.summary.query(f"method == '{NOISE_CEILING}'").reset_index(drop=True) for item in (result, by_sd)
        )
        np.testing.assert_allclose(
            own[["value", "ci_low", "ci_high"]], first[["value", "ci_low", "ci_high"]], rtol=1e-6
        )
        assert any(f"as noisy as these, by their {word}" in note for note in result.data.notes)


def test_a_method_can_not_be_called_like_the_ceiling(study: pd.DataFrame) -> None:
    table = study.rename(columns={"poor": NOISE_CEILING})
    keys = {"table": table, "methods": ["good", NOISE_CEILING], "mos": "good"}
    assert of(**keys, statistics=QUICK).exit_status == 0
    with pytest.raises(UserError, match="is the row of what observers reach; give the method another label"):
        of(**keys, statistics={**QUICK, "noise_ceiling": True})


def test_nothing_is_recorded_of_what_is_not_used(study: pd.DataFrame) -> None:
    result = of(table=study, mos="good", methods=["poor"], statistics=QUICK)
    record = json.dumps(result.data.record, default=str)
    assert "noise_ceiling" not in record
    assert "opinions" not in record


@pytest.mark.usefixtures("study")
def test_a_study_of_tables_names_votes_for_each(tmp_path: Path) -> None:
    common = {"methods": ["good", "poor"], "reference": "ref", "condition": "kind"}
    del common["methods"]
    tables = [
        {"file": str(tmp_path / "scores.csv"), "label": "A", "opinions": {"file": "votes.csv"}, **common},
        {"file": str(tmp_path / "wide.csv"), "label": "B", "opinions": {"columns": ["Subject *"]}, **common},
    ]
    settings = {**CROSSED, "noise_ceiling": True}
    found = evaluate({"tables": tables, "methods": ["good", "poor"], "statistics": settings, "report": {"plots": []}})
    rows = found.summary.query(f"method == '{NOISE_CEILING}' and level == 'pair' and statistic == 'plcc'")
    assert set(rows["dataset"]) >= {"A", "B"}
    assert rows["value"].round(9).nunique() == 1
    found.save("study")
    text = Path("study/tables/comparison.md").read_text(encoding="utf-8")
    assert "| Noise ceiling |" in text
