"""PIPAL's training part: the published lists on trees of placeholders, in one folder or four; damaged copies."""

import os
from pathlib import Path

import pytest

from tests.datasets.published_files import base, complete, oracle, place_oracle, refused, remarks
from tests.datasets.trees import Shared, load, plant


@pytest.mark.parametrize("one_folder", [False, True])
def test_the_published_lists_give_exactly_their_names_and_labels(
    shared: Shared, tmp_path: Path, one_folder: bool
) -> None:
    real = oracle(shared, "PIPAL")
    if one_folder:
        real["dis_img_path"] = real["dis_img_path"].str.replace(r"Distortion_\d", "Train_Dist", regex=True)
    place_oracle(tmp_path, real)
    (tmp_path / "Train_Label").mkdir()
    for reference, rows in real.groupby("ref_img_path"):
        lines = [f"{name},{score}" for name, score in zip(base(rows["dis_img_path"]), rows["score"], strict=True)]
        name = os.path.basename(str(reference)).replace(".bmp", ".txt")
        (tmp_path / "Train_Label" / name).write_text("\n".join(lines) + "\n")
    dataset = load("pipal", root=tmp_path)
    table = complete(dataset)
    real = real.sort_values("ref_img_path", kind="stable")
    assert (len(table), table["reference"].nunique()) == (23200, 200)
    assert (table["mos"].min(), table["mos"].max()) == (916.7136, 1835.9856)
    assert table["enhanced"].tolist() == base(real["dis_img_path"])
    assert table["reference"].tolist() == base(real["ref_img_path"])
    assert table["mos"].tolist() == real["score"].tolist()
    assert table["enhanced_path"].tolist() == [str(tmp_path / path) for path in real["dis_img_path"]]
    assert table["condition"].value_counts().sum() == 23200
    assert sorted(set(table["condition"])) == [f"{kind:02d}" for kind in range(7)]
    assert set(table["split"]) == {"train"}
    assert not dataset.info.lower_mos_better
    assert remarks(dataset) == []
    assert len(dataset.label_files) == 200
    assert "labels from 200 files (SHA-256 of their SHA-256: " in dataset.notes()[0]


@pytest.fixture
def pipal(tmp_path: Path) -> Path:
    """One photograph with an image in each of the four folders."""
    root = tmp_path / "pipal"
    plant(root, ["Train_Ref/A0001.bmp", *(f"Distortion_{at}/A0001_0{at}_00.bmp" for at in range(1, 5))])
    (root / "Train_Label").mkdir()
    (root / "Train_Label/A0001.txt").write_text("".join(f"A0001_0{at}_00.bmp,1400.{at}\n" for at in range(1, 5)))
    return root


def test_a_part_says_what_is_missing(pipal: Path) -> None:
    plant(pipal, ["Train_Ref/A0002.bmp"])
    dataset = load("pipal", root=pipal)
    assert complete(dataset)["mos"].tolist() == [1400.1, 1400.2, 1400.3, 1400.4]
    found = remarks(dataset)
    assert any("4 labelled pairs, 23,200 are published" in text for text in found)
    assert any("A0001.txt: 4 labels, each reference has 116" in text for text in found)
    assert any("no list A0002.txt" in text for text in found)


def test_damaged_trees_are_named(pipal: Path) -> None:
    plant(pipal, ["Train_Dist/A0001_02_00.bmp"])
    message = refused(load("pipal", root=pipal))
    assert "1 images are there twice, first 'A0001_02_00.bmp' in Train_Dist/ and Distortion_2/" in message
    (pipal / "Train_Dist/A0001_02_00.bmp").unlink()
    (pipal / "Train_Dist").rmdir()
    (pipal / "Distortion_3/A0001_03_00.bmp").rename(pipal / "Distortion_3/a0001_03_00.bmp")
    assert "a0001_03_00.bmp: names must be equal in case" in refused(load("pipal", root=pipal))
    (pipal / "Distortion_3").rename(pipal / "Distortion3")
    message = refused(load("pipal", root=pipal))
    assert "Distortion_3: no such folder: unpack that part" in message
    assert "no image 'A0001_03_00.bmp' in Distortion_1/, Distortion_2/, Distortion_4/" in message
    for number in (1, 2, 4):
        (pipal / f"Distortion_{number}").rename(pipal / f"distortion_{number}")
    assert "no folder Train_Dist, and none of Distortion_1" in refused(load("pipal", root=pipal))
    assert "there is distortion_1, distortion_2" in refused(load("pipal", root=pipal))
    (pipal / "Train_Ref").rename(pipal / "train_ref")
    assert "Train_Ref: no such folder; there is 'train_ref'" in refused(load("pipal", root=pipal))


def test_wrong_lines_and_lists_are_named(pipal: Path) -> None:
    (pipal / "Train_Label/A0001.txt").write_text("A0001_01_00.bmp,1\nA0002_01_00.bmp,1\nA0001_02_00.bmp,x\n")
    (pipal / "Train_Label/A0003.txt").write_text("A0003_01_00.bmp,1\n")
    (pipal / "Train_Label/A0004.txt").write_text("")
    found = remarks(load("pipal", root=pipal))
    assert any("A0001.txt:2: 'A0002_01_00.bmp' is no distorted image of A0001.bmp" in text for text in found)
    assert any("A0001.txt:3: the label of 'A0001_02_00.bmp' is not a number" in text for text in found)
    assert any("A0003.txt: no image 'A0003.bmp'" in text for text in found)
    assert any("A0004.txt: holds no labels" in text for text in found)
    for file in (pipal / "Train_Label").iterdir():
        file.unlink()
    assert "Train_Label: holds no lists such as A0001.txt" in refused(load("pipal", root=pipal))
