"""pyiqa's full-reference networks that can be trained, and why the others can't. Imports no torch.

``building`` makes them, ``method`` trains and scores. What each network computes stands in pyiqa; what is here was read
there: which parts are a backbone, which parts no score depends on, how small an image may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmark import UserError

from .._pyiqa import PyiqaMethod
from ..dists import DISTS
from ..lpips import LPIPS, LPIPSVGG
from ..pyiqa_distances import MSSWD, STLPIPS, STLPIPSVGG, LPIPSPlus, LPIPSVGGPlus, PieAPP
from ..pyiqa_regressors import AHIQ, CKDN, TOPIQ, TOPIQPIPAL, WaDIQaM


@dataclass(frozen=True, slots=True)
class Network:
    """A network of pyiqa.

    Attributes:
        published: the plug-in that scores with the published weights; it knows files, citation and direction.
        backbone: prefixes of the names of the backbone's tensors; all others are the head.
        unused: prefixes of tensors that no score depends on: neither trained nor stored.
        slope: what a unit of pyiqa's number is of a label from 0 to 1 before training; negative for distances.
        offset: the label of pyiqa's 0 before training.
        crop_size: default side of crops, in pixels.
        least: the smallest side.
        fixed: whether ``crop_size`` is the only one.
        in_eval_mode: whether the network stays in eval mode in training, since pyiqa's other mode takes one patch only
            (of a single patch the weights, which PieAPP learns too, cancel: hence its ``least``).
        kept: what its frozen part computes (``frozen``), where that can be taken apart from the head; else empty.
        options: keyword arguments of pyiqa's class that score crops as they are.
        untrained: those that keep pyiqa from reading any file.
    """

    published: type[PyiqaMethod]
    backbone: tuple[str, ...]
    unused: tuple[str, ...] = ()
    slope: float = 1.0
    offset: float = 0.0
    crop_size: int = 224
    least: int = 32
    fixed: bool = False
    in_eval_mode: bool = False
    kept: Literal["", "layers", "structure", "maps"] = ""
    options: Mapping[str, object] = field(default_factory=dict)
    untrained: Mapping[str, object] = field(default_factory=lambda: {"pretrained": False})


_TOPIQ_UNTRAINED = {"pretrained": False, "backbone_pretrain": False}
_TOPIQ_UNUSED = tuple(f"attn_blks.{number}.layers.0.self_attn." for number in range(4))
_VIT_UNUSED = tuple(f"vit.blocks.{number}." for number in range(5, 12))
_RESNET_UNUSED = ("resnet50.layer2.", "resnet50.layer3.", "resnet50.layer4.", "resnet50.fc.")

NETWORKS: dict[str, Network] = {
    "ahiq": Network(
        AHIQ,
        backbone=("resnet50.", "vit."),
        unused=(*_RESNET_UNUSED, *_VIT_UNUSED, "vit.norm.", "vit.fc_norm.", "vit.head."),
        least=224,
        fixed=True,
        options={"num_crop": 1},
    ),
    "ckdn": Network(
        CKDN,
        backbone=("net.qse_", "net.dte_", "net.csp."),
        unused=("net.aux_csp.", "net.fc1_."),
        crop_size=288,
    ),
    "dists": Network(DISTS, backbone=("stage",), slope=-1.0, offset=1.0, kept="structure"),
    "lpips": Network(LPIPS, backbone=("net.",), slope=-1.0, offset=1.0, kept="layers"),
    "lpips+": Network(LPIPSPlus, backbone=("net.",), slope=-1.0, offset=1.0, kept="layers"),
    "lpips-vgg": Network(LPIPSVGG, backbone=("net.",), slope=-1.0, offset=1.0, kept="layers"),
    "lpips-vgg+": Network(LPIPSVGGPlus, backbone=("net.",), slope=-1.0, offset=1.0, kept="layers"),
    "msswd": Network(MSSWD, backbone=("conv11x11.",), slope=-0.1, offset=1.0),
    "pieapp": Network(PieAPP, backbone=("conv",), slope=-0.2, offset=1.0, crop_size=118, least=91, in_eval_mode=True),
    "stlpips": Network(STLPIPS, backbone=("net.",), slope=-1.0, offset=1.0, kept="layers"),
    "stlpips-vgg": Network(STLPIPSVGG, backbone=("net.",), slope=-1.0, offset=1.0, kept="layers"),
    "topiq_fr": Network(
        TOPIQ, backbone=("semantic_model.",), unused=_TOPIQ_UNUSED, untrained=_TOPIQ_UNTRAINED, kept="maps"
    ),
    "topiq_fr-pipal": Network(
        TOPIQPIPAL, backbone=("semantic_model.",), unused=_TOPIQ_UNUSED, untrained=_TOPIQ_UNTRAINED, kept="maps"
    ),
    "wadiqam_fr": Network(WaDIQaM, backbone=("features.",), offset=1.0, least=33),
}
"""By pyiqa's names."""

NO_PARAMETERS = "it has no parameters"
_NO_GRADIENT = "pyiqa computes it without a gradient"
_CUT_OFF = "pyiqa cuts off the gradient of one of the two images, and all of its parameters are an ImageNet backbone"
UNTRAINABLE: dict[str, str] = {
    **dict.fromkeys(("afine_fr", "afine_all", "afine_all_scale"), _NO_GRADIENT),
    **dict.fromkeys(("deepdc", "dmm"), _CUT_OFF),
    "nlpd": "its filters are fixed",
    "fgresq_pair": "it judges each image by itself: its quality of the enhanced image does not see the reference",
    **dict.fromkeys(
        (
            "psnr", "psnry", "ssim", "ssimc", "ms_ssim", "cw_ssim", "fsim", "gmsd", "vif", "vsi", "mad",
        ),
        NO_PARAMETERS,
    ),
}  # fmt: skip
"""Why pyiqa's other full-reference metrics can't be trained."""


def find(metric: str) -> tuple[str, Network]:
    """The network of a name as pyiqa or ``list methods`` writes it, and pyiqa's name.

    Raises:
        UserError: it can't be trained, or is none of pyiqa's; the message lists what can.
    """
    wanted = _normal(metric)
    for name, network in NETWORKS.items():
        if wanted in (_normal(name), _normal(network.published.info.name)):
            return name, network
    reason = next((why for name, why in UNTRAINABLE.items() if _normal(name) == wanted), "")
    fault = f"{metric!r} can't be trained: {reason}" if reason else f"pyiqa has no full-reference network {metric!r}"
    raise UserError(f"finetune: {fault}; `metric` is one of {', '.join(NETWORKS)}")


def begins(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a tensor's name begins with one of the prefixes."""
    return name.startswith(prefixes)


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")
