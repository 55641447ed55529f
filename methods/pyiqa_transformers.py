"""pyiqa's networks with attention that predict the quality of one image; the adapter is ``_pyiqa_no_reference.py``.

TOPIQ has a file of its own, ``pyiqa_topiq.py``; what rests on CLIP is in ``pyiqa_clip.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._pyiqa import pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged

if TYPE_CHECKING:
    import torch

KONIQ = "KonIQ-10k"
FLIVE = "PaQ-2-PiQ (FLIVE)"

MUSIQ = judged(
    "@inproceedings{ke2021musiq, author={Ke, Junjie and Wang, Qifei and Wang, Yilin and Milanfar, Peyman and Yang, Feng}, "
    "title={{MUSIQ}: multi-scale image quality transformer}, booktitle={ICCV}, pages={5148--5157}, year={2021}}"
)
MANIQA = judged(
    "@inproceedings{yang2022maniqa, author={Yang, Sidi and Wu, Tianhe and Shi, Shuwei and Lao, Shanshan and Gong, Yuan and "
    "Cao, Mingdeng and Wang, Jiahao and Yang, Yujiu}, title={{MANIQA}: multi-dimension attention network for no-reference "
    "image quality assessment}, booktitle={CVPR Workshops}, pages={1191--1200}, year={2022}}",
    "timm",
    "einops",
)
TRES = judged(
    "@inproceedings{golestaneh2022no, author={Golestaneh, S. Alireza and Dadsetan, Saba and Kitani, Kris M.}, "
    "title={No-reference image quality assessment via transformers, relative ranking, and self-consistency}, "
    "booktitle={WACV}, pages={1220--1230}, year={2022}}",
    "torchvision",
)


class MUSIQKonIQ(PyiqaNoReference):
    """Transformer over patches of 32 pixels at the image's own size and with longer sides of 224 and 384 pixels."""

    info = MethodInfo(
        name="musiq",
        title="MUSIQ",
        higher_is_better=True,
        trained_on=KONIQ,
        weights=(pyiqa_file("musiq_koniq_ckpt-e95806b9.pth"),),
        **MUSIQ,
    )
    metric = "musiq"
    arch = "musiq_arch"
    notes = (("scales", "own size, longer side 224 and 384 px"),)


class MUSIQAVA(MUSIQKonIQ):
    """MUSIQ trained on aesthetic ratings: the mean of a predicted distribution."""

    info = MethodInfo(
        name="musiq-ava",
        title="MUSIQ (AVA)",
        higher_is_better=True,
        score_range=(1.0, 10.0),
        trained_on="AVA (aesthetics)",
        weights=(pyiqa_file("musiq_ava_ckpt-e8d3f067.pth"),),
        **MUSIQ,
    )
    metric = "musiq-ava"


class MUSIQPaQ2PiQ(MUSIQKonIQ):
    """MUSIQ trained on PaQ-2-PiQ."""

    info = MethodInfo(
        name="musiq-paq2piq",
        title="MUSIQ (PaQ-2-PiQ)",
        higher_is_better=True,
        trained_on=FLIVE,
        weights=(pyiqa_file("musiq_paq2piq_ckpt-364c0c84.pth"),),
        **MUSIQ,
    )
    metric = "musiq-paq2piq"


class MUSIQSPAQ(MUSIQKonIQ):
    """MUSIQ trained on SPAQ."""

    info = MethodInfo(
        name="musiq-spaq",
        title="MUSIQ (SPAQ)",
        higher_is_better=True,
        trained_on="SPAQ",
        weights=(pyiqa_file("musiq_spaq_ckpt-358bb6af.pth"),),
        **MUSIQ,
    )
    metric = "musiq-spaq"


class MANIQAKonIQ(PyiqaNoReference):
    """Attention over channels and places of ViT-B/8 features; the mean over 20 crops of 224 pixels on a regular grid."""

    info = MethodInfo(
        name="maniqa",
        title="MANIQA",
        higher_is_better=True,
        score_range=(0.0, None),
        trained_on=KONIQ,
        weights=(pyiqa_file("ckpt_koniq10k.pt"),),
        **MANIQA,
    )
    metric = "maniqa"
    arch = "maniqa_arch"
    notes = (("crops", "20 of 224 px, regular"),)

    def _assess(self, images: torch.Tensor) -> torch.Tensor:
        # A failed image leaves its features behind, and pyiqa would use them for the next one.
        self._net.net.save_output.outputs.clear()
        return super()._assess(images)


class MANIQAPIPAL(MANIQAKonIQ):
    """MANIQA trained on PIPAL."""

    info = MethodInfo(
        name="maniqa-pipal",
        title="MANIQA (PIPAL)",
        higher_is_better=True,
        score_range=(0.0, None),
        trained_on="PIPAL",
        weights=(pyiqa_file("MANIQA_PIPAL-ae6d356b.pth"),),
        **MANIQA,
    )
    metric = "maniqa-pipal"


class MANIQAKADID(MANIQAKonIQ):
    """MANIQA trained on KADID-10k."""

    info = MethodInfo(
        name="maniqa-kadid",
        title="MANIQA (KADID-10k)",
        higher_is_better=True,
        score_range=(0.0, None),
        trained_on="KADID-10k",
        weights=(pyiqa_file("ckpt_kadid10k.pt"),),
        **MANIQA,
    )
    metric = "maniqa-kadid"


class TReS(PyiqaNoReference):
    """ResNet-50 and a transformer, trained to rank; the mean over 50 crops of 224 pixels on a regular grid."""

    info = MethodInfo(
        name="tres",
        title="TReS",
        higher_is_better=True,
        trained_on=KONIQ,
        weights=(pyiqa_file("tres_koniq-f0502926.pth"),),
        **TRES,
    )
    metric = "tres"
    arch = "tres_arch"
    notes = (("crops", "50 of 224 px, regular"),)


class TReSFLIVE(TReS):
    """TReS trained on PaQ-2-PiQ."""

    info = MethodInfo(
        name="tres-flive",
        title="TReS (FLIVE)",
        higher_is_better=True,
        trained_on=FLIVE,
        weights=(pyiqa_file("tres_flive-09b0de5b.pth"),),
        **TRES,
    )
    metric = "tres-flive"


class URanker(PyiqaNoReference):
    """Transformer with a colour histogram, trained to rank enhancements of underwater photographs."""

    info = MethodInfo(
        name="uranker",
        title="URanker",
        higher_is_better=True,
        trained_on="URankerSet (underwater photographs)",
        weights=(pyiqa_file("URanker_ckpt-450eb36d.pth"),),
        **judged(
            "@inproceedings{guo2023underwater, author={Guo, Chunle and Wu, Ruiqi and Jin, Xin and Han, Linghao and "
            "Zhang, Weidong and Chai, Zhi and Li, Chongyi}, title={Underwater {Ranker}: learn which is better and how to "
            "be better}, booktitle={AAAI}, year={2023}}",
            "timm",
            "einops",
        ),
    )
    metric = "uranker"
    arch = "uranker_arch"
    notes = (("border", "black up to multiples of 32 px"),)
