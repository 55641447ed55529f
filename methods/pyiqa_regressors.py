"""pyiqa's networks that were trained to predict opinions of quality from both images; the adapter is ``_pyiqa.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from benchmark import MethodInfo

from ._pyiqa import (
    CLIP_B32,
    PYIQA,
    PyiqaMethod,
    cached,
    fitting,
    hub_file,
    one_each,
    pyiqa_file,
    pyiqa_with,
    torchvision_file,
)

if TYPE_CHECKING:
    import torch

TOPIQ_CITATION = (
    "@article{chen2024topiq, author={Chen, Chaofeng and Mo, Jiadi and Hou, Jingwen and Wu, Haoning and Liao, Liang and "
    "Sun, Wenxiu and Yan, Qiong and Lin, Weisi}, title={{TOPIQ}: a top-down approach from semantics to distortions for "
    "image quality assessment}, journal={IEEE Transactions on Image Processing}, volume={33}, pages={2404--2418}, "
    "year={2024}}"
)
AFINE_CITATION = (
    "@inproceedings{chen2025toward, author={Chen, Du and Wu, Tianhe and Ma, Kede and Zhang, Lei}, "
    "title={Toward generalized image quality assessment: relaxing the perfect reference quality assumption}, "
    "booktitle={CVPR}, year={2025}}"
)
AFINE_DATA = "DiffIQA, KADID-10k, PIPAL, TID2013 (backbone: CLIP)"
AFINE_WEIGHTS = (CLIP_B32, pyiqa_file("afine.pth"))
CLIP_B16 = "openai/clip-vit-base-patch16"
FGRESQ_CITATION = (
    "@inproceedings{sheng2026fine, author={Sheng, Xiangfei and Pan, Xiaofeng and Yang, Zhichao and Chen, Pengfei and "
    "Li, Leida}, title={Fine-grained image quality assessment for perceptual image restoration}, booktitle={AAAI}, "
    "volume={40}, number={11}, pages={8914--8922}, year={2026}}"
)
FGRESQ_WEIGHTS = (
    hub_file(CLIP_B16, "config.json"),
    hub_file(CLIP_B16, "pytorch_model.bin"),
    pyiqa_file("FGResQ_Degradation.pth"),
    pyiqa_file("FGResQ.pth"),
)


class TOPIQ(PyiqaMethod):
    """TOPIQ's full-reference network, ResNet-50, trained on KADID-10k."""

    info = MethodInfo(
        name="topiq_fr",
        title="TOPIQ-FR",
        higher_is_better=True,
        group="learned",
        trained_on="KADID-10k (backbone: ImageNet-1k)",
        citation=TOPIQ_CITATION,
        weights=(pyiqa_file("cfanet_fr_kadid_res50-2c4cc61d.pth"),),
        **pyiqa_with("timm"),
    )
    metric = "topiq_fr"
    arch = "topiq_arch"

    def options(self) -> dict[str, Any]:
        # The weight file, which is loaded strictly, also holds the backbone: ImageNet's weights would be overwritten.
        return {"backbone_pretrain": False}


class TOPIQPIPAL(TOPIQ):
    """TOPIQ's full-reference network, ResNet-50, trained on PIPAL."""

    info = MethodInfo(
        name="topiq_fr-pipal",
        title="TOPIQ-FR (PIPAL)",
        higher_is_better=True,
        group="learned",
        trained_on="PIPAL (backbone: ImageNet-1k)",
        citation=TOPIQ_CITATION,
        weights=(pyiqa_file("cfanet_fr_pipal_res50-69bbe5ba.pth"),),
        **pyiqa_with("timm"),
    )
    metric = "topiq_fr-pipal"


class AHIQ(PyiqaMethod):
    """Attention-based hybrid of ViT-B/8 and ResNet-50; the mean over 20 crops of 224 pixels on a regular grid.

    Its own weight file holds no backbones: they are timm's default ones, which other versions of timm may change.
    """

    info = MethodInfo(
        name="ahiq",
        title="AHIQ",
        higher_is_better=True,
        group="learned",
        trained_on="PIPAL (backbones: ImageNet)",
        citation="@inproceedings{lao2022attentions, author={Lao, Shanshan and Gong, Yuan and Shi, Shuwei and "
        "Yang, Sidi and Wu, Tianhe and Wang, Jiahao and Xia, Weihao and Yang, Yujiu}, title={Attentions help {CNNs} see "
        "better: attention-based hybrid image quality assessment network}, booktitle={CVPR Workshops}, "
        "pages={1140--1149}, year={2022}}",
        weights=(
            hub_file("timm/resnet50.a1_in1k", "model.safetensors"),
            hub_file("timm/vit_base_patch8_224.augreg2_in21k_ft_in1k", "model.safetensors"),
            pyiqa_file("AHIQ_vit_p8_epoch33-da3ea303.pth"),
        ),
        **pyiqa_with("timm", "torchvision"),
    )
    metric = "ahiq"
    arch = "ahiq_arch"
    notes = (("crops", "20 of 224 px, regular"), ("backbones", "timm's defaults"))

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Scores, (N,); see ``Method.score``."""
        # A failed pair leaves its features behind, and pyiqa would use them for the next pair.
        self._net.net.save_output.outputs.clear()
        return super().score(enhanced, reference)


class CKDN(PyiqaMethod):
    """Quality of a restored image given its *degraded* original, which is what EFID's references are."""

    info = MethodInfo(
        name="ckdn",
        title="CKDN",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        group="learned",
        trained_on="PIPAL with degraded references (backbone: ImageNet-1k)",
        citation="@inproceedings{zheng2021learning, author={Zheng, Heliang and Yang, Huan and Fu, Jianlong and "
        "Zha, Zheng-Jun and Luo, Jiebo}, title={Learning conditional knowledge distillation for degraded-reference "
        "image quality assessment}, booktitle={ICCV}, pages={10242--10251}, year={2021}}",
        weights=(torchvision_file("resnet50-19c8e357.pth"), pyiqa_file("CKDN_model_best-38b27dc6.pth")),
        **pyiqa_with("torchvision"),
    )
    metric = "ckdn"
    arch = "ckdn_arch"
    notes = (("resizing", "shorter side to 329 px, centre 288 px"),)


class WaDIQaM(PyiqaMethod):
    """Weighted average of the quality of patches of 32 pixels that don't overlap; sides must exceed 32 pixels."""

    info = MethodInfo(
        name="wadiqam_fr",
        title="WaDIQaM-FR",
        higher_is_better=True,
        group="learned",
        trained_on="KADID-10k",
        citation='@article{bosse2018deep, author={Bosse, Sebastian and Maniry, Dominique and M{\\"u}ller, Klaus-Robert '
        "and Wiegand, Thomas and Samek, Wojciech}, title={Deep neural networks for no-reference and full-reference "
        "image quality assessment}, journal={IEEE Transactions on Image Processing}, volume={27}, number={1}, "
        "pages={206--219}, year={2018}}",
        weights=(pyiqa_file("WaDIQaM-kadid-f7541ea5.pth"),),
        **PYIQA,
    )
    metric = "wadiqam_fr"
    arch = "wadiqam_arch"
    notes = (("patches", "32 px, side by side, the last row and column left out"),)


class AFINEFidelity(PyiqaMethod):
    """A-FINE's fidelity term alone: a bounded distance between CLIP features. Sides must be multiples of 32 pixels."""

    info = MethodInfo(
        name="afine_fr",
        title="A-FINE (fidelity)",
        higher_is_better=False,
        score_range=(-2.0, 2.0),
        group="learned",
        trained_on=AFINE_DATA,
        citation=AFINE_CITATION,
        weights=AFINE_WEIGHTS,
        **pyiqa_with("torchvision"),
    )
    metric = "afine_fr"
    arch = "afine_arch"

    def options(self) -> dict[str, Any]:
        return {"clip_backbone": str(cached(CLIP_B32))}

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Scores, (N,); see ``Method.score``.

        Raises:
            ValueError: a side is not a multiple of 32.
        """
        import torch  # noqa: PLC0415

        height, width = enhanced.shape[2:]
        if height % 32 or width % 32:
            raise ValueError(f"A-FINE needs sides that are multiples of 32, not {width} × {height}: use `resize`")
        # Here pyiqa takes one pair at a time, and normalises its inputs in place.
        pairs = zip(enhanced[:, None].clone(), reference[:, None].clone(), strict=True)
        return torch.cat([one_each(self._net(one, other), 1) for one, other in pairs])


class AFINE(AFINEFidelity):
    """A-FINE: fidelity and naturalness, weighed by how natural the reference is; made for imperfect references."""

    info = MethodInfo(
        name="afine_all",
        title="A-FINE",
        higher_is_better=False,
        group="learned",
        trained_on=AFINE_DATA,
        citation=AFINE_CITATION,
        weights=AFINE_WEIGHTS,
        **pyiqa_with("torchvision"),
    )
    metric = "afine_all"


class AFINEScaled(AFINEFidelity):
    """A-FINE mapped to 0 … 100 by a logistic function, in the same order."""

    info = MethodInfo(
        name="afine_all_scale",
        title="A-FINE (scaled)",
        higher_is_better=False,
        score_range=(0.0, 100.0),
        group="learned",
        trained_on=AFINE_DATA,
        citation=AFINE_CITATION,
        weights=AFINE_WEIGHTS,
        **pyiqa_with("torchvision"),
    )
    metric = "afine_all_scale"


class FGResQ(PyiqaMethod):
    """FGResQ of a pair: pyiqa gives the quality of both images and compares them.

    Args:
        output: ``quality``, pyiqa's first number, the quality of the enhanced image, which the reference doesn't
            enter; or ``difference``, the enhanced image's minus the reference's.
    """

    info = MethodInfo(
        name="fgresq_pair",
        title="FGResQ",
        higher_is_better=True,
        score_range=(-1.0, 1.0),
        group="learned",
        trained_on="FGRestore (backbone: CLIP)",
        citation=FGRESQ_CITATION,
        weights=FGRESQ_WEIGHTS,
        **pyiqa_with("transformers", "torchvision"),
    )
    metric = "fgresq_pair"
    arch = "fgresq_arch"
    lenient = True

    def __init__(self, *, output: Literal["quality", "difference"] = "quality") -> None:
        super().__init__()
        self.output = output

    def settings(self) -> Mapping[str, str]:
        meaning = {
            "quality": "quality of the enhanced image alone",
            "difference": "quality of the enhanced image minus that of the reference",
        }
        return {"output": meaning[self.output], "resizing": "to 256 × 256 px, centre 224 px"}

    def load(self, device: str) -> None:
        """Build the metric; see ``PyiqaMethod.load``.

        Raises:
            UserError: also if the installed transformers lacks internals that pyiqa uses.
        """
        with fitting(self.info.name):
            super().load(device)

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Scores, (N,); see ``Method.score``."""
        of_enhanced, of_reference, *_ = self._net(enhanced, reference)
        quality = one_each(of_enhanced, len(enhanced))
        return quality if self.output == "quality" else quality - one_each(of_reference, len(enhanced))
