"""Which columns of a file are scores: published collections, each with its labels, counts and references beside them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark import UserError
from benchmark.data.score_columns import choose
from benchmark.data.score_lines import NameColumns


def write(folder: Path, header: str, *rows: str) -> Path:
    file = folder / "published.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    return file


@pytest.mark.parametrize(
    ("header", "row", "taken"),
    [
        ("type,dis,ref,mos,fsim,psnr", "jp2k,img2.bmp,a.bmp,15.5,0.02,30", "fsim psnr"),
        ("refnames_all,orgs,dist_img,dst_type,dmos_std,dmos_new,DSSIM", "a.bmp,0,img2.bmp,jp2k,1.6,15.5,0.01", "DSSIM"),
        (
            "ref_img,dist_img,dst_lev,95_CI,STD,mos,DSSIM,Butteraugli_XL_3m",
            "a,b.bmp,6,5.8,10.7,18.6,.08,5",
            "DSSIM Butteraugli_XL_3m",
        ),
        (
            "img_distorted,img_num,codec,dlevel,distortion,PSNR-Y,SSIM mapped",
            "b.png,2,1,1,.12,47.3,.5",
            "PSNR-Y SSIM mapped",
        ),
        ("name,MOS,MOS_5,New_MOS,MOSss,BT-500,diff_std,frame_count,mosaic", "b.png,1,1,1,1,1,1,1,1", "mosaic"),
        ("enhanced,Subject 1,votes,n,Elo,jnd,CI_min,bpp,id,width,vif", "b.png,1,1,1,1,1,1,1,1,1,1", "vif"),
        (
            "dataset,split,fold,pair,reference,cluster,enhanced,condition,mos,mos_sd,observers,ssim",
            "d,,,p,r,r,b.png,c,1,1,1,1",
            "ssim",
        ),
        ("name,empty,words,NaN,vif", "b.png,,good,nan,1", "vif"),
    ],
)
def test_all_leaves_out_what_is_no_score_and_says_so(tmp_path: Path, header: str, row: str, taken: str) -> None:
    found = choose(write(tmp_path, header, row), "all")
    wanted = taken.replace("SSIM mapped", "SSIM_mapped").split()
    assert list(found.lower) == [name.replace("SSIM_mapped", "SSIM mapped") for name in wanted]
    headings = header.split(",")
    assert [*found.lower, *found.left] == sorted(headings, key=lambda name: (name in found.left, headings.index(name)))
    note = found.note(tmp_path / "published.csv")
    assert note.startswith(
        f"Of the {len(headings)} columns of published.csv {len(wanted)} are taken as scores, all but "
    )
    assert all(f"{name} (" in note for name in found.left)


def test_a_damaged_column_is_not_left_out_in_silence(tmp_path: Path) -> None:
    file = write(tmp_path, "name,vif,note", "a.png,1,x", "b.png,one,y", "c.png,3,z")
    with pytest.raises(UserError, match=r"published\.csv:3: 'one' in column 'vif' is not a number"):
        choose(file, "all")
    assert list(choose(file, ["vif"]).lower) == ["vif"], "named, it is read and refused when it is scored"


DIRECTIONS = [
    ((), (), "TTT"),
    (("a",), (), "FTT"),
    (("A ",), (), "FTT"),
    ("all", (), "FFF"),
    ((), ("a",), "TFF"),
    ((), "all", "TTT"),
    (("b", "c"), ("a",), "TFF"),
]


@pytest.mark.parametrize(("lower", "higher", "up"), DIRECTIONS)
def test_directions(tmp_path: Path, lower: tuple[str, ...], higher: tuple[str, ...], up: str) -> None:
    file = write(tmp_path, "name,a,b,c", "x.png,1,2,3")
    found = choose(file, "all", lower_better=lower, higher_better=higher)
    assert "".join("F" if down else "T" for down in found.lower.values()) == up


@pytest.mark.parametrize(
    ("header", "keys", "message"),
    [
        ("name,fsim,vif", {"wanted": ["fsin"]}, r"no column 'fsin'.*did you mean 'fsim'\?"),
        ("name,fsim,vif", {"wanted": ["fsim", "FSIM"]}, "'fsim' is named twice"),
        ("name,fsim,vif", {"wanted": []}, "name at least one column"),
        ("name,fsim,vif", {"lower_better": ["vit"]}, r"lower_better: 'vit' is not among .*did you mean 'vif'\?"),
        ("name,fsim,mos", {"lower_better": ["mos"]}, "'mos' .*a column of the file that is not taken as scores"),
        ("name,fsim,vif", {"wanted": ["vif"], "higher_better": ["fsim"]}, "higher_better: 'fsim' is not among"),
        ("name,fsim,vif", {"lower_better": ["vif"], "higher_better": ["vif"]}, "both name 'vif'"),
        (
            "name,a,b,c",
            {"lower_better": ["a"], "higher_better": ["b"]},
            "neither lower_better nor higher_better names 'c'",
        ),
        ("name,mos,ref", {}, r"no column is left to be scores: name \(names of images\), mos \(labels\)"),
        ("shot,fsim,vif", {}, "3 columns and no header"),
        ("a.png,0.5", {}, "has no header, so that `columns` can't be found"),
        ("shot,fsim,score", {}, "no column of image names.*`names:`"),
        ("name,fsim,Fsim", {}, "'fsim' stands more than once|'Fsim' stands more than once"),
        ("name,fsim,vif", {"given": NameColumns("nam")}, "no column 'nam'.*did you mean 'name'"),
    ],
)
def test_what_is_refused(tmp_path: Path, header: str, keys: dict[str, object], message: str) -> None:
    file = write(tmp_path, header, ",".join(["x.png", *"1" * header.count(",")]))
    with pytest.raises(UserError, match=message):
        choose(file, **{"wanted": "all", **keys})  # type: ignore[arg-type]


def test_columns_of_names_and_folders_are_no_scores(tmp_path: Path) -> None:
    file = write(tmp_path, "shot,set,fsim", "1.png,7,0.5")
    found = choose(file, "all", given=NameColumns("shot", "set"))
    assert (list(found.lower), found.left) == (["fsim"], {"shot": "names of images", "set": "folders"})


@pytest.mark.parametrize(
    ("file", "names", "count", "left"),
    [
        ("zsiqa/live.csv", None, 42, "type dis ref mos"),
        ("zsiqa/tid2013.csv", None, 42, "dis ref mos"),
        ("zsiqa/pipal_1.csv", None, 9, "dis ref mos"),
        ("aic4/JPEG-AIC_metric_scores.csv", None, 18, "img_distorted img_num codec dlevel distortion"),
        ("qualisr/fr.csv", "sr_path", 24, "sample_id sr_method sr_filename sr_path gt_path lr_path"),
        ("score_tables/TID2013.csv", None, 9, "ref_img dist_img dst_type dst_lev var mos"),
        ("score_tables/JPEGXR.csv", None, 9, "ref_img dist_img dst_lev 95_CI STD mos"),
    ],
)
def test_real_collections(shared: Callable[[str], Path], file: str, names: str | None, count: int, left: str) -> None:
    found = choose(shared(f"oracles/{file}"), "all", given=NameColumns(names))
    assert len(found.lower) == count
    assert list(found.left) == left.split()
