"""pyiqa's TOPIQ for one image: quality, quality of faces, aesthetics; the adapter is ``_pyiqa_no_reference.py``."""

from __future__ import annotations

from benchmark import MethodInfo, WeightFile

from ._pyiqa import pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged

TOPIQ = judged(
    "@article{chen2024topiq, author={Chen, Chaofeng and Mo, Jiadi and Hou, Jingwen and Wu, Haoning and Liao, Liang and "
    "Sun, Wenxiu and Yan, Qiong and Lin, Weisi}, title={{TOPIQ}: a top-down approach from semantics to distortions for "
    "image quality assessment}, journal={IEEE Transactions on Image Processing}, volume={33}, pages={2404--2418}, "
    "year={2024}}",
    "timm",
    "torchvision",
)
_FACEXLIB = "https://github.com/xinntao/facexlib/releases/download/"
FACES = tuple(
    WeightFile(name=name, url=f"{_FACEXLIB}{release}/{name}", folder="pyiqa")
    for release, name in (("v0.1.0", "detection_Resnet50_Final.pth"), ("v0.2.2", "parsing_parsenet.pth"))
)
"""What finds and crops a face."""


class TOPIQNR(PyiqaNoReference):
    """TOPIQ's network for one image, ResNet-50."""

    info = MethodInfo(
        name="topiq_nr",
        title="TOPIQ-NR",
        higher_is_better=True,
        trained_on="KonIQ-10k",
        weights=(pyiqa_file("cfanet_nr_koniq_res50-9a73138b.pth"),),
        **TOPIQ,
    )
    metric = "topiq_nr"
    arch = "topiq_arch"


class TOPIQNRFLIVE(PyiqaNoReference):
    """TOPIQ's network for one image, ResNet-50, trained on PaQ-2-PiQ."""

    info = MethodInfo(
        name="topiq_nr-flive",
        title="TOPIQ-NR (FLIVE)",
        higher_is_better=True,
        trained_on="PaQ-2-PiQ (FLIVE)",
        weights=(pyiqa_file("cfanet_nr_flive_res50-ded1c74e.pth"),),
        **TOPIQ,
    )
    metric = "topiq_nr-flive"
    arch = "topiq_arch"
    notes = (("resizing", "shorter side to 384 px"),)


class TOPIQNRSPAQ(PyiqaNoReference):
    """TOPIQ's network for one image, ResNet-50, trained on SPAQ."""

    info = MethodInfo(
        name="topiq_nr-spaq",
        title="TOPIQ-NR (SPAQ)",
        higher_is_better=True,
        trained_on="SPAQ",
        weights=(pyiqa_file("cfanet_nr_spaq_res50-a7f799ac.pth"),),
        **TOPIQ,
    )
    metric = "topiq_nr-spaq"
    arch = "topiq_arch"


class TOPIQFace(PyiqaNoReference):
    """Quality of a face, which is found, aligned and cropped to 512 pixels; an image without a face has no score."""

    info = MethodInfo(
        name="topiq_nr-face",
        title="TOPIQ-NR (face)",
        higher_is_better=True,
        trained_on="CGFIQA-40k (faces)",
        weights=(pyiqa_file("topiq_nr_cgfiqa_res50-0a8b8e4f.pth"), *FACES),
        **TOPIQ,
    )
    metric = "topiq_nr-face"
    arch = "topiq_arch"
    one_by_one = True
    notes = (("crop", "the face, 512 px"),)


class TOPIQFaceSwin(TOPIQFace):
    """Quality of a face, Swin-B."""

    info = MethodInfo(
        name="topiq_nr_swin-face",
        title="TOPIQ-NR (face, Swin)",
        higher_is_better=True,
        trained_on="CGFIQA-40k (faces)",
        weights=(pyiqa_file("topiq_nr_gfiqa_swin-7bb80a60.pth"), *FACES),
        **TOPIQ,
    )
    metric = "topiq_nr_swin-face"
    notes = (("crop", "the face, 512 px, resized to 384 px"),)


class TOPIQFaceFirst(TOPIQFace):
    """Quality of a face, first version."""

    info = MethodInfo(
        name="topiq_nr-face-v1",
        title="TOPIQ-NR (face, first)",
        higher_is_better=True,
        trained_on="GFIQA-20k (faces)",
        weights=(pyiqa_file("topiq_nr_gfiqa_res50-d76bf1ae.pth"), *FACES),
        **TOPIQ,
    )
    metric = "topiq_nr-face-v1"


class TOPIQAesthetics(PyiqaNoReference):
    """Aesthetics, Swin-B: the mean of a predicted distribution of ratings."""

    info = MethodInfo(
        name="topiq_iaa",
        title="TOPIQ-IAA",
        higher_is_better=True,
        score_range=(1.0, 10.0),
        trained_on="AVA (aesthetics)",
        weights=(pyiqa_file("cfanet_iaa_ava_swin-393b41b4.pth"),),
        **TOPIQ,
    )
    metric = "topiq_iaa"
    arch = "topiq_arch"
    notes = (("resizing", "to 384 × 384 px"),)


class TOPIQAestheticsResNet(PyiqaNoReference):
    """Aesthetics, ResNet-50: the mean of a predicted distribution of ratings."""

    info = MethodInfo(
        name="topiq_iaa_res50",
        title="TOPIQ-IAA (ResNet)",
        higher_is_better=True,
        score_range=(1.0, 10.0),
        trained_on="AVA (aesthetics)",
        weights=(pyiqa_file("cfanet_iaa_ava_res50-3cd62bb3.pth"),),
        **TOPIQ,
    )
    metric = "topiq_iaa_res50"
    arch = "topiq_arch"
    notes = (("resizing", "shorter side to 384 px"),)
