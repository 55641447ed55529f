"""CSIQ: the authors' workbook and the list in circulation on trees of placeholders, and what damaged copies say."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.datasets.published_files import base, complete, oracle, place_oracle, refused, remarks, write_xlsx
from tests.datasets.trees import Shared, load, plant

HEADER = ("image", "dst_idx", "dst_type", "dst_lev", "dmos_std", "dmos")
KINDS = {
    "AWGN": "noise",
    "BLUR": "blur",
    "JPEG": "jpeg",
    "contrast": "contrast",
    "fnoise": "fnoise",
    "jpeg2000": "jpeg 2000",
}
FOLDERS = {kind: kind for kind in KINDS}


def cells(name: str, sd: float, score: float) -> Sequence[object]:
    """A row of the workbook; the photograph called 1600 is a number in it."""
    reference, token, level, _ = name.split(".")
    number = list(KINDS).index(token) + 1
    return (int(reference) if reference.isdecimal() else reference, number, KINDS[token], int(level), sd, score)


def write_book(root: Path, rows: Sequence[Sequence[object]], **place: int) -> None:
    notes: Sequence[Sequence[object]] = [("CSIQ", 1.0)]
    write_xlsx(root / "csiq.DMOS.xlsx", {"all_by_distortion": notes, "all_by_image": [HEADER, *rows]}, **place)


def check(table: pd.DataFrame, real: pd.DataFrame) -> None:
    assert (len(table), table["reference"].nunique()) == (866, 30)
    assert (table["mos"].min(), table["mos"].max()) == (0.0, 1.0)
    assert table["enhanced"].tolist() == base(real["dis_img_path"])
    assert table["reference"].tolist() == base(real["ref_img_path"])
    assert table["condition"].tolist() == [path.split("/")[1] for path in real["dis_img_path"]]
    assert len(set(zip(table["condition"], real["dis_type"], strict=True))) == 6


def test_the_published_workbook_gives_exactly_its_names_and_labels(shared: Shared, tmp_path: Path) -> None:
    real = oracle(shared, "CSIQ")
    place_oracle(tmp_path, real)
    spreads = np.random.default_rng(0).uniform(0.01, 0.2, len(real)).round(5).tolist()
    spreads[3] = 0.0
    rows = [cells(*row) for row in zip(base(real["dis_img_path"]), spreads, real["score"].tolist(), strict=True)]
    write_book(tmp_path, rows, column=3, row=4)
    dataset = load("csiq", root=tmp_path)
    table = complete(dataset)
    check(table, real)
    assert table["mos"].tolist() == real["score"].tolist()
    assert [float(sd) for sd in table["mos_sd"].fillna(0)] == spreads
    assert np.isnan(table["mos_sd"][3]), "0 is no spread"
    assert dataset.info.lower_mos_better
    assert remarks(dataset) == []
    assert [file.name for file in dataset.label_files] == ["csiq.DMOS.xlsx"]


@pytest.mark.parametrize("ending", [".png", ""])
def test_the_list_in_circulation_and_images_in_one_folder(shared: Shared, tmp_path: Path, ending: str) -> None:
    real = oracle(shared, "CSIQ")
    names = base(real["dis_img_path"])
    plant(tmp_path, [*dict.fromkeys(real["ref_img_path"]), *(f"dst_imgs_all/{name}" for name in names)])
    scores = real["score"].round(3).tolist()
    lines = [f"{name.removesuffix('.png')}{ending} {score}" for name, score in zip(names, scores, strict=True)]
    (tmp_path / "csiq_label.txt").write_text("\n".join(lines) + "\n")
    dataset = load("csiq", root=tmp_path)
    table = complete(dataset)
    check(table, real)
    assert table["mos"].tolist() == scores
    assert table["mos_sd"].isna().all()
    assert any("is rounded and has no standard deviations" in note for note in dataset.notes())
    assert remarks(dataset) == []


NAMES = ("1600.AWGN.1.png", "1600.jpeg2000.2.png")


@pytest.fixture
def csiq(tmp_path: Path) -> Path:
    """Two labelled images of one photograph; folders of distortions in lower case, as some copies have them."""
    root = tmp_path / "CSIQ"
    plant(root, ["src_imgs/1600.png", "dst_imgs/awgn/1600.AWGN.1.png", "dst_imgs/jpeg2000/1600.jpeg2000.2.png"])
    first = [*cells(NAMES[0], 0.061, 0.0623)]
    first[:2] = 1600.0, None  # numbers may be stored with a decimal point, and cells that nobody needs may be empty
    write_book(root, [first, cells(NAMES[1], 0.1, 0.5)])
    return root


def test_folders_of_distortions_may_differ_in_case(csiq: Path) -> None:
    table = complete(load("csiq", root=csiq))
    assert table["enhanced"].tolist() == list(NAMES)
    assert table["condition"].tolist() == ["AWGN", "jpeg2000"]
    assert any("2 labelled pairs, 866 are published" in text for text in remarks(load("csiq", root=csiq)))


def test_the_two_lists_must_agree_up_to_rounding(csiq: Path) -> None:
    (csiq / "csiq_label.txt").write_text("1600.AWGN.1.png 0.062\n1600.jpeg2000.2.png 0.500\n")
    assert complete(load("csiq", root=csiq))["mos"].tolist() == [0.0623, 0.5], "the workbook is more exact"
    (csiq / "csiq_label.txt").write_text("1600.AWGN.1.png 0.938\n1600.jpeg2000.2.png 0.500\n")
    message = refused(load("csiq", root=csiq))
    assert "1 labels differ from those in csiq_label.txt, first '1600.AWGN.1.png'" in message
    (csiq / "csiq_label.txt").write_text("1600.AWGN.1.png 0.062\n")
    assert "1 labels differ" in refused(load("csiq", root=csiq))
    (csiq / "csiq.DMOS.xlsx").unlink()
    (csiq / "csiq_label.txt").write_text("1600.AWGN.1.png x\n1600.AWGN 0.1\n")
    message = refused(load("csiq", root=csiq))
    assert "csiq_label.txt:1: the label is not a number" in message
    assert "csiq_label.txt:2: '1600.AWGN 0.1' is no line such as" in message


def test_damaged_trees_are_named(csiq: Path) -> None:
    plant(csiq, ["dst_imgs/AWGN copy/1600.AWGN.1.png"])
    message = refused(load("csiq", root=csiq))
    assert "1 images are there twice, first '1600.AWGN.1.png'" in message
    (csiq / "dst_imgs/AWGN copy/1600.AWGN.1.png").unlink()
    (csiq / "dst_imgs/awgn/1600.AWGN.1.png").rename(csiq / "dst_imgs/awgn/1600.awgn.1.png")
    assert "1600.awgn.1.png: names must be equal in case" in refused(load("csiq", root=csiq))
    (csiq / "dst_imgs/awgn/1600.awgn.1.png").unlink()
    assert "no image '1600.AWGN.1.png' in the folders of distorted images" in refused(load("csiq", root=csiq))
    (csiq / "dst_imgs").rename(csiq / "Dst_imgs")
    assert "dst_imgs: no such folder; there is 'Dst_imgs'" in refused(load("csiq", root=csiq))
    (csiq / "src_imgs/1600.png").rename(csiq / "src_imgs/1601.png")
    (csiq / "Dst_imgs").rename(csiq / "dst_imgs")
    assert "no image '1600.png'" in refused(load("csiq", root=csiq))
    assert f"there is {csiq}: set `root` to that folder" in refused(load("csiq", root=csiq.parent))


def test_wrong_rows_of_the_workbook_are_named(csiq: Path) -> None:
    good = cells(NAMES[0], 0.061, 0.0623)
    write_book(csiq, [good, good, (*good[:2], "fog", *good[3:]), (*good[:5], "much")], row=3)
    found = remarks(load("csiq", root=csiq))
    assert any("row 5: '1600.AWGN.1.png' already stands at" in text for text in found)
    assert any("row 6: the dst_type is 'fog'; known are" in text for text in found)
    assert any("row 7: the dmos is not a number ('much')" in text for text in found)
    write_xlsx(csiq / "csiq.DMOS.xlsx", {"all_by_image": [HEADER[:5], good[:5]]})
    assert "sheet all_by_image: no column dmos; there is 'image', 'dst_idx'" in refused(load("csiq", root=csiq))
    write_xlsx(csiq / "csiq.DMOS.xlsx", {"Sheet1": [HEADER, good]})
    assert "has no sheet 'all_by_image'; it has Sheet1" in refused(load("csiq", root=csiq))
    (csiq / "csiq.DMOS.xlsx").write_bytes(b"PK\x03\x04 cut")
    assert "can't be read as an .xlsx workbook" in refused(load("csiq", root=csiq))
    with zipfile.ZipFile(csiq / "csiq.DMOS.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert "csiq.DMOS.xlsx: can't be read as an .xlsx workbook" in refused(load("csiq", root=csiq))
    (csiq / "csiq.DMOS.xlsx").rename(csiq / "csiq.dmos.xlsx")
    assert "no such file; there is 'csiq.dmos.xlsx'" in refused(load("csiq", root=csiq))
