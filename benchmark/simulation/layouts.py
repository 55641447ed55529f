"""The layouts that ``demo-data --like`` writes: where images lie, what distorts them, and the form of the labels.

All are data for ``like.py``, so another layout is a few lines here. File names are patterns with these fields:
``photo`` (from 1), ``scene`` (the photograph's name), ``token`` (the distortion), ``level`` (from 1; ``level0`` from 0,
``letter`` from A), ``index`` (the image's number among those of its photograph, from 1) and ``serial`` (likewise among those
of its distortion).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.simulation import label_files
from benchmark.simulation.label_files import Writer


@dataclass(frozen=True, slots=True)
class Layout:
    """One data set's layout.

    Attributes:
        title: the set's name.
        reference: path of a reference.
        image: path of a distorted image.
        kinds: for each distortion as names write it, the function that imitates it; in the order of their numbers.
        levels: strengths of each.
        labels: writes the lists.
        worst: the label of what is spoiled.
        best: the label of what looks like its reference.
        most: number of references of the published set.
        observers: simulated observers of each image.
    """

    title: str
    reference: str
    image: str
    kinds: Mapping[str, str]
    levels: int
    labels: Writer
    worst: float
    best: float
    most: int
    observers: int = 15


def _numbered(*names: str) -> dict[str, str]:
    """Distortions that file names write as two digits."""
    return {f"{number:02d}": name for number, name in enumerate(names, 1)}


TID = _numbered(
    *(
        "noise",
        "colour noise",
        "correlated noise",
        "masked noise",
        "high-frequency noise",
        "impulse",
        "quantised",
        "blur",
    ),
    *("denoised", "jpeg", "jpeg2000", "transmission", "transmission", "patches", "colour blocks", "shifted mean"),
    *(
        "less contrast",
        "garish",
        "multiplicative",
        "correlated noise",
        "lossy noise",
        "dithered",
        "shifted colour",
        "jitter",
    ),
)
KADID = _numbered(
    *(
        "blur",
        "lens blur",
        "motion blur",
        "diffused colour",
        "shifted colour",
        "quantised",
        "pale",
        "garish",
        "jpeg2000",
    ),
    *("jpeg", "noise", "colour noise", "impulse", "multiplicative", "denoised", "brighter", "darker", "shifted mean"),
    *("jitter", "patches", "pixelated", "dithered", "colour blocks", "sharp", "less contrast"),
)
PIPAL = {
    f"{number:02d}": name
    for number, name in enumerate(("noise", "blur", "jpeg", "denoised", "jpeg2000", "sharp", "patches"))
}
LAYOUTS: Mapping[str, Layout] = {
    "a57": Layout(
        title="A57",
        reference="images/src_imgs/{scene}.bmp",
        image="images/dst_imgs/{scene}/{letter}/{scene}.{token}.bmp",
        kinds={"FLT": "quantised", "JPG": "jpeg", "JP2": "jpeg2000", "DCQ": "jpeg2000", "BLR": "blur", "NOZ": "noise"},
        levels=3,
        labels=label_files.package("A57"),
        worst=1,
        best=0,
        most=3,
    ),
    "cid22": Layout(
        title="CID22",
        reference="original/{scene}.png",
        image="compressed/{scene}/{token}-q{level}.png",
        kinds={"libjpeg": "jpeg", "aurora": "jpeg2000", "kakadu": "jpeg2000"},
        levels=4,
        labels=label_files.cid22,
        worst=10,
        best=95,
        most=49,
    ),
    "csiq": Layout(
        title="CSIQ",
        reference="src_imgs/{scene}.png",
        image="dst_imgs/{token}/{scene}.{token}.{level}.png",
        kinds={
            "AWGN": "noise",
            "JPEG": "jpeg",
            "jpeg2000": "jpeg2000",
            "fnoise": "pink noise",
            "BLUR": "blur",
            "contrast": "less contrast",
        },
        levels=5,
        labels=label_files.csiq,
        worst=1,
        best=0,
        most=30,
    ),
    "kadid10k": Layout(
        title="KADID-10k",
        reference="images/I{photo:02d}.png",
        image="images/I{photo:02d}_{token}_{level:02d}.png",
        kinds=KADID,
        levels=5,
        labels=label_files.kadid,
        worst=1,
        best=5,
        most=81,
        observers=30,
    ),
    "live": Layout(
        title="LIVE",
        reference="refimgs/{scene}.bmp",
        image="{token}/img{serial}.bmp",
        kinds={"jp2k": "jpeg2000", "jpeg": "jpeg", "wn": "noise", "gblur": "blur", "fastfading": "transmission"},
        levels=5,
        labels=label_files.live,
        worst=100,
        best=0,
        most=29,
    ),
    "mdid": Layout(
        title="MDID",
        reference="reference_images/img{photo:02d}.bmp",
        image="distortion_images/img{photo:02d}_{index:02d}.bmp",
        kinds={"noise": "lossy noise", "blur": "blur", "jpeg": "jpeg", "jp2k": "jpeg2000", "contrast": "less contrast"},
        levels=4,
        labels=label_files.package("MDID2016"),
        worst=0,
        best=8,
        most=20,
    ),
    "pipal": Layout(
        title="PIPAL",
        reference="Train_Ref/A{photo:04d}.bmp",
        image="Train_Dist/A{photo:04d}_{token}_{level0:02d}.bmp",
        kinds=PIPAL,
        levels=4,
        labels=label_files.by_reference("Train_Label"),
        worst=950,
        best=1800,
        most=200,
    ),
    "sdivl": Layout(
        title="SDIVL",
        reference="reference/{scene}.png",
        image="{token}/{scene}/{scene}_STD_{level:02d}.png",
        kinds={"noise": "noise", "jpeg": "jpeg"},
        levels=10,
        labels=label_files.package("SDIVL", "SDIVL/SDIVL"),
        worst=9,
        best=87,
        most=20,
    ),
    "sriqa-bench": Layout(
        title="SRIQA-Bench",
        reference="images/Original/{scene}_Original.png",
        image="images/{token}/{scene}_{token}.png",
        kinds={
            "Bicubic": "blur",
            "SwinIR": "denoised",
            "StableSR": "sharp",
            "PASD": "patches",
            "ResShift": "pixelated",
        },
        levels=1,
        labels=label_files.by_reference("MOS"),
        worst=0,
        best=100,
        most=100,
    ),
    "tid2008": Layout(
        title="TID2008",
        reference="reference_images/I{photo:02d}.BMP",
        image="distorted_images/I{photo:02d}_{token}_{level}.bmp",
        kinds=dict(list(TID.items())[:17]),
        levels=4,
        labels=label_files.tid,
        worst=0.5,
        best=8,
        most=25,
    ),
    "tid2013": Layout(
        title="TID2013",
        reference="reference_images/I{photo:02d}.BMP",
        image="distorted_images/i{photo:02d}_{token}_{level}.bmp",
        kinds=TID,
        levels=5,
        labels=label_files.tid,
        worst=0.5,
        best=7,
        most=25,
    ),
    "vclfer": Layout(
        title="VCL@FER",
        reference="Ref_Images/IMG_{photo:02d}.bmp",
        image="vcl_fer/IMG_{photo:02d}_{token}_{level}.bmp",
        kinds={"AWGN": "noise", "BLU": "blur", "J2K": "jpeg2000", "JPG": "jpeg"},
        levels=6,
        labels=label_files.package("VCLFER"),
        worst=2,
        best=96,
        most=23,
    ),
}
