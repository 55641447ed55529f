"""Choices from a table of scores to summary, comparisons, tables and back from their files; no images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmark import evaluate
from benchmark.config.models import StatisticsConfig
from benchmark.core.errors import ConfigError
from benchmark.report.evaluation import Evaluation
from benchmark.report.stored_runs import read

METHODS = ["good", "reversed", "coin"]
QUICK = StatisticsConfig(replicates=200)
BY_NAME = {"choices": True, "preference": "p", "first": "{}_p0", "second": "{}_p1"}
Shared = Callable[[str], Path]


@pytest.fixture
def table() -> pd.DataFrame:
    """24 references with four choices in two groups; a good method, a reversed one, and one that tosses coins."""
    rng = np.random.default_rng(0)
    n = 96
    first, second = rng.normal(size=(2, n))
    votes = 11
    share = rng.binomial(votes, 1 / (1 + np.exp(2 * (first - second)))) / votes
    frame = pd.DataFrame({"ref": [f"r{i // 4}" for i in range(n)], "kind": ["cnn", "traditional"] * 48})
    for name, sign, noise in (("good", 1, 0.3), ("reversed", -1, 0.3), ("coin", 0, 1.0)):
        frame[f"{name}_p0"] = sign * first + noise * rng.normal(size=n)
        frame[f"{name}_p1"] = sign * second + noise * rng.normal(size=n)
    return frame.assign(p=share, votes=votes)


def evaluated(table: pd.DataFrame, **options: object) -> Evaluation:
    keywords = {"methods": METHODS, "condition": "kind", "statistics": QUICK, **BY_NAME, **options}
    return evaluate(table, **keywords)  # type: ignore[arg-type]


def value(result: Evaluation, method: str, statistic: str, condition: str = "") -> float:
    rows = result.summary
    chosen = (rows["method"] == method) & (rows["statistic"] == statistic) & (rows["condition"] == condition)
    assert set(rows["level"]) == {"choice"}
    return float(rows.loc[chosen, "value"].item())


def test_values_over_all_and_by_group_are_those_of_a_plain_computation(table: pd.DataFrame) -> None:
    result = evaluated(table, votes="votes")
    for group in ("", "cnn", "traditional"):
        rows = table if not group else table[table["kind"] == group]
        for method in METHODS:
            second = rows[f"{method}_p1"] > rows[f"{method}_p0"]
            expected = float(np.where(second, rows["p"], 1 - rows["p"]).mean())
            assert value(result, method, "score_2afc", group) == pytest.approx(expected, abs=1e-14)
        assert value(result, "ceiling", "score_2afc", group) == pytest.approx(
            np.maximum(rows["p"], 1 - rows["p"]).mean()
        )
        human = (rows["p"] ** 2 + (1 - rows["p"]) ** 2).mean()
        assert value(result, "human", "score_2afc", group) == pytest.approx(human)


def test_lower_better_turns_a_method(table: pd.DataFrame) -> None:
    plain, turned = evaluated(table), evaluated(table, lower_better="reversed")
    assert value(turned, "reversed", "score_2afc") == pytest.approx(1 - value(plain, "reversed", "score_2afc"))
    note = plain.summary.query("method == 'reversed' and statistic == 'log_likelihood' and condition == ''")["note"]
    assert "reversed" in note.item()
    assert "reversed" not in " ".join(turned.summary["note"])


def test_no_interval_of_a_likelihood_goes_beyond_tossing_coins_or_certainty(table: pd.DataFrame) -> None:
    few = table.iloc[:12].assign(p=np.r_[np.sign(table["good_p1"] - table["good_p0"])[:11] > 0, 0.5])
    rows = evaluated(few, condition=None).summary.query("statistic == 'log_likelihood'")
    assert rows["ci_low"].min() == pytest.approx(-np.log(2))
    assert rows["ci_high"].max() <= 0


def test_observers_have_intervals_and_are_compared_with_no_one(table: pd.DataFrame) -> None:
    result = evaluated(table)
    rows = result.summary[result.summary["method"].isin(["ceiling", "human"])]
    assert rows["ci_low"].notna().all()
    assert set(rows["statistic"]) == {"score_2afc"}
    pairs = set(zip(result.comparisons["method_a"], result.comparisons["method_b"], strict=True))
    assert pairs == {("good", "reversed"), ("good", "coin"), ("reversed", "coin")}


def test_areas_need_the_votes_of_every_choice(table: pd.DataFrame) -> None:
    assert not {"auc_ds", "auc_bw", "cc_0"} & set(evaluated(table).summary["statistic"])
    assert {"auc_ds", "auc_bw", "cc_0"} <= set(evaluated(table, votes="votes").summary["statistic"])
    with pytest.raises(ConfigError, match="auc_ds needs the number of votes"):
        evaluated(table, report={"tables": [{"columns": ["score_2afc", "auc_ds"]}]})


def test_votes_that_are_missing_in_part_or_cannot_give_the_share_are_said(table: pd.DataFrame) -> None:
    def said(part: str, **changes: Any) -> list[str]:
        return [note for note in evaluated(table.assign(**changes), votes="votes").data.notes if part in note]

    gap = "The number of votes is missing in 1 of 96 choices: all choices count alike in the log-likelihood"
    assert len(said(gap, votes=[np.nan, *[11] * 95])) == 1
    assert not said("votes") + said("votes", p=table["p"].round(2)) + said("votes", p=0.5)
    assert len(said("In 96 of 96 choices the share can't come of so many votes", p=0.3, votes=1)) == 1


def test_published_scores_stand_beside_measured_ones_and_no_correlation_is_spoken_of(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    measured = value(evaluated(table), "good", "score_2afc")
    paper = {"score_2afc": f"{measured:.3f}", "accuracy_majority": 0.5, "source": "A paper"}
    result = evaluated(
        table,
        published={"good": paper, "theirs": {"score_2afc": 0.7, "source": "B"}},
        report={"plots": [], "tables": [{"magnitude": True}]},
        output=tmp_path,
    )
    result.save()
    text = (tmp_path / "tables" / "comparison.md").read_text()
    assert f"good (reported) | {measured:.3f} | 0.5 | – |" in text.replace("*", "").replace("<sup>a</sup>", "")
    assert "2AFC equal at 3 digits, Majority differs" in text
    assert "reported in A paper, not measured here; measured here" in text
    assert "orrelation" not in text
    with pytest.raises(ConfigError, match=r"write 0\.807 for 80\.7 %"):
        evaluated(table, published={"good": {"score_2afc": 69.4, "source": "A paper"}})


def test_votes_for_each_image_give_the_preference(table: pd.DataFrame) -> None:
    counted = table.assign(a=np.round((1 - table["p"]) * 11), b=np.round(table["p"] * 11))
    one = evaluated(table, votes="votes")
    other = evaluated(counted, preference=None, votes_first="a", votes_second="b")
    assert one.summary["value"].tolist() == pytest.approx(other.summary["value"].tolist(), nan_ok=True)


def test_a_choice_whose_score_is_missing_does_not_count(table: pd.DataFrame) -> None:
    table.loc[3, "good_p1"] = np.nan
    result = evaluated(table)
    counts = result.summary.query("statistic == 'score_2afc' and condition == ''").set_index("method")["n"]
    assert counts.to_dict() == {"good": 95, "reversed": 96, "coin": 96, "ceiling": 96, "human": 96}
    assert result.failures[["pair", "method"]].to_numpy().tolist() == [["row 4 second", "good"]]
    assert result.exit_status == 3


def test_files_are_read_back_and_give_the_same_tables(table: pd.DataFrame, tmp_path: Path) -> None:
    result = evaluated(table, votes="votes", report={"plots": []})
    result.save(tmp_path / "one")
    again = read(tmp_path / "one")
    pd.testing.assert_frame_equal(again.choices, result.choices, check_dtype=False)
    again.save(tmp_path / "two")
    for name in ("tables/comparison.csv", "tables/comparison.tex", "choices.csv", "summary.csv", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_table_ranks_by_the_score_and_shows_the_observers_below(table: pd.DataFrame, tmp_path: Path) -> None:
    result = evaluated(table, report={"plots": [], "tables": [{"conditions": "all"}]})
    result.save(tmp_path / "out")
    printed = pd.read_csv(tmp_path / "out" / "tables" / "comparison.csv")
    assert printed["method"].tolist()[:3] == ["good", "coin", "reversed"]
    text = (tmp_path / "out" / "tables" / "comparison.md").read_text()
    assert text.index("reversed") < text.index("Ceiling (majority)") < text.index("Human (one observer)")
    assert {"all: score_2afc", "cnn: score_2afc", "traditional: score_2afc"} <= set(printed.columns)
    assert "srcc" not in text.casefold()


@pytest.mark.parametrize(
    ("table_config", "named"),
    [
        ({"columns": ["srcc"]}, "srcc can't be computed: these pairs have no labels, but choices"),
        ({"level": "pair"}, "these pairs have no labels, but choices"),
        ({"level": "choice", "columns": ["rmse"]}, r"rmse is not computed at level choice \(there: .*score_2afc"),
        ({"conditions": ["cnm"]}, "cnm.*did you mean 'cnn'"),
    ],
)
def test_tables_of_what_choices_do_not_have_are_refused(
    table: pd.DataFrame, table_config: dict[str, object], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        evaluated(table, report={"tables": [table_config]})


def test_statistics_of_choices_are_refused_for_opinions(table: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match="no choices between two images"):
        evaluate(table, mos="p", methods="good_p0", report={"tables": [{"columns": ["score_2afc"]}]})


def test_a_method_cannot_be_called_like_the_observers(table: pd.DataFrame) -> None:
    renamed = table.rename(columns={"good_p0": "ceiling_p0", "good_p1": "ceiling_p1"})
    with pytest.raises(ConfigError, match="'ceiling' is the row of what observers reach"):
        evaluated(renamed, methods=["ceiling", "coin"])


def test_published_study_of_compressed_images(shared: Shared) -> None:
    """treammm/ResizeCompression: 144 choices with 47 votes each; the answers come from its authors' numbers."""
    result = evaluate(
        shared("oracles/resize2afc/study_results.csv"),
        methods=["vifp", "psnry", "vmaf"],
        choices=True,
        votes_first="num_vote_base",
        votes_second="num_vote_ours",
        first="{}_base",
        second="{}_ours",
        statistics=QUICK,
    )
    assert value(result, "vifp", "score_2afc") == 0.6589834515366431
    rounded = {name: round(value(result, name, "score_2afc"), 4) for name in ("psnry", "vmaf", "ceiling", "human")}
    assert rounded == {"psnry": 0.5984, "vmaf": 0.6565, "ceiling": 0.6902, "human": 0.604}


def test_values_of_papers_stand_beside_measured_ones(table: pd.DataFrame, tmp_path: Path) -> None:
    published = {"good": {"score_2afc": "0.80", "source": "A paper"}, "theirs": {"score_2afc": "0.698", "source": "B"}}
    result = evaluated(table, published=published, report={"plots": []})
    result.save(tmp_path)
    text = (tmp_path / "tables" / "comparison.md").read_text()
    assert "| good (reported)<sup>" in text
    assert "| 0.80 |" in text
    assert "measured here: 2AFC equal at 2 digits" in text
    assert "| theirs (reported)" in text
    with pytest.raises(ConfigError, match="a share lies between 0 and 1"):
        evaluated(table, published={"good": {"score_2afc": 69.8, "source": "A paper"}})


def test_without_an_interval_no_empty_brackets_are_printed(table: pd.DataFrame, tmp_path: Path) -> None:
    """One reference gives values without intervals, of the observers, too."""
    result = evaluated(table.assign(ref="one"), report={"plots": []})
    result.save(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "Ceiling (majority): 0." in page
    assert "[, ]" not in page
    assert "[, ]" not in repr(result)
