"""pyiqa's QualiCLIP, and its form with learnt words for each data set; the adapter is ``_pyiqa_no_reference.py``."""

from __future__ import annotations

from benchmark import MethodInfo

from ._pyiqa import CLIP_RN50, pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged

# pyiqa reads CLIP's file, then QualiCLIP's encoder, then what was learnt of words
ENCODER = (CLIP_RN50, pyiqa_file("QualiCLIP.pth"))
QUALICLIP = judged(
    "@article{agnolucci2024quality, author={Agnolucci, Lorenzo and Galteri, Leonardo and Bertini, Marco}, "
    "title={Quality-aware image-text alignment for real-world image quality assessment}, journal={arXiv preprint "
    "arXiv:2403.11176}, year={2024}}",
    "openai-clip",
)


class QualiCLIP(PyiqaNoReference):
    """CLIP, ResNet-50, trained to order degradations of a picture between words of good and of bad quality."""

    info = MethodInfo(
        name="qualiclip",
        title="QualiCLIP",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="degraded pictures without opinions (backbone: CLIP)",
        weights=ENCODER,
        **QUALICLIP,
    )
    metric = "qualiclip"
    arch = "qualiclip_arch"
    least = 32


class QualiCLIPPlus(QualiCLIP):
    """QualiCLIP with words learnt on KonIQ-10k."""

    info = MethodInfo(
        name="qualiclip-plus",
        title="QualiCLIP+",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="KonIQ-10k (backbone: CLIP)",
        weights=(*ENCODER, pyiqa_file("QualiCLIP+_koniq.pth")),
        **QUALICLIP,
    )
    metric = "qualiclip+"


class QualiCLIPPlusCLIVE(QualiCLIP):
    """QualiCLIP with words learnt on CLIVE."""

    info = MethodInfo(
        name="qualiclip-plus-clive",
        title="QualiCLIP+ (CLIVE)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="CLIVE (backbone: CLIP)",
        weights=(*ENCODER, pyiqa_file("QualiCLIP+_clive.pth")),
        **QUALICLIP,
    )
    metric = "qualiclip+-clive"


class QualiCLIPPlusFLIVE(QualiCLIP):
    """QualiCLIP with words learnt on PaQ-2-PiQ."""

    info = MethodInfo(
        name="qualiclip-plus-flive",
        title="QualiCLIP+ (FLIVE)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="PaQ-2-PiQ (FLIVE; backbone: CLIP)",
        weights=(*ENCODER, pyiqa_file("QualiCLIP+_flive.pth")),
        **QUALICLIP,
    )
    metric = "qualiclip+-flive"


class QualiCLIPPlusSPAQ(QualiCLIP):
    """QualiCLIP with words learnt on SPAQ."""

    info = MethodInfo(
        name="qualiclip-plus-spaq",
        title="QualiCLIP+ (SPAQ)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="SPAQ (backbone: CLIP)",
        weights=(*ENCODER, pyiqa_file("QualiCLIP+_spaq.pth")),
        **QUALICLIP,
    )
    metric = "qualiclip+-spaq"
