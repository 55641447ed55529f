"""A declared range is a promise: what lies outside is the pair's failure, wherever it comes from. Images of one colour."""

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import benchmark
from benchmark import MethodInfo, UserError
from benchmark.scoring.flatness import is_flat, notes
from benchmark.scoring.promise import fault

pytestmark = pytest.mark.heavy

PLUGINS = """
from benchmark import Method, MethodInfo, ScoreSource


class Odd(Method):
    info = MethodInfo(name="odd", title="Odd", higher_is_better=False, score_range=(0.0, RANGE),
                      flat_images="3 for images of one colour")

    def score(self, enhanced, reference):
        distance = (enhanced - reference).abs().mean(dim=(1, 2, 3))
        return distance + (10 if float(enhanced.std()) == 0 else 0)


class Answers(ScoreSource):
    info = MethodInfo(name="answers", title="Answers", higher_is_better=True, score_range=(None, 4.95))

    def scores(self, pairs, rows):
        return rows["mos"]
"""


def info(low: float | None, high: float | None) -> MethodInfo:
    return MethodInfo(name="m", title="M", higher_is_better=True, score_range=(low, high))


@pytest.mark.parametrize(
    ("value", "bounds", "kept"),
    [
        (1.0, (0.0, 1.0), True),
        (float(np.nextafter(np.float32(1), np.float32(2))), (0.0, 1.0), True),
        (-3e-6, (0.0, None), True),
        (1.01, (0.0, 1.0), False),
        (1e6, (0.0, 1.0), False),
        (-0.001, (0.0, None), False),
        (1e6, (0.0, None), True),
        (80.0005, (0.0, 80.0), True),
        (80.1, (0.0, 80.0), False),
        (2e-5, (0.0, 1e-5), False),
        (-1e-5, (0.0, 0.01), False),
        (1.00000001e-5, (0.0, 1e-5), True),
        (-1e9, (None, None), True),
        (5.0, (None, 4.0), False),
        (float("nan"), (None, None), False),
        (float("inf"), (0.0, None), False),
    ],
)
def test_a_score_beyond_the_declared_range_by_more_than_rounding_is_none(
    value: float, bounds: tuple[float | None, float | None], kept: bool
) -> None:
    assert (fault(value, info(*bounds)) == "") == kept


def test_the_reason_names_value_and_range_and_rounding_follows_the_precision() -> None:
    assert fault(1e6, info(0, 1)) == "the score is 1e+06, outside the method's range (0 to 1)"
    assert fault(-2.0, info(0, None)) == "the score is -2, outside the method's range (0 or more)"
    assert fault(1.02, info(0, 1))
    assert not fault(1.02, info(0, 1), "bfloat16")
    assert fault(1.05, info(0, 1), "bfloat16")


def test_only_images_of_one_colour_are_flat() -> None:
    plain = np.ones((3, 70, 90), np.float32) * np.array([0.2, 0.9, 0.4], np.float32)[:, None, None]
    assert is_flat(plain)
    assert is_flat(plain + np.float32(1 / 255) * (np.arange(90, dtype=np.float32) % 2))
    dotted = plain.copy()
    dotted[1, 69, 7] = 0.5
    assert not is_flat(dotted)
    assert not is_flat(np.broadcast_to(np.linspace(0, 1, 90, dtype=np.float32), (3, 70, 90)))
    declared = MethodInfo(name="m", title="M", higher_is_better=True, flat_images="nonsense")
    said = notes({"m": declared, "n": info(0, 1)}, [("m", "1"), ("m", "2"), ("n", "1")])
    assert said == ["m: 2 pairs hold an image of one colour; it gives nonsense."]


@pytest.fixture
def with_black(tiny_set: Path) -> Path:
    """The tiny set with one enhanced image all black."""
    cv2.imwrite(str(tiny_set.parent / "1_hard.png"), np.zeros((32, 32, 3), np.uint8))
    return tiny_set


def run(table: Path, folder: Path, output: Path) -> Any:
    settings = {
        "dataset": {"name": "table", "file": str(table)},
        "methods": ["odd", "answers"],
        "statistics": {"replicates": 10},
        "report": {"plots": []},
        "workers": 1,
    }
    return benchmark.run(settings, output=output, plugins=[folder])


@pytest.mark.usefixtures("near")
def test_out_of_range_fails_its_pair_when_computed_when_stored_and_from_a_score_source(
    plugin_folder: Path, with_black: Path, tmp_path: Path
) -> None:
    file = plugin_folder / "methods" / "odd.py"
    file.write_text(PLUGINS.replace("RANGE", "1.0"))
    result = run(with_black, plugin_folder, tmp_path / "out")
    assert result.exit_status == 3
    reasons = {(row.method, row.pair): row.reason for row in result.failures.itertuples()}
    assert sorted(label for label, _ in reasons) == ["answers", "odd"]
    assert "outside the method's range (0 to 1)" in reasons["odd", "1_hard.png"]
    assert reasons["answers", "0_soft.png"] == "the score is 5, outside the method's range (4.95 or less)"
    assert result.scores.set_index("pair")["odd"].isna().sum() == 1

    part = next((tmp_path / "out" / "store").glob("part-*.jsonl"))
    lines = [json.loads(line) for line in part.read_text().splitlines()]
    scores = [line for line in lines if "v" in line]
    assert len(scores) == 3
    scores[0]["v"] = 2.5  # as an earlier version, whose parts have no checksum, may have stored it
    lines[-1].pop("sha256")
    part.write_text("".join(json.dumps(line) + "\n" for line in lines))
    again = run(with_black, plugin_folder, tmp_path / "out")
    assert (
        again.failures[again.failures["method"] == "odd"]["reason"].str.contains("the score is 2.5, outside").sum() == 1
    )
    assert again.scores["odd"].isna().sum() == 2


@pytest.mark.usefixtures("near")
def test_pairs_with_an_image_of_one_colour_are_counted_also_after_a_resume(
    plugin_folder: Path, with_black: Path, tmp_path: Path
) -> None:
    (plugin_folder / "methods" / "odd.py").write_text(PLUGINS.replace("RANGE", "None"))
    note = "odd: 1 pair holds an image of one colour; it gives 3 for images of one colour."
    result = run(with_black, plugin_folder, tmp_path / "out")
    assert note in result.data.notes
    again = run(with_black, plugin_folder, tmp_path / "out")
    assert again.data.record["times"]["computed"] == 0
    assert note in again.data.notes
    assert note in (tmp_path / "out" / "report.html").read_text()
    shutil.copy(with_black.parent / "0_soft.png", with_black.parent / "1_hard.png")
    assert not [text for text in run(with_black, plugin_folder, tmp_path / "out").data.notes if "one colour" in text]


@pytest.mark.usefixtures("near")
def test_a_method_given_by_name_raises_instead_of_returning_what_is_no_score(plugin_folder: Path) -> None:
    import torch

    (plugin_folder / "methods" / "odd.py").write_text(PLUGINS.replace("RANGE", "1.0"))
    method = benchmark.create_method("odd")
    images = torch.rand(2, 3, 16, 16)
    assert method.score(images, images).tolist() == [0.0, 0.0]
    images[1] = 0.25
    with pytest.raises(UserError, match=r"^odd: pair 2 of 2: the score is 10, outside the method's range \(0 to 1\)$"):
        method.score(images, images)
