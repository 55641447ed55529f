"""pyiqa's distances between deep features, beside ``lpips.py`` and ``dists.py``; the adapter is ``_pyiqa.py``."""

from __future__ import annotations

from benchmark import MethodInfo

from ._pyiqa import PYIQA, PyiqaMethod, pyiqa_file, pyiqa_with, torchvision_file

ALEXNET = torchvision_file("alexnet-owt-7be5be79.pth")
VGG16 = torchvision_file("vgg16-397923af.pth")
VGG19 = torchvision_file("vgg19-dcbb9e9d.pth")

BAPPS = "BAPPS (backbone: ImageNet-1k)"
IMAGENET_ONLY = "nothing (backbone: ImageNet-1k)"
STLPIPS_CITATION = (
    "@inproceedings{ghildyal2022shift, author={Ghildyal, Abhijay and Liu, Feng}, "
    "title={Shift-tolerant perceptual similarity metric}, booktitle={ECCV}, year={2022}}"
)
TOPIQ_CITATION = (
    "@article{chen2024topiq, author={Chen, Chaofeng and Mo, Jiadi and Hou, Jingwen and Wu, Haoning and Liao, Liang and "
    "Sun, Wenxiu and Yan, Qiong and Lin, Weisi}, title={{TOPIQ}: a top-down approach from semantics to distortions for "
    "image quality assessment}, journal={IEEE Transactions on Image Processing}, volume={33}, pages={2404--2418}, "
    "year={2024}}"
)


class LPIPSPlus(PyiqaMethod):
    """LPIPS with places weighted by the reference's features of the third layer: pyiqa's ``lpips+``."""

    info = MethodInfo(
        name="lpips-plus",
        title="LPIPS+",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on=BAPPS,
        citation=TOPIQ_CITATION,
        weights=(ALEXNET, pyiqa_file("LPIPS_v0.1_alex-df73285e.pth")),
        **pyiqa_with("torchvision"),
    )
    metric = "lpips+"
    arch = "lpips_arch"
    lenient = True
    notes = (("net", "alex"), ("version", "0.1"))


class LPIPSVGGPlus(PyiqaMethod):
    """LPIPS with VGG-16 and places weighted by the reference's features: pyiqa's ``lpips-vgg+``."""

    info = MethodInfo(
        name="lpips-vgg-plus",
        title="LPIPS+ (VGG)",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on=BAPPS,
        citation=TOPIQ_CITATION,
        weights=(VGG16, pyiqa_file("LPIPS_v0.1_vgg-a78928a0.pth")),
        **pyiqa_with("torchvision"),
    )
    metric = "lpips-vgg+"
    arch = "lpips_arch"
    lenient = True
    notes = (("net", "vgg"), ("version", "0.1"))


class STLPIPS(PyiqaMethod):
    """LPIPS that tolerates small shifts, with an AlexNet of stride 1 and blurred pooling."""

    info = MethodInfo(
        name="stlpips",
        title="ST-LPIPS",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on="BAPPS",
        citation=STLPIPS_CITATION,
        weights=(pyiqa_file("alex_shift_tolerant.pth"),),
        **PYIQA,
    )
    metric = "stlpips"
    arch = "stlpips_arch"
    lenient = True
    notes = (("net", "alex"),)


class STLPIPSVGG(PyiqaMethod):
    """ST-LPIPS with VGG-16."""

    info = MethodInfo(
        name="stlpips-vgg",
        title="ST-LPIPS (VGG)",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on="BAPPS",
        citation=STLPIPS_CITATION,
        weights=(pyiqa_file("vgg_shift_tolerant.pth"),),
        **PYIQA,
    )
    metric = "stlpips-vgg"
    arch = "stlpips_arch"
    lenient = True
    notes = (("net", "vgg"),)


class DeepDC(PyiqaMethod):
    """1 minus the distance correlation between the channels of VGG-19 features; 0 for equal images."""

    info = MethodInfo(
        name="deepdc",
        title="DeepDC",
        higher_is_better=False,
        score_range=(0.0, 1.0),
        group="learned",
        trained_on=IMAGENET_ONLY,
        citation="@article{zhu2022deepdc, author={Zhu, Hanwei and Chen, Baoliang and Zhu, Lingyu and Wang, Shiqi and "
        "Lin, Weisi}, title={{DeepDC}: deep distance correlation as a perceptual image quality evaluator}, "
        "journal={arXiv preprint arXiv:2211.04927}, year={2022}}",
        weights=(VGG19,),
        **pyiqa_with("torchvision"),
    )
    metric = "deepdc"
    arch = "deepdc_arch"
    notes = (("resizing", "none (its authors' example resizes the shorter side to 256)"),)


class DMM(PyiqaMethod):
    """Debiased mapping: squared differences of the singular values of VGG-16 feature patches; 0 for equal images."""

    info = MethodInfo(
        name="dmm",
        title="DMM",
        # It is a distance in its code and paper; pyiqa 0.1.16 omits `lower_better` and so states the opposite.
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on=IMAGENET_ONLY,
        citation="@article{chen2025debiased, author={Chen, Baoliang and Zhu, Hanwei and Zhu, Lingyu and "
        "Wang, Shanshe and Pan, Jingshan and Wang, Shiqi}, title={Debiased mapping for full-reference image quality "
        "assessment}, journal={IEEE Transactions on Multimedia}, year={2025}}",
        weights=(VGG16,),
        **pyiqa_with("torchvision"),
    )
    metric = "dmm"
    arch = "dmm_arch"
    notes = (("resizing", "to a square of 2/3 of the shorter side, at least 128 px"),)


class PieAPP(PyiqaMethod):
    """Perceptual error learnt from pairwise preferences, over patches of 64 pixels with stride 27."""

    info = MethodInfo(
        name="pieapp",
        title="PieAPP",
        higher_is_better=False,
        group="learned",
        trained_on="PieAPP",
        citation="@inproceedings{prashnani2018pieapp, author={Prashnani, Ekta and Cai, Hong and Mostofi, Yasamin and "
        "Sen, Pradeep}, title={{PieAPP}: perceptual image-error assessment through pairwise preference}, "
        "booktitle={CVPR}, pages={1808--1817}, year={2018}}",
        weights=(pyiqa_file("PieAPPv0.1-0937b014.pth"),),
        **PYIQA,
    )
    metric = "pieapp"
    arch = "pieapp_arch"
    notes = (("patches", "64 px, stride 27, all"),)


class MSSWD(PyiqaMethod):
    """Learnt sliced Wasserstein distance in CIELAB: a measure of colour difference; 0 for equal images."""

    info = MethodInfo(
        name="msswd",
        title="MS-SWD",
        higher_is_better=False,
        score_range=(0.0, None),
        group="learned",
        trained_on="colour-difference judgements of its authors",
        citation="@inproceedings{he2024multiscale, author={He, Jiaqi and Wang, Zhihua and Wang, Leon and Liu, Tsein-I "
        "and Fang, Yuming and Sun, Qilin and Ma, Kede}, title={Multiscale sliced {Wasserstein} distances as perceptual "
        "color difference measures}, booktitle={ECCV}, year={2024}}",
        weights=(pyiqa_file("msswd_weights.pth"),),
        **pyiqa_with("torchvision"),
    )
    metric = "msswd"
    arch = "msswd_arch"
    notes = (("resizing", "shorter side to 256 px where longer"),)
