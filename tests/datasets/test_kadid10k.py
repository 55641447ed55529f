"""KADID-10k: the published list on a tree of placeholders, and what damaged copies say."""

from pathlib import Path

import numpy as np

from tests.datasets.published_files import base, complete, oracle, place_oracle, refused, remarks
from tests.datasets.trees import Shared, load, plant

NAMES = {
    "GBLUR": "Gaussian blur",
    "Lens_Blur": "Lens blur",
    "Motion_Blur": "Motion blur",
    "Color_Diffusion": "Color diffusion",
    "Color_Shift": "Color shift",
    "Color_Quantization": "Color quantization",
    "Saturation_Dist._HSV": "Color saturation 1",
    "Saturation_Dist._Lab": "Color saturation 2",
    "JP2K": "JPEG2000",
    "JPEG": "JPEG",
    "AWGN": "White noise",
    "AWGN_YCbCr": "White noise in color component",
    "Impulse_Noise": "Impulse noise",
    "Multiplicative_Noise": "Multiplicative noise",
    "Denoising": "Denoise",
    "Brighten": "Brighten",
    "Darken": "Darken",
    "Mean_Shift": "Mean shift",
    "Jitter": "Jitter",
    "Non-eccentricity_patch": "Non-eccentricity patch",
    "Pixelate": "Pixelate",
    "Quantization": "Quantization",
    "Color_Block": "Color block",
    "High_Sharpen": "High sharpen",
    "Contrast Dist.": "Contrast change",
}
HEADER = "dist_img,ref_img,dmos,var\n"


def test_the_published_list_gives_exactly_its_names_and_labels(shared: Shared, tmp_path: Path) -> None:
    real = oracle(shared, "KADID-10k")
    place_oracle(tmp_path, real)
    spreads = np.random.default_rng(0).uniform(0.1, 1.5, len(real)).round(3)
    rows = zip(base(real["dis_img_path"]), base(real["ref_img_path"]), real["score"], spreads, strict=True)
    (tmp_path / "dmos.csv").write_text(HEADER + "".join(f"{','.join(map(str, row))}\n" for row in rows))
    dataset = load("kadid10k", root=tmp_path)
    table = complete(dataset)
    assert (len(table), table["reference"].nunique()) == (10125, 81)
    assert (table["mos"].min(), table["mos"].max()) == (1.0, 4.93)
    assert table["enhanced"].tolist() == base(real["dis_img_path"])
    assert table["reference"].tolist() == base(real["ref_img_path"])
    assert table["mos"].tolist() == real["score"].tolist()
    assert table["mos_sd"].tolist() == spreads.tolist()
    assert set(table["observers"]) == {30}
    assert table["condition"].tolist() == [NAMES[kind] for kind in real["dis_type"]]
    assert not dataset.info.lower_mos_better, "5 is imperceptible"
    assert remarks(dataset) == []


def small(root: Path, lines: str) -> Path:
    plant(root, [f"images/{name}" for name in ("I01.png", "I01_01_01.png", "I01_01_02.png")])
    (root / "dmos.csv").write_text(lines)
    return root


def test_ratings_of_which_all_are_equal_have_no_known_spread(tmp_path: Path) -> None:
    root = small(tmp_path, HEADER + "I01_01_01.png,I01.png,4.57,0.496\nI01_01_02.png,I01.png,1,0\n")
    table = complete(load("kadid10k", root=root))
    assert table["mos_sd"].fillna(-1).tolist() == [0.496, -1]
    assert table["observers"].fillna(-1).tolist() == [30, -1]


def test_a_copy_without_spread_can_be_used_and_says_so(tmp_path: Path) -> None:
    dataset = load("kadid10k", root=small(tmp_path, "dist_img,ref_img,dmos\nI01_01_01.png,I01.png,4.57\n"))
    assert complete(dataset)["mos_sd"].isna().all()
    assert any("no column `var`" in note for note in dataset.notes())
    assert any("1 labelled pair, 10,125 are published" in text for text in remarks(dataset))


def test_damaged_copies_are_named(tmp_path: Path) -> None:
    root = small(tmp_path, HEADER + "I01_01_01.PNG,I01.png,4.57,0.496\nI01_99_01.png,I01.png,1,-1\n")
    message = refused(load("kadid10k", root=root))
    assert "dmos.csv:2: no image 'I01_01_01.PNG'" in message
    assert "there is 'I01_01_01.png': names must be equal in case" in message
    found = remarks(load("kadid10k", root=root))
    assert any("the distortion '99' is not known; they are 01 to 25" in text for text in found)
    assert any("the var is -1; it can't be less than 0" in text for text in found)
    (root / "images").rename(root / "Images")
    assert "there is 'Images'" in refused(load("kadid10k", root=root))
