"""TID2013 and KADID-10k as their archives unpack, on small copies of the layout."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmark.core.errors import DataError
from benchmark.data import pairs
from benchmark.plugins import registry
from benchmark.plugins.contracts import Dataset

Image = Callable[[Path, int], None]


def load(name: str, **options: Any) -> Dataset:
    return registry.datasets().load(name)(**options)


@pytest.fixture
def tid(tmp_path: Path, image: Image) -> Path:
    """Case as inconsistent as in the archive: I01.BMP, i25.bmp, lists and files differ."""
    for seed, name in enumerate(("reference_images/I01.BMP", "reference_images/i25.bmp")):
        image(tmp_path / name, seed)
    for seed, name in enumerate(("i01_01_1.bmp", "I01_24_5.bmp", "i25_01_1.bmp")):
        image(tmp_path / "distorted_images" / name, seed + 5)
    (tmp_path / "mos_with_names.txt").write_bytes(b"5.51429 I01_01_1.bmp\r\n4.2 i01_24_5.bmp\r\n3.6 I25_01_1.bmp")
    return tmp_path


def test_tid2013_has_one_reference_whatever_the_case(tid: Path) -> None:
    table = pairs.complete(load("tid2013", root=tid).pairs())
    assert table["reference"].tolist() == ["I01.BMP", "I01.BMP", "i25.bmp"]
    assert table["enhanced"].tolist() == ["i01_01_1.bmp", "I01_24_5.bmp", "i25_01_1.bmp"]
    noise, sampling = "Additive Gaussian noise", "Sparse sampling and reconstruction"
    assert table["condition"].tolist() == [noise, sampling, noise]
    assert table["mos"].tolist() == [5.51429, 4.2, 3.6]
    assert all(Path(path).is_file() for column in pairs.PATHS for path in table[column])


def test_tid2013_names_wrong_lines(tid: Path) -> None:
    lines = ["5 I01_01_1.bmp", "x i01_24_5.bmp", "3 i01_01_1.BMP", "3 i02_01_1.bmp", "3 ../x_1_1.bmp", "3", "3 I25.bmp"]
    (tid / "mos_with_names.txt").write_text("\n".join(lines))
    with pytest.raises(DataError) as raised:
        load("tid2013", root=tid).pairs()
    assert [problem.where.rpartition(":")[2] for problem in raised.value.problems] == list("234567")


def test_tid2013_agrees_with_the_published_table(shared: Callable[[str], Path], tmp_path: Path, image: Image) -> None:
    """All 3,000 names of the real list, case traps included: 25 references of 120 images, 24 distortions of 125."""
    import pandas as pd

    real = pd.read_csv(shared("oracles/score_tables/TID2013.csv"), dtype={"dst_type": str})
    image(tmp_path / "one.bmp", 0)
    for folder, names in (
        ("reference_images", {f"I{number:02d}.BMP" for number in range(1, 26)}),
        ("distorted_images", {str(name).lower() for name in real["dist_img"]}),
    ):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).symlink_to(tmp_path / "one.bmp")
    lines = [f"{mos} {name}" for mos, name in zip(real["mos"], real["dist_img"], strict=True)]
    (tmp_path / "mos_with_names.txt").write_text("\n".join(lines))
    table = pairs.complete(load("tid2013", root=tmp_path).pairs())
    assert table["reference"].value_counts().tolist() == [120] * 25
    assert table["condition"].value_counts().tolist() == [125] * 24
    assert len(set(zip(table["condition"], real["dst_type"].astype(int), strict=True))) == 24
    assert table["mos"].tolist() == real["mos"].tolist()


def test_kadid10k(tmp_path: Path, image: Image) -> None:
    for seed, name in enumerate(("I01.png", "I01_01_01.png", "I01_25_05.png")):
        image(tmp_path / "images" / name, seed)
    header = "dist_img,ref_img,dmos,var\n"
    (tmp_path / "dmos.csv").write_text(header + "I01_01_01.png,I01.png,4.57,0.496\nI01_25_05.png,I01.png,1.2,0.4\n")
    dataset = load("kadid10k", root=tmp_path)
    table = pairs.complete(dataset.pairs())
    assert table["condition"].tolist() == ["Gaussian blur", "Contrast change"]
    assert table["mos"].tolist() == [4.57, 1.2]
    assert not dataset.info.lower_mos_better, "5 is imperceptible"
    (tmp_path / "dmos.csv").write_text(
        header + "I01_01_01.png,I01.png,x,1\nI01_01_09.png,I02.png,1,1\nI01.png,I01.png,1,1\n"
    )
    with pytest.raises(DataError) as raised:
        dataset.pairs()
    assert [problem.where.rpartition(":")[2] for problem in raised.value.problems] == ["2", "3", "3", "4"]


@pytest.mark.parametrize("name", ["tid2013", "kadid10k"])
def test_an_empty_folder_is_an_error_that_names_what_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"reference_images|dmos\.csv"):
        load(name, root=tmp_path).pairs()
