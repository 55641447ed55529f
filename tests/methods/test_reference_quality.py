"""The floor of the reference: one score a reference, from other references' labels, against measures by other means."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from benchmark import UserError
from benchmark.data.pairs import complete
from benchmark.plugins.methods.reference_quality import MEASURES, ReferenceQuality, measures


@pytest.fixture
def pairs(tmp_path: Path) -> pd.DataFrame:
    """Twelve references of growing contrast with three pairs each; labels follow the contrast."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(12):
        image = np.clip(128 + (number + 1) * 5 * rng.normal(size=(40, 50, 3)), 0, 255).astype(np.uint8)
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), image)
        for step in range(3):
            rows.append((f"{number}", f"{number}_{step}.png", str(path), f"c{step}", 10 * number + step))
    columns = ["reference", "enhanced", "reference_path", "condition", "mos"]
    return complete(pd.DataFrame(rows, columns=columns).assign(enhanced_path="does not exist"))


def test_measures_are_those_of_scikit_image() -> None:
    from skimage.measure import shannon_entropy

    rng = np.random.default_rng(1)
    image = rng.random((3, 64, 48), dtype=np.float32)
    values = dict(zip(MEASURES, measures(image), strict=True))
    luma = 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]
    assert values["brightness"] == pytest.approx(luma.mean(), abs=1e-6)
    assert values["contrast"] == pytest.approx(luma.std(), abs=1e-6)
    assert values["entropy"] == pytest.approx(shannon_entropy(np.floor(luma * 256)), abs=1e-6)  # type: ignore[no-untyped-call]
    assert values["sharpness"] == pytest.approx(np.log(cv2.Laplacian(luma, cv2.CV_32F).var() + 1e-8), abs=1e-5)
    grey = np.repeat(image[:1], 3, axis=0)
    assert measures(grey)[MEASURES.index("colourfulness")] == pytest.approx(0, abs=1e-6)


def test_one_score_a_reference_and_the_enhanced_image_is_not_read(pairs: pd.DataFrame) -> None:
    method = ReferenceQuality()
    scores = method.scores(pairs, pairs)
    assert (pd.Series(scores).groupby(pairs["reference"]).nunique() == 1).all()
    assert np.corrcoef(scores, pairs["mos"])[0, 1] > 0.8
    assert method.settings()["fitted to"] == "all pairs, out of fold by reference"


def test_no_reference_tells_of_itself(pairs: pd.DataFrame) -> None:
    scores = ReferenceQuality(folds=12).scores(pairs, pairs)
    changed = pairs.assign(mos=pairs["mos"].where(pairs["reference"] != "4", -1000))
    again = ReferenceQuality(folds=12).scores(changed, changed)
    own = (pairs["reference"] == "4").to_numpy()
    np.testing.assert_array_equal(again[own], scores[own])
    assert not np.isclose(again[~own], scores[~own]).any()


def test_with_a_training_split_only_its_labels_count(pairs: pd.DataFrame) -> None:
    pairs["split"] = np.where(pairs["reference"].astype(int) % 3 == 0, "test", "train")
    rows = pairs[pairs["split"] == "test"]
    method = ReferenceQuality()
    scores = method.scores(pairs, rows)
    hidden = pairs.assign(mos=pairs["mos"].where(pairs["split"] == "train", 1e6))
    np.testing.assert_array_equal(ReferenceQuality().scores(hidden, hidden[hidden["split"] == "test"]), scores)
    assert method.settings()["fitted to"] == "the training split, out of fold"


def test_what_it_cannot_read_is_named(pairs: pd.DataFrame, tmp_path: Path) -> None:
    nowhere = pairs.assign(reference_path="")
    with pytest.raises(UserError, match="a table of scores has none"):
        ReferenceQuality().scores(nowhere, nowhere)
    with pytest.raises(UserError, match="no labels of pairs"):
        ReferenceQuality().scores(pairs.assign(mos=np.nan), pairs)
    (tmp_path / "3.png").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"reference-quality: .*3\.png"):
        ReferenceQuality().scores(pairs, pairs)
    for options in ({"folds": 1}, {"penalty": -1.0}, {"seed": -1}):
        with pytest.raises(UserError, match=f"`{next(iter(options))}` must be"):
            ReferenceQuality(**options)
