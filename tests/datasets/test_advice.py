"""What the findings on a copy say to people: one line for a flood, what to do, and nothing where nothing is wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.core.errors import Problem
from benchmark.data.check_table import audit
from benchmark.plugins import registry
from tests.datasets.published_files import refused, remarks
from tests.datasets.small_copies import COPIES
from tests.datasets.trees import load, plant, write

TID = [f"i01_{kind:02d}_{level}.bmp" for kind in range(1, 4) for level in range(1, 6)]


@pytest.fixture
def tid(tmp_path: Path) -> Path:
    plant(tmp_path / "TID", ["reference_images/I01.BMP", *(f"distorted_images/{name}" for name in TID)])
    (tmp_path / "TID/mos_with_names.txt").write_text("\n".join(f"4.5 {name}" for name in TID))
    return tmp_path / "TID"


def test_many_findings_of_a_kind_are_one_line_and_few_are_not() -> None:
    from benchmark.plugins.datasets._advice import fold

    many = [Problem("error", f"no image 'i{at}.bmp' in /set2/images", f"list.txt:{at}") for at in range(4)]
    other = Problem("error", "no image 'i1.bmp' in /set2/refs", "list.txt:1")
    kind = Problem("warning", many[0].message, "list.txt:3")
    assert fold([*many, other, kind]) == [
        Problem("error", "no image 'i0.bmp' in /set2/images (and 3 more like this)", "list.txt:0"),
        other,
        kind,
    ]
    assert fold(many[:3]) == many[:3]
    columns = [Problem("error", f"no column '{name}'", "list.csv:1") for name in "abcde"]
    assert fold(columns) == columns, "a reader must know each"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{name} 4.5", "('i01_01_1.bmp'); a line must read `score name`, in this order (and 14 more"),
        ("4.5,{name}", "('4.5,i01_01_1.bmp'); a line must read `score name`, separated by a blank (and 14 more"),
        ("4,5 {name}", "('4,5'); write a decimal point for the comma; a line must read `score name` (and 14 more"),
    ],
)
def test_a_list_of_another_form_is_one_line(tid: Path, line: str, words: str) -> None:
    (tid / "mos_with_names.txt").write_text("\n".join(line.format(name=name) for name in TID))
    (found,) = remarks(load("tid2013", root=tid))
    assert f"mos_with_names.txt:1: the label is not a number {words}" in found


def test_headings_are_named(tid: Path, tmp_path: Path) -> None:
    (tid / "mos_with_names.txt").write_text("mos name\n" + "\n".join(f"4.5 {name}" for name in TID))
    assert "txt:1: 'mos name' is a heading, which this list must not have: remove the line" in refused(
        load("tid2013", root=tid)
    )
    pipal = COPIES["pipal"](tmp_path / "pipal").root
    (pipal / "Train_Label/A0001.txt").write_text("name,mos\nA0001_00_00.bmp,1500\n")
    assert refused(load("pipal", root=pipal)).endswith(
        "A0001.txt:1: 'name,mos' is a heading, which this list must not have: remove the line"
    )
    mdid = COPIES["mdid"](tmp_path / "sets").root
    (mdid / "MDID2016.txt").unlink()
    (mdid / "mos.txt").write_text("mos\n4.5\n")
    assert "a line holds one number; is it a heading? Remove it" in refused(load("mdid", root=mdid))
    kadid = COPIES["kadid10k"](tmp_path / "kadid").root
    (kadid / "dmos.csv").write_text("I01_01_01.png,I01.png,4\n")
    (found,) = remarks(load("kadid10k", root=kadid))
    assert "the first line must name the columns, dist_img, ref_img, dmos among them; it is 'I01_01_01.png'" in found


def test_lists_of_the_package_may_have_decimal_commas(tmp_path: Path) -> None:
    copy = COPIES["vclfer"](tmp_path)
    text = (copy.root / "VCLFER.txt").read_text().replace(",", ";").replace("0.5", "20,5").replace("0.4", "20,4")
    (copy.root / "VCLFER.txt").write_text(text)
    assert load("vclfer", root=copy.root).pairs()["mos"].tolist() == [20.5, 20.4]


def test_folders_of_references_or_images_of_another_format_are_one_line(tid: Path, tmp_path: Path) -> None:
    for image in (tid / "distorted_images").iterdir():
        image.rename(image.with_suffix(".png"))
    (found,) = remarks(load("tid2013", root=tid))
    assert "there is 'i01_01_1.png': names must be equal in case, extension" in found
    assert found.endswith(
        "unpack the archive again (see https://www.ponomarenko.info/tid2013.htm) (and 14 more like this)"
    )
    copy = COPIES["mdid"](tmp_path / "mdid")
    names = [f"MDID2016/distortion_images/img01_{at:02d}.bmp" for at in range(1, 7)]
    write(copy.root / "MDID2016.txt", [(name, "x", "MDID2016/reference_images/img01.bmp", 0.5) for name in names])
    (found,) = [text for text in remarks(load("mdid", root=copy.root)) if "error" in text]
    assert "no image 'img01_03.bmp'" in found
    assert "(and 3 more like this)" in found


def test_live_without_its_references_is_one_line(tmp_path: Path) -> None:
    from benchmark.simulation import label_files

    copy = COPIES["live"](tmp_path / "LIVE")
    references = [f"photo{at % 29}.bmp" for at in range(982)]
    label_files.live_arrays(copy.root, np.linspace(0, 100, 982), np.ones(982), np.zeros(982, int), references)
    (found,) = remarks(load("live", root=copy.root))
    assert "value 1: no image 'photo0.bmp'" in found
    assert "(and 981 more like this)" in found


def test_what_would_do_in_place_of_a_missing_list(tid: Path, tmp_path: Path) -> None:
    (tid / "mos_with_names.txt").rename(tid / "mos.txt")
    assert "no such file; mos.txt holds the same labels without names" in refused(load("tid2013", root=tid))
    csiq = COPIES["csiq"](tmp_path / "CSIQ").root
    book = csiq / "csiq.DMOS.xlsx"
    for name, advice in {
        "csiq.DMOS.csv": "save it as .xlsx",
        "csiq.DMOS.xls": "save it as .xlsx",
        "csiq.DMOS (1).xlsx": "rename it to 'csiq.DMOS.xlsx'",
        "csiq.DMOS.xlsx.zip": "unpack it",
        "csiq.dmos.xlsx": "names must be equal in case and extension",
    }.items():
        other = book.rename(csiq / name)
        assert refused(load("csiq", root=csiq)).endswith(f"no such file; there is {name!r}: {advice}")
        other.rename(book)
    book.unlink()
    assert "csiq_label.txt, which goes round with others' code, would do too; unpack" in refused(
        load("csiq", root=csiq)
    )


def test_labels_of_pipal_in_one_file_are_one_line(tmp_path: Path) -> None:
    root = COPIES["pipal"](tmp_path).root
    for name in ("all.txt", "all.csv"):
        plant(root, [] if (root / "Train_Ref/A0002.bmp").exists() else ["Train_Ref/A0002.bmp"])
        next((root / "Train_Label").iterdir()).rename(root / "Train_Label" / name)
        (found,) = remarks(load("pipal", root=root))
        assert "such as A0001.txt" in found
        assert f"there is {name}" in found


def test_distortion_folders_inside_train_dist_are_read(tmp_path: Path) -> None:
    copy = COPIES["pipal"](tmp_path)
    for part in range(1, 5):
        (tmp_path / f"Train_Dist/Distortion_{part}").mkdir()
    moved = [image.rename(image.parent / "Distortion_2" / image.name) for image in copy.images]
    assert load("pipal", root=tmp_path).pairs()["enhanced_path"].tolist() == [str(image) for image in moved]
    (tmp_path / "Train_Dist/Distortion_4").rmdir()
    assert "Train_Dist/Distortion_4: no such folder: unpack that part" in refused(load("pipal", root=tmp_path))


def test_files_that_were_not_downloaded_whole(tmp_path: Path) -> None:
    live, csiq = COPIES["live"](tmp_path / "LIVE").root, COPIES["csiq"](tmp_path / "CSIQ").root
    for content, words in {
        b"": "is empty; download the file itself again",
        b"version https://git-lfs.github.com/spec/v1\n": "fetch it with `git lfs pull`",
        b"\x1f\x8b\x08": "is a gzip archive; unpack it first",
    }.items():
        for root, name, file in ((live, "live", "dmos_realigned.mat"), (csiq, "csiq", "csiq.DMOS.xlsx")):
            (root / file).write_bytes(content)
            assert words in refused(load(name, root=root))
    (csiq / "csiq.DMOS.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    assert "is an old Excel workbook (.xls), whatever its name says; save it as .xlsx" in refused(
        load("csiq", root=csiq)
    )
    (live / "dmos_realigned.mat").write_bytes(b"PK\x03\x04")
    assert "is a zip archive; unpack it first" in refused(load("live", root=live))


def test_tid2008_read_as_tid2013_is_asked_about(tmp_path: Path) -> None:
    root = COPIES["tid2008"](tmp_path).root
    asked = "It looks like a copy of TID2008, not of TID2013: is `name: tid2008` meant?"
    assert any(asked in text for text in remarks(load("tid2013", root=root)))
    assert not any("looks like" in text for text in remarks(load("tid2008", root=root)))


def test_a_finding_is_printed_once(tid: Path) -> None:
    messages = [problem.message for problem in audit(load("tid2013", root=tid))]
    assert len(messages) == len(set(messages))
    assert sum("3,000 are published" in text for text in messages) == 1


def test_conditions_of_a_whole_set_are_as_they_were_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = COPIES["tid2013"](tmp_path).root
    plant(root, ["reference_images/I02.BMP", *(f"distorted_images/i0{at}_02_1.bmp" for at in (1, 2))])
    lines = ["4 i01_01_1.bmp", "5 i01_01_5.bmp", "6 i01_02_1.bmp", "3 i02_02_1.bmp", "3 i02_01_1.bmp"]
    plant(root, ["distorted_images/i02_01_1.bmp"])
    (root / "mos_with_names.txt").write_text("\n".join(lines))

    def unbalanced() -> bool:
        return any("is unbalanced" in problem.message for problem in audit(load("tid2013", root=root)))

    assert unbalanced()
    data_set: Any = registry.datasets().load("tid2013")
    info = data_set.info
    monkeypatch.setattr(data_set, "info", replace(info, pairs=5))
    assert unbalanced(), "a reference is missing"
    monkeypatch.setattr(data_set, "info", replace(info, pairs=5, references=2))
    assert not unbalanced()


def test_references_among_the_images_of_a_whole_live_are_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = COPIES["live"](tmp_path).root
    data_set: Any = registry.datasets().load("live")
    monkeypatch.setattr(data_set, "info", replace(data_set.info, pairs=2, references=1))
    found = [str(problem) for problem in audit(load("live", root=root))]
    assert any("980 images in the folders of distortions are references" in text for text in found)
    assert not any("without a usable label" in text for text in found)
