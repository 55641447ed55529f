"""SDMP-Net: learned quality of enhanced fundus photographs, from deformably sampled CNN and ViT features. Four presets.

Listing them imports no torch: ``method`` scores and trains, ``architecture`` holds the presets' sizes, ``network`` layers.
"""

from typing import ClassVar

from benchmark import MethodInfo

from .architecture import MULTI_SCALE, PUBLISHED, PUBLISHED_B16, TINY, Architecture
from .method import SDMPNetMethod

_CITATION = "SDMP-Net, https://github.com/hhf-99/hhf; extends AHIQ (Lao et al., CVPR Workshops 2022, arXiv:2204.10485)"
_SOURCE = "own implementation of the published description"


class SDMPNet(SDMPNetMethod):
    """The published network: ResNet-152 and ViT-B/8."""

    info = MethodInfo(
        name="sdmp-net",
        title="SDMP-Net",
        higher_is_better=True,
        group="learned",
        trained_on="what its checkpoint was trained on",
        citation=_CITATION,
        licence="Apache-2.0",
        source=_SOURCE,
        libraries=("torchvision", "timm"),
        random=True,
    )
    preset: ClassVar[Architecture] = PUBLISHED


class SDMPNetB16(SDMPNetMethod):
    """The published alternative: ResNet-152 and ViT-B/16."""

    info = MethodInfo(
        name="sdmp-net-b16",
        title="SDMP-Net (ViT-B/16)",
        higher_is_better=True,
        group="learned",
        trained_on="what its checkpoint was trained on",
        citation=_CITATION,
        licence="Apache-2.0",
        source=_SOURCE,
        libraries=("torchvision", "timm"),
        random=True,
    )
    preset: ClassVar[Architecture] = PUBLISHED_B16


class SDMPNetMultiScale(SDMPNetMethod):
    """Deformable sampling at four scales, as the published figure draws it and the published code doesn't."""

    info = MethodInfo(
        name="sdmp-net-ms",
        title="SDMP-Net (four scales)",
        higher_is_better=True,
        group="learned",
        trained_on="what its checkpoint was trained on",
        citation=_CITATION,
        licence="Apache-2.0",
        source=_SOURCE,
        libraries=("torchvision", "timm"),
        random=True,
    )
    preset: ClassVar[Architecture] = MULTI_SCALE


class SDMPNetTiny(SDMPNetMethod):
    """A small variant for tests and the demo: ResNet-18, ViT-Ti/16, narrow trained parts."""

    info = MethodInfo(
        name="sdmp-net-tiny",
        title="SDMP-Net (small variant)",
        higher_is_better=True,
        group="learned",
        trained_on="what its checkpoint was trained on",
        citation=_CITATION,
        licence="Apache-2.0",
        source=_SOURCE,
        libraries=("torchvision", "timm"),
        random=True,
    )
    preset: ClassVar[Architecture] = TINY
