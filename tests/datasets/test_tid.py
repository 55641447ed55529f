"""TID2008 and TID2013: the published lists on trees of placeholders, and what damaged copies say."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmark.data.check_table import audit
from tests.datasets.published_files import base, complete, oracle, place_oracle, refused, remarks
from tests.datasets.trees import Shared, load, plant

SETS = {"tid2008": ("TID2008", 1700, 17, 0.0, 7.7143), "tid2013": ("TID2013", 3000, 24, 0.24242, 7.2143)}
NAMES = {  # of kinds that the oracle tells apart
    "AWGN": "Additive Gaussian noise",
    "Chroma_Noise": "Additive noise in color components",
    "Pink_Noise": "Spatially correlated noise",
    "Masked_Noise": "Masked noise",
    "High_Frequency_Noise": "High frequency noise",
    "Impluse_Noise": "Impulse noise",
    "Quantization_Noise": "Quantization noise",
    "GBLUR": "Gaussian blur",
    "Denoising": "Image denoising",
    "JPEG": "JPEG compression",
    "JP2K": "JPEG2000 compression",
    "JPEG_Transmission_Error": "JPEG transmission errors",
    "JP2K_Transmission_Error": "JPEG2000 transmission errors",
    "Non_Eccentricity_Pattern_Noise": "Non eccentricity pattern noise",
    "Block_Dist.": "Local block-wise distortions",
    "Mean_Shift": "Mean shift",
    "Contrast_Dist.": "Contrast change",
    "Saturation_Dist.": "Change of color saturation",
    "Multi._Gaussian Noise": "Multiplicative Gaussian noise",
    "Comfort_Noise": "Comfort noise",
    "Dithering": "Image color quantization with dither",
    "Chroma_Aberrations": "Chromatic aberrations",
}


@pytest.mark.parametrize("name", SETS)
def test_the_published_lists_give_exactly_their_names_and_labels(shared: Shared, tmp_path: Path, name: str) -> None:
    title, n, kinds, low, high = SETS[name]
    real = oracle(shared, title)
    place_oracle(tmp_path, real)
    lines = [
        f"{score} {image.swapcase()}" for score, image in zip(real["score"], base(real["dis_img_path"]), strict=True)
    ]
    (tmp_path / "mos_with_names.txt").write_text("\n".join(lines))
    spreads = np.random.default_rng(0).uniform(0.01, 0.3, n).round(4)
    spreads[5] = 0
    (tmp_path / "mos_std.txt").write_text("\r\n".join(map(str, spreads)))
    dataset = load(name, root=tmp_path)
    table = complete(dataset)
    assert (len(table), table["reference"].nunique()) == (n, 25)
    assert (table["mos"].min(), table["mos"].max()) == (low, high)
    assert table["enhanced"].tolist() == base(real["dis_img_path"])
    assert table["reference"].tolist() == base(real["ref_img_path"])
    assert table["mos"].tolist() == real["score"].tolist()
    assert math.isnan(table["mos_sd"][5]), "0 is no spread"
    assert np.delete(table["mos_sd"].to_numpy(), 5).tolist() == np.delete(spreads, 5).tolist()
    assert table["observers"].isna().all()
    assert table["condition"].value_counts().tolist() == [n // kinds] * kinds
    for kind, condition in zip(real["dis_type"], table["condition"], strict=True):
        assert condition == NAMES.get(kind, condition)
    assert not dataset.info.lower_mos_better
    assert remarks(dataset) == []
    assert any("mos_std.txt holds" in note for note in dataset.notes())
    assert [file.name for file in dataset.label_files] == ["mos_with_names.txt", "mos_std.txt"]
    if name == "tid2013":
        scored = pd.read_csv(shared("oracles/zsiqa/tid2013.csv"))
        for column, other in (("enhanced", "dis"), ("reference", "ref")):
            assert table[column].str.lower().tolist() == scored[other].str.lower().tolist(), "row by row"
        np.testing.assert_allclose(100 - scored["mos"], table["mos"], rtol=0, atol=6e-5)


def test_the_two_kinds_that_the_oracle_merges_are_told_apart(tmp_path: Path) -> None:
    table = complete(load("tid2013", root=small(tmp_path, ["i01_21_1.bmp", "i01_24_1.bmp"])))
    assert table["condition"].tolist() == ["Lossy compression of noisy images", "Sparse sampling and reconstruction"]
    assert "18" in refused(load("tid2008", root=small(tmp_path / "older", ["i01_18_1.bmp"])))


def small(root: Path, names: list[str]) -> Path:
    plant(root, ["reference_images/I01.BMP", *(f"distorted_images/{name}" for name in names)])
    (root / "mos_with_names.txt").write_text("\n".join(f"{4 + at / 8} {name}" for at, name in enumerate(names)))
    return root


def test_a_copy_says_what_differs(tmp_path: Path) -> None:
    root = small(tmp_path, ["i01_01_1.bmp", "i01_01_2.bmp"])
    dataset = load("tid2013", root=root)
    found = remarks(dataset)
    assert any("2 labelled pairs, 3,000 are published" in text for text in found)
    assert any("1 reference, 25 are published" in text for text in found)
    assert all(text.startswith(f"warning: {root}") for text in found)
    assert any("3,000 are published" in note for note in dataset.notes()), "tables say it too"
    assert any("There is no mos_std.txt" in note for note in dataset.notes())
    (root / "mos_with_names.txt").write_text("94.2 i01_01_1.bmp\n31 i01_01_2.bmp")
    assert any(
        "Labels of this copy are 31 to 94.2, published are 0.24242 to 7.2143" in text for text in remarks(dataset)
    )


def test_a_rescaled_whole_copy_is_noticed_although_it_lies_inside_the_range(shared: Shared, tmp_path: Path) -> None:
    real = oracle(shared, "TID2013")
    place_oracle(tmp_path, real)
    lines = [f"{2 + score / 2} {image}" for score, image in zip(real["score"], base(real["dis_img_path"]), strict=True)]
    (tmp_path / "mos_with_names.txt").write_text("\n".join(lines))
    (found,) = remarks(load("tid2013", root=tmp_path))
    assert "another scale" in found


def test_a_label_too_few_is_named(tmp_path: Path) -> None:
    root = small(tmp_path, ["i01_01_1.bmp", "i01_01_2.bmp"])
    (root / "mos_std.txt").write_text("0.1\n0.1\n0.1\n")
    assert "mos_std.txt: has 3 numbers, mos_with_names.txt has 2 lines" in refused(load("tid2013", root=root))
    (root / "mos_std.txt").unlink()
    (root / "mos_with_names.txt").write_text("4 i01_01_1.bmp\n")
    messages = [str(problem) for problem in audit(load("tid2013", root=root))]
    assert any("1 images without a usable label: i01_01_2.bmp" in text for text in messages)
    (root / "mos_std.txt").write_text("x")
    assert "the standard deviation is not a number" in refused(load("tid2013", root=root))


def test_missing_folders_a_swapped_case_and_a_second_copy_are_named(tmp_path: Path) -> None:
    names = ["i01_01_1.bmp"]
    root = small(tmp_path / "tid", names)
    (root / "distorted_images").rename(root / "Distorted_images")
    (root / "reference_images").rename(root / "refs")
    message = refused(load("tid2013", root=root))
    assert "reference_images: no such folder" in message
    assert "distorted_images: no such folder; there is 'Distorted_images'" in message
    root = small(tmp_path / "twice", names)
    plant(root, ["distorted_images/I01_01_1.BMP"])
    if len(list((root / "distorted_images").iterdir())) == 2:
        assert "differ only in case" in refused(load("tid2013", root=root))
        (root / "distorted_images/I01_01_1.BMP").unlink()
    small(root / "tid2013", names)
    assert any("A second copy lies in tid2013/" in text for text in remarks(load("tid2013", root=root)))
    message = refused(load("tid2013", root=tmp_path))
    assert "; there is " in message, "the root is one folder too high"
