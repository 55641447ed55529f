"""Correlations in groups of pairs against SciPy and a plain jackknife; columns are found wherever they stand."""

from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmark
from benchmark.config.printing import ReportConfig
from benchmark.config.source import source_of
from benchmark.core.errors import UserError
from benchmark.evaluation.group_columns import resolve
from benchmark.evaluation.subgroups import Subgroups, by_groups
from benchmark.statistics.ranges import range_names, ranges

GRADES = ["mild", "severe", ""]


def table(references: int = 40, conditions: int = 5, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = references * conditions
    frame = pd.DataFrame(
        {
            "reference": np.repeat([f"r{number}" for number in range(references)], conditions),
            "condition": np.tile([f"c{number}" for number in range(conditions)], references),
            "mos": rng.normal(size=n),
        }
    )
    frame["enhanced"] = frame["reference"] + frame["condition"]
    frame["grade"] = np.repeat([GRADES[number % 3] for number in range(references)], conditions)
    frame["a"] = frame["mos"] * np.where(frame["grade"] == "mild", 1.0, -1.0) + rng.normal(size=n)
    frame["d"] = -frame["mos"] + 0.3 * rng.normal(size=n)
    return frame


def analysed(frame: pd.DataFrame, *groups: Any, lower_mos_better: bool = False) -> Subgroups:
    """What ``evaluate`` computes of a table with these groups, without the other statistics."""
    report = ReportConfig(groups=groups)
    empty: dict[str, Any] = {"dataset": "table", "fold": np.nan, "mos_sd": np.nan, "observers": np.nan}
    if "split" not in frame:
        empty["split"] = ""
    scores = frame.assign(**empty, pair=frame["enhanced"], cluster=frame["reference"])
    own = {name: [str(cell) for cell in frame[name]] for name in frame.columns}
    cells = resolve(scores, report.groups, own, (), source_of({"report": {}}, "c.yaml"), strict=True)
    methods: list[Any] = [
        SimpleNamespace(label=label, higher_is_better=higher, columns=())
        for label, higher in (("a", True), ("d", False))
    ]
    return by_groups(scores, methods, report.groups, cells, lower_mos_better=lower_mos_better, confidence=0.95)


def spearman(x: Any, y: Any) -> float:
    return float(stats.spearmanr(x, y).statistic)


def left_out(frame: pd.DataFrame, measure: Any) -> tuple[float, float]:
    """The value, and the jackknife's error by reference of a measure of a table."""
    names = frame["reference"].unique()
    values = np.array([measure(frame[frame["reference"] != name]) for name in names])
    k = len(names)
    return float(measure(frame)), float(np.sqrt((k - 1) / k * ((values - values.mean()) ** 2).sum()))


def test_each_group_all_pairs_and_within_are_scipys() -> None:
    frame = table()
    found = analysed(frame, {"by": "grade", "statistics": ["srcc", "plcc"]})
    rows: Any = found.table.set_index(["method", "statistic", "kind", "group", "minus"])
    known = frame[frame["grade"] != ""]
    by_grade = {grade: known[known["grade"] == grade] for grade in ("mild", "severe")}
    for method, sign in (("a", 1), ("d", -1)):
        each = {grade: sign * spearman(some[method], some["mos"]) for grade, some in by_grade.items()}
        for grade, value in each.items():
            row = rows.loc[(method, "srcc", "group", grade, "")]
            assert row["value"] == pytest.approx(value, abs=1e-12)
            assert (row["n"], row["n_clusters"]) == (len(by_grade[grade]), by_grade[grade]["reference"].nunique())
            assert row["ci_low"] < value < row["ci_high"]
        weights = [len(some) for some in by_grade.values()]
        within = rows.loc[(method, "srcc", "within", "", "")]
        assert within["value"] == pytest.approx(np.average(list(each.values()), weights=weights), abs=1e-12)
        pooled = rows.loc[(method, "srcc", "pooled", "", "")]
        assert pooled["value"] == pytest.approx(sign * spearman(known[method], known["mos"]), abs=1e-12)
        assert pooled["n"] == len(known)
    assert "By grade: 2 groups (pairs: mild 70, severe 65)." in found.notes
    assert "65 of 200 pairs have no grade, and are left out of what is said by it." in found.notes


def test_differences_between_groups_are_tested_and_corrected_together() -> None:
    frame = table()
    found = analysed(frame, "grade").table
    rows: Any = found[found["kind"] == "difference"].set_index("method")
    assert (rows["group"] == "severe").all()
    assert (rows["minus"] == "mild").all()
    parts = {grade: frame[frame["grade"] == grade] for grade in ("mild", "severe")}
    for method, sign in (("a", 1), ("d", -1)):
        (mild, e1), (severe, e2) = (
            left_out(parts[grade], lambda some, m=method, s=sign: s * spearman(some[m], some["mos"])) for grade in parts
        )
        # Welch's t of two jackknife errors: these groups have no reference in common
        k1, k2 = (some["reference"].nunique() for some in parts.values())
        freedom = (e1**2 + e2**2) ** 2 / (e1**4 / (k1 - 1) + e2**4 / (k2 - 1))
        p = 2 * stats.t.sf(abs(severe - mild) / np.hypot(e1, e2), freedom)
        assert rows.loc[method, "value"] == pytest.approx(severe - mild, abs=1e-12)
        assert rows.loc[method, "p_value"] == pytest.approx(p, rel=0.1)
    assert rows.loc["a", "p_adjusted"] < 1e-6
    p_values = rows["p_value"].to_numpy()
    expected = np.minimum(1, np.array([2 * min(p_values), max(*p_values, 2 * min(p_values))]))
    assert sorted(rows["p_adjusted"]) == pytest.approx(sorted(expected))


def test_conditions_share_references_and_a_difference_leaves_a_reference_out_of_both() -> None:
    frame = table()
    found = analysed(frame, "condition").table
    rows = found[(found["kind"] == "difference") & (found["method"] == "d")]
    assert list(zip(rows["minus"], rows["group"], strict=True)) == list(combinations(["c0", "c1", "c2", "c3", "c4"], 2))

    def gap(some: pd.DataFrame) -> float:
        one, other = (some[some["condition"] == name] for name in ("c0", "c1"))
        return spearman(one["d"], one["mos"]) - spearman(other["d"], other["mos"])

    value, error = left_out(frame, gap)
    row = rows.iloc[0]
    assert row["value"] == pytest.approx(value, abs=1e-12)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(value) / error, 39), rel=0.02)


def test_a_flag_only_where_both_intervals_exclude_zero_with_opposite_signs() -> None:
    rng = np.random.default_rng(1)
    frame = table(60, 4)
    shift = frame["condition"].map({"c0": 0, "c1": 4, "c2": 8, "c3": 12}).to_numpy()
    frame["mos"] = shift + rng.normal(size=len(frame))
    frame["a"] = shift - 0.8 * (frame["mos"] - shift) + 0.3 * rng.normal(size=len(frame))  # right over, wrong within
    frame["d"] = -shift + rng.normal(size=len(frame))  # right over, nothing within
    turned = [note for note in analysed(frame, "condition").notes if "exclude zero" in note]
    assert len(turned) == 1
    assert turned[0].startswith("a: SRCC is 0.8")
    assert "within groups of one condition" in turned[0]


def test_ranges_of_labels_begin_with_the_lowest_quality_and_keep_ties_together() -> None:
    frame = table()
    found = analysed(frame, "label").table
    groups = found.loc[(found["kind"] == "group") & (found["method"] == "a"), ["group", "n"]]
    assert [tuple(row) for row in groups.to_numpy()] == [("low third", 67), ("middle third", 66), ("high third", 67)]
    low = frame[frame["mos"] <= frame["mos"].quantile(0.334)]
    row = found[(found["kind"] == "group") & (found["method"] == "a") & (found["group"] == "low third")].iloc[0]
    assert row["value"] == pytest.approx(spearman(low["a"], low["mos"]), abs=1e-12)
    turned = analysed(frame.assign(mos=-frame["mos"]), "label", lower_mos_better=True).table
    pd.testing.assert_series_equal(turned["n"], found["n"])
    assert list(ranges(np.array([1.0, 1, 1, 1, 2, 3]), 3)) == [0, 0, 0, 0, 1, 1]
    assert list(ranges(np.array([3.0, np.nan, 1]), 2)) == [1, -1, 0]
    assert list(ranges(np.array([2.0, 2, 2]), 3)) == [0, 0, 0], "numbers without a gap"
    assert range_names(2) == ("lower half", "upper half")


def test_numbers_are_groups_in_their_order_or_ranges() -> None:
    frame = table().assign(age=lambda some: np.repeat(np.arange(40) % 10 + 20, 5).astype(int))
    groups = analysed(frame, "age").table
    assert list(groups.loc[(groups["kind"] == "group") & (groups["method"] == "a"), "group"])[:3] == ["20", "21", "22"]
    cut = analysed(frame, {"by": "age", "parts": 2}).table
    assert list(cut.loc[(cut["kind"] == "group") & (cut["method"] == "a"), "group"]) == ["20 to 24", "25 to 29"]
    words = frame.assign(lesion=np.where(frame["age"] > 24, "none", "1"))
    found = analysed(words, "lesion").table
    assert set(found.loc[found["kind"] == "group", "group"]) == {"none", "1"}, "`none` is a group, no missing number"


def test_a_grouping_by_reference_has_no_single_groups_to_compare() -> None:
    found = analysed(table(), "reference")
    assert not (found.table["kind"] == "difference").any()
    assert "By reference: 40 groups of 5 to 5 pairs; more than 12 are not compared with each other." in found.notes
    within = found.table[(found.table["kind"] == "within") & (found.table["method"] == "a")].iloc[0]
    frame = table()
    each = [spearman(some["a"], some["mos"]) for _, some in frame.groupby("reference")]
    assert within["value"] == pytest.approx(np.mean(each), abs=1e-12)


@pytest.mark.parametrize(
    ("content", "grouping"),
    [
        ("reference,camera\n{r}", {}),
        ("photograph;camera\n{r}", {"key": {"reference": "photograph"}}),
        ("enhanced\tcamera\n{e}", {}),
        ("name,camera\n{e}", {"key": {"enhanced": "name"}}),
        ("reference,condition,camera\n{rc}", {}),
    ],
)
def test_a_file_beside_the_table_names_the_groups(tmp_path: Path, content: str, grouping: dict[str, Any]) -> None:
    frame = table()
    cameras = {name: f"cam{number % 2}" for number, name in enumerate(frame["reference"].unique())}
    separator = next(mark for mark in ",;\t" if mark in content)
    lines = {
        "r": [[name, camera] for name, camera in cameras.items()],
        "e": [[row.enhanced, cameras[row.reference]] for row in frame.itertuples()],
        "rc": [[row.reference, row.condition, cameras[row.reference]] for row in frame.itertuples()],
    }
    text = {key: "\n".join(separator.join(line) for line in some) for key, some in lines.items()}
    (tmp_path / "cameras.csv").write_text(content.format(**text) + "\n")
    found = analysed(frame, {"by": "camera", "file": str(tmp_path / "cameras.csv"), **grouping}).table
    expected = analysed(frame.assign(camera=frame["reference"].map(cameras)), "camera").table
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("content", "grouping", "words"),
    [
        (None, "graed", "report.groups.0.by: nothing says the 'graed' of a pair; did you mean 'grade'?"),
        (None, "Grade", "nothing says the 'Grade' of a pair; did you mean 'grade'?"),
        (None, "conditions", "nothing says the 'conditions' of a pair; did you mean 'condition'?"),
        (None, "lens", "nothing says the 'lens' of a pair: name a table that does (`file`)"),
        ("reference,camera\nr0,x\n", {"by": "camra"}, "g.csv: no column 'camra'; did you mean 'camera'?"),
        ("reference,camera\nr0,x\nr0,y\n", {"by": "camera"}, "g.csv:3: r0 has the camera 'y' here and 'x' in line 2"),
        (
            "reference,camera\nz,x\n",
            {"by": "camera"},
            "none of its names (reference: 'z', …) is that of a pair here ('r0', …)",
        ),
        ("reference,camera\nr0,x\n", {"by": "lens"}, "g.csv: no column 'lens'"),
        ("photo,camera\nr0,x\n", {"by": "camera"}, "no column says which pairs its rows speak of"),
        (None, {"by": "condition", "file": "x.csv"}, "`condition` is known of every pair"),
        (None, {"by": "grade", "parts": 2}, "grade holds words ('mild'), which have no ranges"),
        (None, {"by": "grade", "key": "reference"}, "`key` says what names the rows of a `file`"),
    ],
)
def test_what_can_not_be_grouped_is_refused_with_its_key(
    tmp_path: Path, content: str | None, grouping: Any, words: str
) -> None:
    if content is not None:
        (tmp_path / "g.csv").write_text(content)
        grouping = grouping | {"file": str(tmp_path / "g.csv")}
    with pytest.raises(UserError) as caught:
        benchmark.evaluate(
            table(), mos="mos", methods=["a"], reference="reference", condition="condition",
            report={"groups": [grouping]},
        )  # fmt: skip
    assert words in str(caught.value).replace(f"{tmp_path}/", "")


def test_tables_are_written_read_back_and_written_again(tmp_path: Path) -> None:
    found = benchmark.evaluate(
        table(), mos="mos", methods=["a", "d"], lower_better=["d"], reference="reference", condition="condition",
        statistics={"replicates": 20}, report={"groups": ["grade", "label", "reference"]},
    )  # fmt: skip
    folder = found.save(tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out" / "tables").glob("groups*.md"))
    assert names == [
        "groups_grade.md", "groups_grade_differences.md", "groups_label.md", "groups_label_differences.md",
        "groups_reference.md",
    ]  # fmt: skip
    text = (tmp_path / "out" / "tables" / "groups_grade.md").read_text()
    assert "| Method | All pairs | Within one grade | mild | severe |" in text
    assert "By label" not in text
    assert (tmp_path / "out" / "plots" / "groups_grade.png").is_file()
    again = benchmark.read(tmp_path / "out").data.analyses["groups"]
    pd.testing.assert_frame_equal(again.table, found.data.analyses["groups"].table)
    assert again.notes == found.data.analyses["groups"].notes
    assert folder is not None
    assert (tmp_path / "out" / "report.html").read_text().count("severe") > 2


def test_notes_on_several_splits_say_which_they_speak_of() -> None:
    frame = table()
    halves = [frame[frame["reference"].isin([f"r{number}" for number in some])] for some in (range(20), range(20, 40))]
    scores = [half.assign(split=split) for half, split in zip(halves, ("val", "test"), strict=True)]
    notes = analysed(pd.concat(scores, ignore_index=True), "grade", "label").notes
    assert any(note.startswith("table val: By grade: 2 groups (pairs: mild 35, severe 35)") for note in notes)
    assert any(note.startswith("table test: By grade: 2 groups") for note in notes)
    assert sum("restricted range" in note for note in notes) == 1, "what holds for both is said once"
