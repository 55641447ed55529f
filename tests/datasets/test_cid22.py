"""CID22's validation set on small trees in the published layout; damaged copies. No list is at hand to compare with."""

from pathlib import Path

import pytest

from tests.datasets.published_files import complete, refused, remarks
from tests.datasets.trees import load, plant

LIST = "CID22_validation_set.csv"
HEADER = "reference_img,distorted_img,encoder,MCOS\n"
ROWS = [
    "original/1001.png,original/1001.png,Reference,96.2",
    "original/1001.png,compressed/1001/jpeg-q40.png,libjpeg,61.5",
    "original/1001.png,compressed/1001/avif-q60.png,aurora,83.25",
]


def write(folder: Path, rows: list[str], images: Path | None = None) -> Path:
    plant(images or folder, ["original/1001.png", "compressed/1001/jpeg-q40.png", "compressed/1001/avif-q60.png"])
    (folder / LIST).write_text(HEADER + "\n".join(rows))
    return folder


@pytest.mark.parametrize("where", ["beside the images", "one folder above", "above the images"])
def test_originals_are_left_out_wherever_the_list_lies(tmp_path: Path, where: str) -> None:
    inside = tmp_path / "CID22_validation_set"
    write(inside, ROWS)
    if where == "above the images":
        (inside / LIST).rename(tmp_path / LIST)
    dataset = load("cid22", root=inside if where == "beside the images" else tmp_path)
    table = complete(dataset)
    assert table["enhanced"].tolist() == ["compressed/1001/jpeg-q40.png", "compressed/1001/avif-q60.png"]
    assert table["reference"].tolist() == ["original/1001.png"] * 2
    assert table["condition"].tolist() == ["libjpeg", "aurora"]
    assert table["mos"].tolist() == [61.5, 83.25]
    assert set(table["split"]) == {"val"}
    assert not dataset.info.lower_mos_better
    found = remarks(dataset)
    assert any("2 labelled pairs, 4,292 are published" in text for text in found)
    assert any("1 reference, 49 are published" in text for text in found)
    assert len(found) == 2, "the scale's ends need not be reached"


def test_a_whole_copy_has_nothing_to_remark(tmp_path: Path) -> None:
    names = [f"original/{number}.png" for number in range(49)]
    images = [f"compressed/{at}.png" for at in range(4292)]
    plant(tmp_path, [*names, *images])
    rows = [f"{names[at % 49]},{image},codec,{30 + at % 60}" for at, image in enumerate(images)]
    (tmp_path / LIST).write_text(HEADER + "\n".join(rows))
    dataset = load("cid22", root=tmp_path)
    table = complete(dataset)
    assert (len(table), table["reference"].nunique()) == (4292, 49)
    assert remarks(dataset) == []


def test_damaged_trees_are_named(tmp_path: Path) -> None:
    root = write(tmp_path / "set", ROWS)
    other = root / "CID22_validation_set"
    other.mkdir()
    (other / LIST).write_text(HEADER)
    assert f"a second {LIST} lies in CID22_validation_set/ and differs" in refused(load("cid22", root=root))
    (other / LIST).unlink()
    (root / "compressed/1001/jpeg-q40.png").rename(root / "compressed/1001/JPEG-q40.png")
    assert "there is 'JPEG-q40.png': names must be equal in case" in refused(load("cid22", root=root))
    (root / "compressed").rename(root / "Compressed")
    assert "no image 'compressed/1001/jpeg-q40.png' and 1 more in" in refused(load("cid22", root=root))
    (root / LIST).rename(root / LIST.lower())
    other.rmdir()
    assert f"there is {LIST.lower()!r}" in refused(load("cid22", root=root))


def test_wrong_rows_are_named(tmp_path: Path) -> None:
    wrong = [ROWS[1], ROWS[1], "original/1001.png,../x.png,aurora,3", "original/1001.png,y.png,aurora,high"]
    root = write(tmp_path, wrong)
    found = remarks(load("cid22", root=root))
    assert any("csv:3:" in text and "already stands in line 2" in text for text in found)
    assert any("csv:4:" in text and "leaves the data folder" in text for text in found)
    assert any("csv:5: the MCOS is not a number" in text for text in found)
    write(tmp_path / "b", [ROWS[1].replace("61.5", "615"), ROWS[2]])
    found = remarks(load("cid22", root=tmp_path / "b"))
    assert any("Labels of this copy are 83.25 to 615, published are 0 to 100" in text for text in found)
