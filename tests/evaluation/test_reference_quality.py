"""The analysis by the reference's own quality: which references count as bad, what is computed of them, when it is said."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark import evaluate, read
from benchmark.config.reference_analysis import ReferenceAnalysis
from benchmark.evaluation.reference_quality import AGAINST, POOLED, PRISTINE, TURNS, WITHIN, analyse
from tests.makers import score_keys

Frame = pd.DataFrame
CONDITIONS = ("c0", "c1", "c2")


def scores(references: int = 12, seed: int = 0) -> Frame:
    """Three enhancements of each reference; ``floor`` sees the reference only, ``near`` is a distance."""
    rng = np.random.default_rng(seed)
    frame = score_keys(references, len(CONDITIONS), rng.normal(size=3 * references))
    quality = rng.permutation(references)
    return frame.assign(
        floor=[float(quality[int(name[1:])]) for name in frame["reference"]],
        near=-frame["mos"] + rng.normal(size=len(frame)),
        clean=frame["mos"] + rng.normal(size=len(frame)),
    )


def column(label: str, higher: bool = True) -> Any:
    return SimpleNamespace(label=label, higher_is_better=higher, columns=())


METHODS = [column("near", higher=False), column("clean"), column("floor")]


def asked(by: str = "", parts: int = 3, **pristine: str) -> ReferenceAnalysis:
    return ReferenceAnalysis(by=by, parts=parts, pristine=pristine)


def of(
    frame: Frame, methods: list[Any] | None = None, wanted: ReferenceAnalysis | None = None, *, lower: bool = False
) -> Any:
    found = analyse(frame, methods or METHODS, wanted or asked(), lower_mos_better=lower, confidence=0.95)
    by_method = {label: rows.set_index("part") for label, rows in found.table.groupby("method", sort=False)}
    return by_method, found.notes


def rank(scored: Any, labels: Any) -> float:
    return float(stats.spearmanr(scored, labels).statistic)


@pytest.mark.parametrize(
    ("parts", "names"), [(2, ["worse half", "better half"]), (3, ["worst third", "middle third", "best third"])]
)
def test_each_part_holds_the_pairs_of_its_references(parts: int, names: list[str]) -> None:
    frame = scores()
    found, notes = of(frame, wanted=asked(parts=parts))
    assert "floor" not in found, "what divides the references is not judged by them"
    order = frame.groupby("reference")["floor"].first().sort_values().index
    for number, name in enumerate(names):
        own = frame[frame["reference"].isin(order[number * 12 // parts : (number + 1) * 12 // parts])]
        assert found["near"].loc[name, "value"] == pytest.approx(rank(-own["near"], own["mos"]))
        assert found["near"].loc[name, "n"] == len(own)
    each = [rank(-rows["near"], rows["mos"]) for _, rows in frame.groupby("condition")]
    assert found["near"].loc[WITHIN, "value"] == pytest.approx(np.mean(each))
    assert found["near"].loc[POOLED, "value"] == pytest.approx(rank(-frame["near"], frame["mos"]))
    gap = found["near"].loc[f"{names[-1]} - {names[0]}"]
    assert gap["value"] == pytest.approx(found["near"].loc[names[-1], "value"] - found["near"].loc[names[0], "value"])
    assert gap["p_adjusted"] >= gap["p_value"]
    assert f"what floor says of the degraded photographs (references: {names[0]} {12 // parts}" in notes[0]


def test_lower_labels_turn_all_correlations_and_not_the_order_of_references() -> None:
    frame = scores()
    plain, _ = of(frame)
    turned, _ = of(frame.assign(mos=-frame["mos"]), lower=True)
    assert turned["near"]["value"].to_numpy() == pytest.approx(plain["near"]["value"].to_numpy(), nan_ok=True)


def test_a_method_that_sees_the_reference_may_be_a_distance() -> None:
    frame = scores()
    turned = frame.assign(floor=-frame["floor"])
    methods = [*METHODS[:2], column("floor", higher=False)]
    assert of(turned, methods)[0]["near"].equals(of(frame)[0]["near"])


def test_a_measure_without_reference_and_its_gain_tell_that_of_the_reference() -> None:
    frame = scores()
    measure = frame["floor"] + np.random.default_rng(3).normal(size=len(frame))
    frame = frame.assign(niqe=-measure, gain=(-(measure - frame["floor"])).astype(np.float32))
    methods = [*METHODS[:2], column("niqe", higher=False), column("gain", higher=False)]
    found, notes = of(frame, methods)
    assert "what niqe says of the degraded photographs" in notes[0]
    assert set(found) == {"near", "clean", "gain"}
    assert found["near"].equals(of(scores())[0]["near"])


def test_labels_of_the_degraded_photographs_themselves_go_first() -> None:
    frame = scores()
    own = frame.groupby("reference", sort=False).head(1).copy()
    own = own.assign(enhanced=own["reference"], pair=own["reference"], condition="", mos=np.arange(12.0) + 50)
    found, notes = of(pd.concat([frame, own], ignore_index=True))
    worst = frame[frame["reference"].isin([f"r{number}" for number in range(4)])]
    assert found["near"].loc["worst third", "value"] == pytest.approx(rank(-worst["near"], worst["mos"]))
    assert found["near"].loc[POOLED, "n"] == len(frame), "they are no enhancements"
    assert "labels of the degraded photographs themselves" in notes[0]
    assert "what floor says" in of(pd.concat([frame, own]), wanted=asked(by="floor"))[1][0]


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ("near", "near has no scores, or scores the enhanced images of one reference differently"),
        ("label", "no degraded photograph is among the judged images"),
    ],
)
def test_what_does_not_say_it_is_told_and_the_rest_is_computed(by: str, reason: str) -> None:
    found, notes = of(scores(), wanted=asked(by=by))
    assert reason in notes[0]
    assert set(found["near"].index) == {POOLED, WITHIN}
    found, notes = of(scores(), METHODS[:2])
    assert "name a method that sees the reference only" in notes[0]


def test_a_pristine_reference_stands_beside_and_turns_only_beyond_doubt() -> None:
    frame = scores(references=60)
    frame = frame.assign(near=frame["mos"] + np.random.default_rng(5).normal(size=len(frame)))
    found, notes = of(frame, wanted=asked(near="clean"))
    assert "clean" not in found
    row = found["near"].loc[PRISTINE]
    assert row["value"] == pytest.approx(rank(frame["clean"], frame["mos"]))
    assert found["near"].loc[AGAINST, "value"] == pytest.approx(rank(-frame["near"], frame["mos"]) - row["value"])
    assert any(f"near: SRCC {TURNS}: -0." in line and "both intervals exclude zero" in line for line in notes)
    weak = frame.assign(near=0.05 * frame["mos"] + np.random.default_rng(1).normal(size=len(frame)))
    found, notes = of(weak, wanted=asked(near="clean"))
    assert -0.15 < found["near"].loc[POOLED, "value"] < 0 < found["near"].loc[PRISTINE, "value"], "point estimates turn"
    assert any("No method's SRCC turns with the reference with intervals" in line for line in notes)
    notes = of(frame, METHODS[1:], asked(near="clean"))[1]
    assert "near is not compared with clean: one of them has no scores." in notes


def test_pooled_and_within_are_flagged_only_where_both_point_apart() -> None:
    """Simpson: within each condition labels fall with scores, over all pairs they rise."""
    frame = scores(references=60)
    level = frame["condition"].map({"c0": 0.0, "c1": 10.0, "c2": 20.0})
    noise, other = np.random.default_rng(0).normal(size=(2, len(frame)))
    frame = frame.assign(mos=level + noise, near=-(level - noise + other))
    notes = of(frame)[1]
    assert any(line.startswith("near: SRCC is 0.") and "within conditions; both intervals" in line for line in notes), (
        notes
    )
    assert not any("within conditions; both" in line for line in of(scores())[1])


def test_missing_scores_leave_a_methods_own_pairs_only() -> None:
    frame = scores()
    frame.loc[:4, "near"] = np.nan
    found, _ = of(frame, wanted=asked(near="clean"))
    known = frame[frame["near"].notna()]
    assert found["near"].loc[POOLED, "n"] == len(known)
    assert found["near"].loc[PRISTINE, "value"] == pytest.approx(rank(known["clean"], known["mos"]))


def test_a_study_shows_all_of_its_tables_and_is_read_back(tmp_path: Path) -> None:
    """Each under its own name, with the notes that differ under it; nothing of the first table stands for all."""
    for number, name in enumerate(("one", "two")):
        scores(seed=number).drop(columns=["dataset", "split"]).to_csv(tmp_path / f"{name}.csv", index=False)
    columns = {"mos": "mos", "reference": "reference", "condition": "condition", "methods": ["near", "clean", "floor"]}
    tables = [{"file": str(tmp_path / f"{name}.csv"), "label": name.title(), **columns} for name in ("one", "two")]
    report = {"plots": [], "reference_quality": {"pristine": {"near": "clean"}}}
    study = {"tables": tables, "lower_better": ["near"], "statistics": {"replicates": 20}, "report": report}
    found = evaluate({**study, "output": str(tmp_path / "out")})
    found.save()
    analysis = found.data.analyses["reference_quality"]
    values = analysis.table.set_index(["dataset", "method", "part"])["value"]
    for number, name in enumerate(("One", "Two")):
        own = scores(seed=number)
        assert values[name, "near", POOLED] == pytest.approx(rank(-own["near"], own["mos"]))
    again = read(tmp_path / "out").data.analyses["reference_quality"]
    pd.testing.assert_frame_equal(again.table, analysis.table)
    assert again.notes == analysis.notes
    written = {file.name for file in (tmp_path / "out" / "tables").glob("reference_quality*.md")}
    assert written == {"reference_quality_One.md", "reference_quality_Two.md"}
    assert any(line.startswith("reference_quality: References are divided by") for line in found.data.all_notes)
