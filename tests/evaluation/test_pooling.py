"""Pooling over data sets, from studies and from several folders, against SciPy in plain loops."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark import ConfigError, Evaluation, evaluate
from benchmark.config.pooling_analysis import PoolingAnalysis
from benchmark.evaluation.pooling import COLUMNS, RANKS, UNRELIABLE, PooledSets, pool_sets
from benchmark.report.blocks import Numbers
from benchmark.report.combine import side_by_side
from benchmark.report.over_sets import pooled_anew
from benchmark.report.plots import Plot, all_plots
from benchmark.report.pooling_tables import pooling_tables
from benchmark.report.stored_runs import read, together
from benchmark.results.scored import ScoredMethod
from benchmark.statistics.settings import StatisticsSettings

ENDS = ("value", "ci_low", "ci_high")
LABELS = ("good", "fair", "weak")
METHODS = [ScoredMethod(label=name, name=name, title=name.title(), higher_is_better=name != "fair") for name in LABELS]


def table(seed: int, references: int = 8, prefix: str = "") -> pd.DataFrame:
    """Five images a reference; ``fair`` is a distance."""
    rng = np.random.default_rng(seed)
    n = 5 * references
    mos = rng.normal(size=n) + np.repeat(rng.normal(size=references), 5)
    frame = pd.DataFrame(
        {
            "pair": [f"{seed}-{place}" for place in range(n)],
            "reference": [f"{prefix or f's{seed}-'}{place // 5}" for place in range(n)],
            "mos": mos,
            "good": mos + rng.normal(size=n) * (0.3 + 0.5 * rng.random()),
            "fair": -mos + rng.normal(size=n),
            "weak": mos + 2 * rng.normal(size=n),
        }
    )
    return frame


def stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """As ``scores.csv`` has them."""
    return pd.concat(
        [
            frame.assign(
                dataset=name,
                split="",
                cluster=frame["reference"],
                enhanced=frame["pair"],
                condition="",
                mos_sd=np.nan,
                observers=np.nan,
            )
            for name, frame in frames.items()
        ],
        ignore_index=True,
    )


def pooled(frames: Mapping[str, pd.DataFrame], lower: Sequence[str] = (), **asked: Any) -> PooledSets:
    settings = StatisticsSettings(**asked.pop("settings", {}))
    seen = asked.pop("seen", None)
    wanted = PoolingAnalysis(**asked)
    return pool_sets(stacked(frames), METHODS, wanted, settings, lower_mos_better=lambda name: name in lower, seen=seen)


def keyed(frame: pd.DataFrame) -> dict[tuple[str, str, str], dict[Any, Any]]:
    """The rows by part and methods."""
    rows = frame.to_dict("records")
    return {(str(row["part"]), str(row["method"]), str(row["method_b"])): row for row in rows}


def effect(frame: pd.DataFrame, names: Sequence[str], sign: int = 1) -> tuple[float, float]:
    """z of a method, or of the first less the second, with the jackknife's variance by reference."""

    def z(rows: pd.DataFrame) -> float:
        values = [
            np.arctanh(sign * (-1 if name == "fair" else 1) * stats.spearmanr(rows[name], rows["mos"]).statistic)
            for name in names
        ]
        return float(values[0] - sum(values[1:]))

    left = np.array([z(frame[frame["reference"] != name]) for name in frame["reference"].unique()])
    k = len(left)
    return z(frame), float((k - 1) / k * ((left - left.mean()) ** 2).sum())


def meta(effects: Sequence[tuple[float, float]], level: float = 0.95) -> tuple[float, float, float, float]:
    """Mean, ends, and p: the variance between by bisection, Student's t with k - 1 degrees of freedom."""
    y, v = np.array(effects).T
    k = len(y)

    def squares(between: float) -> float:
        w = 1 / (v + between)
        return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())

    low, high = 0.0, 100.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if squares(middle) > k - 1 else (low, middle)
    w = 1 / (v + low)
    mean, error = (w * y).sum() / w.sum(), np.sqrt(max(1, squares(low) / (k - 1)) / w.sum())
    reach = stats.t.ppf((1 + level) / 2, k - 1) * error
    return mean, mean - reach, mean + reach, 2 * stats.t.sf(abs(mean) / error, k - 1)


FIVE = {f"Set {seed}": table(seed, 6 + seed) for seed in range(5)}


def test_values_differences_and_leaving_one_out_are_those_of_plain_loops() -> None:
    lower = ["Set 3"]
    frames = {name: frame.assign(mos=-frame["mos"]) if name in lower else frame for name, frame in FIVE.items()}
    signs = {name: -1 if name in lower else 1 for name in frames}
    found = keyed(pooled(frames, lower).table)
    for part in ("all", "without Set 1"):
        kept = {name: frame for name, frame in frames.items() if name != part.removeprefix("without ")}
        for label in LABELS:
            mean, low, high, _ = meta([effect(frame, [label], signs[name]) for name, frame in kept.items()])
            row = found[part, label, ""]
            assert [row[key] for key in ENDS] == pytest.approx(np.tanh([mean, low, high]).tolist(), abs=1e-9)
            assert row["sets"] == len(kept)
        p_values = {}
        for pair in (("good", "fair"), ("good", "weak"), ("fair", "weak")):
            mean, low, high, p = meta([effect(frame, pair, signs[name]) for name, frame in kept.items()])
            row = found[part, *pair]
            assert [row[key] for key in ENDS] == pytest.approx([mean, low, high], abs=1e-9)
            assert row["p_value"] == pytest.approx(p, abs=1e-12)
            p_values[pair] = p
        order = sorted(p_values, key=lambda pair: p_values[pair])
        holm = np.maximum.accumulate([p_values[pair] * (3 - place) for place, pair in enumerate(order)])
        for pair, p in zip(order, holm, strict=True):
            assert found[part, *pair]["p_adjusted"] == pytest.approx(min(1, p), abs=1e-12)
    z, variance = effect(frames["Set 2"], ["weak"])
    own = found["in Set 2", "weak", ""]
    assert [own["z"], own["z_error"]] == pytest.approx([z, np.sqrt(variance)], abs=1e-9)


def test_few_data_sets_are_called_unreliable() -> None:
    four = dict(list(FIVE.items())[:4])
    found, enough = pooled(four), pooled(FIVE)
    whole = found.table[found.table["part"] == "all"]
    assert (whole["note"] == UNRELIABLE).all()
    assert any(note.startswith("Unreliable: fewer than five data sets (4)") for note in found.notes)
    assert (enough.table.loc[enough.table["part"] == "all", "note"] == "").all()
    assert not any("Unreliable" in note for note in enough.notes)
    one = pooled(dict(list(FIVE.items())[:1]))
    assert not len(one.table)
    assert tuple(one.table.columns) == COLUMNS


def test_data_sets_with_common_photographs_count_once() -> None:
    """Their mean z, with the mean of their standard errors; what is not said but looks like it gets a note."""
    frames = {**FIVE, "Again": table(9, 6, prefix="s0-")}
    asked = any("Set 0 and Again have 6 references of the same name" in note for note in pooled(frames).notes)
    assert asked
    found = pooled(frames, shared=[["Set 0", "Again"]])
    assert any(note.startswith("Set 0, Again count as one data set") for note in found.notes)
    assert not any("of the same name" in note for note in found.notes)
    parts = [effect(frames[name], ["good"]) for name in ("Set 0", "Again")]
    both = (float(np.mean([z for z, _ in parts])), float(np.mean([np.sqrt(variance) for _, variance in parts]) ** 2))
    rest = [effect(frame, ["good"]) for name, frame in FIVE.items() if name != "Set 0"]
    row = keyed(found.table)["all", "good", ""]
    assert row["sets"] == 5
    assert row["z"] == pytest.approx(meta([both, *rest])[0], abs=1e-9)
    assert "without Set 0 + Again" in set(found.table["part"])
    nothing = pooled({name: frames[name] for name in ("Set 0", "Again")}, shared=[["Set 0", "Again"]])
    assert not len(nothing.table), "two that count as one are not pooled"
    unknown = pooled(FIVE, shared=[["Set 0", "Other"]])
    assert any("names 'Other', which is not among the data sets" in note for note in unknown.notes)


def test_splits_of_a_data_set_are_one() -> None:
    frames = stacked(FIVE)
    frames.loc[frames["dataset"] == "Set 1", "split"] = np.where(np.arange(35) < 15, "a", "b")
    settings = StatisticsSettings()
    found = pool_sets(frames, METHODS, PoolingAnalysis(), settings, lower_mos_better=lambda _: False)
    pd.testing.assert_frame_equal(found.table, pooled(FIVE).table)


def test_what_has_no_z_is_left_out_and_said() -> None:
    frames = {name: frame.copy() for name, frame in FIVE.items()}
    frames["Set 0"]["good"] = frames["Set 0"]["mos"]
    frames["Set 1"]["weak"] = np.nan
    found = pooled(frames, seen={"Set 2": {"fair": "its network has seen photographs of it"}})
    sets = found.table[found.table["part"] == "all"].set_index(["method", "method_b"])["sets"]
    assert (sets["good", ""], sets["fair", ""], sets["weak", ""], sets["good", "weak"]) == (4, 4, 4, 3)
    said = " ".join(found.notes)
    assert "good: SRCC pooled over 4 of 5 data sets (Set 0: exactly 1 or -1, where Fisher's z is infinite)" in said
    assert "weak: SRCC pooled over 4 of 5 data sets (Set 1: undefined)" in said
    assert "fair: SRCC pooled over 4 of 5 data sets (Set 2: its network has seen photographs of it)" in said


def test_several_trainings_count_by_the_mean_of_their_values() -> None:
    frames = stacked(FIVE)
    method = ScoredMethod(label="net", name="net", title="Net", higher_is_better=True, columns=("good", "weak"))
    found = pool_sets(frames, [method], PoolingAnalysis(), StatisticsSettings(), lower_mos_better=lambda _: False)
    own = found.table.set_index("part").loc["in Set 3"]
    frame = FIVE["Set 3"]
    expected = np.mean([stats.spearmanr(frame[name], frame["mos"]).statistic for name in ("good", "weak")])
    assert own["value"] == pytest.approx(expected, abs=1e-12)


TWELVE = {f"Set {seed}": table(seed) for seed in range(12)}


def test_ranks_over_ten_data_sets_and_more_are_friedmans() -> None:
    found = pooled(TWELVE, without_each=False)
    values = np.array([[effect(frame, [label])[0] for label in LABELS] for frame in TWELVE.values()])
    ranks = found.table[found.table["part"] == RANKS].set_index("method")["value"]
    assert ranks[list(LABELS)].to_numpy() == pytest.approx(stats.rankdata(-values, axis=1).mean(axis=0))
    known = stats.friedmanchisquare(*values.T)
    (note,) = [note for note in found.notes if "mean ranks" in note]
    assert f"Friedman's chi² = {known.statistic:.2f}" in note
    critical = stats.studentized_range.ppf(0.95, 3, np.inf) / np.sqrt(2) * np.sqrt(3 * 4 / (6 * 12))
    assert f"critical difference {critical:.2f}" in note
    assert not any(str(part).startswith("without") for part in found.table["part"])


def test_below_ten_data_sets_ranks_are_not_compared_and_this_is_said() -> None:
    nine = dict(list(TWELVE.items())[:9])
    found = pooled(nine)
    assert RANKS not in set(found.table["part"])
    assert any("needs at least 10, and there are 9" in note for note in found.notes)
    shared = pooled(dict(list(TWELVE.items())[:10]), shared=[["Set 0", "Set 1"]])
    assert RANKS not in set(shared.table["part"]), "ten of which two count as one"


def study(folder: Path, frames: Mapping[str, pd.DataFrame], **report: Any) -> dict[str, Any]:
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    entries = [
        {"file": str(folder / f"{name}.csv"), "label": name, "mos": "mos", "reference": "reference"} for name in frames
    ]
    wanted = {"plots": [], **report}
    more = {"statistics": {"replicates": 20}, "report": wanted, "output": str(folder / "out")}
    return {"tables": entries, "methods": list(LABELS), "lower_better": ["fair"], **more}


def drawn(result: Evaluation) -> dict[str, Plot]:
    return {plot.name: plot for plot in all_plots(result.data, Numbers(result.data))}


def test_a_study_writes_its_tables_and_is_read_back(tmp_path: Path) -> None:
    three = dict(list(FIVE.items())[:3])
    result = evaluate(study(tmp_path, three, pooling={"statistics": ["srcc", "krcc"]}))
    result.save()
    out = tmp_path / "out"
    analysis = result.data.analyses["pooling"]
    expected = pooled(three, statistics=("srcc", "krcc")).table
    pd.testing.assert_frame_equal(analysis.table, expected)
    again = read(out).data.analyses["pooling"]
    pd.testing.assert_frame_equal(again.table, analysis.table, check_dtype=False)
    assert again.notes == analysis.notes
    kinds = ("", "_differences", "_without")
    written = {file.name for file in (out / "tables").glob("pooling*.md")}
    assert written == {f"pooling_{name}{kind}.md" for name in ("srcc", "krcc") for kind in kinds}
    text = (out / "tables" / "pooling_srcc.md").read_text()
    row = expected[(expected["part"] == "all") & (expected["statistic"] == "srcc")].set_index("method").loc["good"]
    shown = row.iloc[0] if isinstance(row, pd.DataFrame) else row
    assert f"{shown['value']:.3f}" in text
    assert "pooled over data sets" in (out / "report.html").read_text()
    assert not (out / "Set-0" / "pooling.csv").exists(), "one data set pools nothing"


def test_the_diagram_draws_mean_ranks_the_critical_difference_and_who_is_not_told_apart(tmp_path: Path) -> None:
    result = evaluate(study(tmp_path, TWELVE, pooling=True))
    figure = drawn(result)["pooling_ranks"].figure
    left, right = figure.axes
    table_ = result.data.analyses["pooling"].table
    ranks = table_[table_["part"] == RANKS].set_index("method")["value"].sort_values()
    dots = [line for line in left.lines if line.get_marker() == "o"]
    assert [float(np.asarray(line.get_xdata())[0]) for line in dots] == pytest.approx(ranks.to_list())
    assert [text.get_text() for text in left.get_yticklabels()] == ranks.index.to_list()
    (bar,) = [line for line in left.lines if line.get_label() == "critical difference"]
    critical = float(np.ptp(np.asarray(bar.get_xdata(), dtype=float)))
    assert critical == pytest.approx(stats.studentized_range.ppf(0.95, 3, np.inf) / np.sqrt(2) * np.sqrt(12 / 72))
    joined = [tuple(-int(y) for y in np.asarray(line.get_ydata())) for line in right.lines if line.get_marker() == "o"]
    values = ranks.to_list()
    expected = [
        (first, first + 1)
        for first in range(2)
        if values[first + 1] - values[first] < critical and np.ptp(values) >= critical
    ]
    assert joined == expected
    few = evaluate(study(tmp_path, FIVE, pooling=True))
    assert "pooling_ranks" not in drawn(few)


def test_several_folders_are_pooled_together_and_without_the_key_nothing_is(tmp_path: Path) -> None:
    """`report DIR DIR`: the data sets of all runs; each alone only says that it pools nothing."""
    folders, two = [], dict(list(FIVE.items())[:2])
    for name, frame in two.items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        result = evaluate(
            tmp_path / f"{name}.csv",
            mos="mos",
            methods=list(LABELS),
            lower_better=["fair"],
            reference="reference",
            statistics={"replicates": 20},
            report={"plots": [], "pooling": {}},
            output=tmp_path / "runs" / name,
        )
        result.save()
        assert result.data.analyses["pooling"].notes == (
            "Nothing is pooled: that needs several data sets with labels, as in a study or `report DIR DIR`.",
        )
        folders.append(tmp_path / "runs" / name)
    whole = together(folders)
    expected = pooled(two).table
    found = whole.data.analyses["pooling"].table
    assert found["value"].to_numpy() == pytest.approx(expected["value"].to_numpy(), nan_ok=True)
    assert not any("Nothing is pooled" in note for note in whole.data.all_notes)
    assert [grid.name for grid in pooling_tables(whole.data)] == ["pooling", "pooling_differences"]
    plain = evaluate(study(tmp_path, two))
    assert "pooling" not in plain.data.analyses
    assert "pooling" not in plain.data.record["report"]


def test_what_a_study_pooled_is_pooled_anew_beside_another(tmp_path: Path) -> None:
    """Two studies that both have a data set of one name, which gets the study's; and two that have none in common."""
    names = list(FIVE)
    studies = {}
    for label, some in (("one", names[:3]), ("two", names[2:]), ("three", names[3:])):
        (tmp_path / label).mkdir()
        frames = {name: FIVE[name] for name in some}
        studies[label] = evaluate(study(tmp_path / label, frames, pooling={"without_each": False})).data
    different = {label: studies[label] for label in ("one", "three")}
    studies = {label: studies[label] for label in ("one", "two")}
    data = pooled_anew(side_by_side(studies), list(studies.values()))
    found = data.analyses["pooling"].table
    assert (found.loc[found["part"] == "all", "sets"] == 6).all()
    assert {"in Set 0", "in Set 2 (one)", "in Set 2 (two)", "in Set 4"} <= set(found["part"])
    for pair in (studies, different):
        assert "pooling" not in side_by_side(pair).analyses, "each study's own speaks of its own data sets"
    assert any("Set 2 (one) and Set 2 (two) have 8 references of the same name" in note for note in data.all_notes)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"shared": [["Set 0", "Sett 1"]]}, "'Sett 1'; did you mean 'Set 1'"),
        ({"shared": [["Set 0", "Set 1"], ["Set 1", "Set 2"]]}, "names 'Set 1' twice"),
        ({"shared": [["Set 0"]]}, "report.pooling.shared"),
        ({"statistics": ["rmse"]}, "report.pooling.statistics"),
        ("yes please", "report.pooling"),
    ],
)
def test_what_cannot_be_pooled_is_refused_in_a_line(tmp_path: Path, asked: Any, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        evaluate(study(tmp_path, FIVE, pooling=asked))
    assert words in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_one_group_of_names_may_stand_without_further_brackets() -> None:
    assert PoolingAnalysis(shared=["a", "b"]).shared == (("a", "b"),)  # type: ignore[arg-type]


def test_a_study_of_one_table_says_that_it_pools_nothing(tmp_path: Path) -> None:
    found = evaluate(study(tmp_path, {"Set 0": FIVE["Set 0"]}, pooling=True, tables=[{}])).data
    assert any("Nothing is pooled" in note for note in found.all_notes)
