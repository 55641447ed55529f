"""PieAPP's test part on small trees in the published layout; damaged copies. No list is at hand to compare with."""

from pathlib import Path

import pytest

from tests.datasets.published_files import complete, refused, remarks
from tests.datasets.trees import load, plant

HEADER = "ref image, distorted image, score for distorted image\n"
KINDS = ("gaussian_blur", "quilting")


def name(reference: int, kind: str, number: int) -> str:
    return f"distort_{reference}_{kind}_{('inter', 'intra')[number % 2]}_{number}.png"


@pytest.fixture
def pieapp(tmp_path: Path) -> Path:
    """Two photographs with four images each; column names begin with a blank, and the reference has a row of its own."""
    root = tmp_path / "PieAPP_dataset_CVPR_2018"
    for reference in (1, 12):
        images = [name(reference, kind, number) for kind in KINDS for number in range(2)]
        plant(root, [f"reference_images/test/ref_{reference}.png"])
        plant(root, [f"distorted_images/test/ref_{reference}/{image}" for image in images])
        rows = [f"ref_{reference}.png, {image}, {reference + at / 4}\n" for at, image in enumerate(images)]
        file = root / f"labels/test/ref_{reference}_per_image_score.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEADER + f"ref_{reference}.png, ref_{reference}.png, 0\n" + "".join(rows))
        (root / f"labels/test/ref_{reference}_pairwise_labels.csv").write_text("not,read\n")
    return root


def test_scores_of_the_test_part(pieapp: Path) -> None:
    dataset = load("pieapp", root=pieapp)
    table = complete(dataset)
    assert table["enhanced"].tolist() == [
        f"ref_{reference}/{name(reference, kind, number)}"
        for reference in (1, 12)
        for kind in KINDS
        for number in range(2)
    ]
    assert table["reference"].tolist() == ["ref_1.png"] * 4 + ["ref_12.png"] * 4
    assert table["condition"].tolist() == ["gaussian_blur", "gaussian_blur", "quilting", "quilting"] * 2
    assert table["mos"].tolist() == [1, 1.25, 1.5, 1.75, 12, 12.25, 12.5, 12.75]
    assert set(table["split"]) == {"test"}
    assert dataset.info.lower_mos_better
    found = remarks(dataset)
    assert any("8 labelled pairs, 600 are published" in text for text in found)
    assert any("2 references, 40 are published" in text for text in found)
    assert any("ref_1_per_image_score.csv: 4 scores, each reference has 15" in text for text in found)
    assert all(text.startswith("warning") for text in found)


def test_a_whole_copy_has_nothing_to_remark(tmp_path: Path) -> None:
    for reference in range(40):
        images = [name(reference, "blur", number) for number in range(15)]
        plant(tmp_path, [f"reference_images/test/ref_{reference}.png"])
        plant(tmp_path, [f"distorted_images/test/ref_{reference}/{image}" for image in images])
        file = tmp_path / f"labels/test/ref_{reference}_per_image_score.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEADER + "".join(f"ref_{reference}.png,{image},1.5\n" for image in images))
    dataset = load("pieapp", root=tmp_path)
    assert len(complete(dataset)) == 600
    assert remarks(dataset) == []


def test_damaged_trees_are_named(pieapp: Path) -> None:
    (pieapp / "test_reference_list.txt").write_text("ref_1.png\nref_12.png\nref_13.png\n")
    assert any(
        "txt:3: ref_13.png has no ref_13_per_image_score.csv" in text for text in remarks(load("pieapp", root=pieapp))
    )
    image = name(12, "quilting", 1)
    folder = pieapp / "distorted_images/test/ref_12"
    (folder / image).rename(folder / image.upper())
    assert f"there is {image.upper()!r}: names must be equal in case" in refused(load("pieapp", root=pieapp))
    folder.rename(folder.with_name("Ref_12"))
    assert "and 3 more in" in refused(load("pieapp", root=pieapp))
    (pieapp / "reference_images/test/ref_1.png").unlink()
    assert "no image 'ref_1.png'" in " ".join(remarks(load("pieapp", root=pieapp)))
    (pieapp / "labels/test").rename(pieapp / "labels/Test")
    assert "labels/test: no such folder; there is 'Test'" in refused(load("pieapp", root=pieapp))


def test_wrong_rows_are_named(pieapp: Path) -> None:
    file = pieapp / "labels/test/ref_1_per_image_score.csv"
    good = name(1, "quilting", 0)
    file.write_text(
        f"{HEADER}ref_1.png,{good},1\nref_1.png,{good},1\nref_2.png,{name(1, 'quilting', 1)},1\n"
        "ref_1.png,a.png,x\nref_1.png,../b.png,1\n"
    )
    found = remarks(load("pieapp", root=pieapp))
    assert any("csv:3:" in text and "already stands in line 2" in text for text in found)
    assert any("csv:4: the reference is 'ref_2.png'; this file is about ref_1.png" in text for text in found)
    assert any("csv:5: the score for distorted image is not a number" in text for text in found)
    assert any("csv:6: the name '../b.png' leaves the data folder" in text for text in found)
    file.write_text("image,score\na.png,1\n")
    assert "no column 'distorted image'" in " ".join(remarks(load("pieapp", root=pieapp)))
    for other in (pieapp / "labels/test").iterdir():
        other.unlink()
    assert "holds no files such as ref_1_per_image_score.csv" in refused(load("pieapp", root=pieapp))
