"""pyiqa's convolutional networks that predict the quality of one image; the adapter is ``_pyiqa_no_reference.py``."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

from benchmark import MethodInfo

from ._backbones import replaced
from ._pyiqa import pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged

if TYPE_CHECKING:
    import torch

KONIQ = "KonIQ-10k"
FLIVE = "PaQ-2-PiQ (FLIVE)"
SIX_SETS = "BID, CLIVE, CSIQ, KADID-10k, KonIQ-10k, LIVE"

NIMA = judged(
    "@article{talebi2018nima, author={Talebi, Hossein and Milanfar, Peyman}, title={{NIMA}: neural image assessment}, "
    "journal={IEEE Transactions on Image Processing}, volume={27}, number={8}, pages={3998--4011}, year={2018}}",
    "timm",
    "torchvision",
)
NIMA_INCEPTION_NOTES = (("resizing", "shorter side to 299 px, centre 299 px"),)


class CNNIQA(PyiqaNoReference):
    """A small network of one convolution."""

    info = MethodInfo(
        name="cnniqa",
        title="CNNIQA",
        higher_is_better=True,
        trained_on=KONIQ,
        weights=(pyiqa_file("CNNIQA_koniq10k-e6f14c91.pth"),),
        **judged(
            "@inproceedings{kang2014convolutional, author={Kang, Le and Ye, Peng and Li, Yi and Doermann, David}, "
            "title={Convolutional neural networks for no-reference image quality assessment}, booktitle={CVPR}, "
            "pages={1733--1740}, year={2014}}"
        ),
    )
    metric = "cnniqa"
    arch = "cnniqa_arch"
    least = 7


class NIMAAVA(PyiqaNoReference):
    """Mean of a predicted distribution of aesthetic ratings, Inception-ResNet-v2."""

    info = MethodInfo(
        name="nima",
        title="NIMA",
        higher_is_better=True,
        score_range=(1.0, 10.0),
        trained_on="AVA (aesthetics)",
        weights=(pyiqa_file("NIMA_InceptionV2_ava-b0c77c00.pth"),),
        **NIMA,
    )
    metric = "nima"
    arch = "nima_arch"
    notes = NIMA_INCEPTION_NOTES


class NIMAKonIQ(PyiqaNoReference):
    """NIMA's network, Inception-ResNet-v2, with one output."""

    info = MethodInfo(
        name="nima-koniq",
        title="NIMA (KonIQ-10k)",
        higher_is_better=True,
        trained_on=KONIQ,
        weights=(pyiqa_file("NIMA_koniq-250367ae.pth"),),
        **NIMA,
    )
    metric = "nima-koniq"
    arch = "nima_arch"
    notes = NIMA_INCEPTION_NOTES


class NIMASPAQ(PyiqaNoReference):
    """NIMA's network, Inception-ResNet-v2, with one output."""

    info = MethodInfo(
        name="nima-spaq",
        title="NIMA (SPAQ)",
        higher_is_better=True,
        trained_on="SPAQ",
        weights=(pyiqa_file("NIMA-spaq-46a7fcb7.pth"),),
        **NIMA,
    )
    metric = "nima-spaq"
    arch = "nima_arch"
    notes = NIMA_INCEPTION_NOTES


class NIMAVGG(PyiqaNoReference):
    """NIMA with VGG-16."""

    info = MethodInfo(
        name="nima-vgg16-ava",
        title="NIMA (VGG)",
        higher_is_better=True,
        score_range=(1.0, 10.0),
        trained_on="AVA (aesthetics)",
        weights=(pyiqa_file("NIMA_VGG16_ava-dc4e8265.pth"),),
        **NIMA,
    )
    metric = "nima-vgg16-ava"
    arch = "nima_arch"
    notes = (("resizing", "shorter side to 224 px, centre 224 px"),)


class PaQ2PiQ(PyiqaNoReference):
    """ResNet-18 with a head that learnt the quality of whole pictures and of patches."""

    info = MethodInfo(
        name="paq2piq",
        title="PaQ-2-PiQ",
        higher_is_better=True,
        trained_on=FLIVE,
        weights=(pyiqa_file("P2P_RoIPoolModel-fit.10.bs.120-ca69882e.pth"),),
        **judged(
            "@inproceedings{ying2020patches, author={Ying, Zhenqiang and Niu, Haoran and Gupta, Praful and Mahajan, Dhruv "
            "and Ghadiyaram, Deepti and Bovik, Alan}, title={From patches to pictures ({PaQ-2-PiQ}): mapping the "
            "perceptual space of picture quality}, booktitle={CVPR}, pages={3575--3585}, year={2020}}",
            "torchvision",
        ),
    )
    metric = "paq2piq"
    arch = "paq2piq_arch"
    least = 32


class DBCNN(PyiqaNoReference):
    """Bilinear pooling of VGG-16 with a network that learnt to name synthetic distortions."""

    info = MethodInfo(
        name="dbcnn",
        title="DBCNN",
        higher_is_better=True,
        trained_on=KONIQ,
        # pyiqa reads the second branch's own file before the whole network's
        weights=(pyiqa_file("DBCNN_scnn-7ea73d75.pth"), pyiqa_file("DBCNN_KonIQ10k-2de81c0a.pth")),
        **judged(
            "@article{zhang2020blind, author={Zhang, Weixia and Ma, Kede and Yan, Jia and Deng, Dexiang and Wang, Zhou}, "
            "title={Blind image quality assessment using a deep bilinear convolutional neural network}, journal={IEEE "
            "Transactions on Circuits and Systems for Video Technology}, volume={30}, number={1}, pages={36--47}, "
            "year={2020}}",
            "torchvision",
        ),
    )
    metric = "dbcnn"
    arch = "dbcnn_arch"
    least = 16


class HyperIQA(PyiqaNoReference):
    """A network whose last layers are made for each image; the mean over 25 crops of 224 pixels on a regular grid."""

    info = MethodInfo(
        name="hyperiqa",
        title="HyperIQA",
        higher_is_better=True,
        trained_on=KONIQ,
        weights=(pyiqa_file("HyperIQA-resnet50-koniq10k-c96c41b1.pth"),),
        **judged(
            "@inproceedings{su2020blindly, author={Su, Shaolin and Yan, Qingsen and Zhu, Yu and Zhang, Cheng and Ge, Xin "
            "and Sun, Jinqiu and Zhang, Yanning}, title={Blindly assess image quality in the wild guided by a "
            "self-adaptive hyper network}, booktitle={CVPR}, pages={3667--3676}, year={2020}}",
            "timm",
        ),
    )
    metric = "hyperiqa"
    arch = "hypernet_arch"
    notes = (("crops", "25 of 224 px, regular"),)


class MetaIQA(PyiqaNoReference):
    """ResNet-18 that learnt from many kinds of distortion and was fitted to photographs."""

    info = MethodInfo(
        name="metaiqa",
        title="MetaIQA",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="TID2013, KADID-10k, then CLIVE",
        weights=(pyiqa_file("Metaiqa_livec.pth"),),
        **judged(
            "@inproceedings{zhu2020metaiqa, author={Zhu, Hancheng and Li, Leida and Wu, Jinjian and Dong, Weisheng and "
            "Shi, Guangming}, title={{MetaIQA}: deep meta-learning for no-reference image quality assessment}, "
            "booktitle={CVPR}, pages={14143--14152}, year={2020}}",
            "torchvision",
        ),
    )
    metric = "metaiqa"
    arch = "metaiqa_arch"
    lenient = True
    notes = (("resizing", "to 224 × 224 px"),)

    def _create(self, device: str) -> torch.nn.Module:
        # pyiqa takes a file that is no finished network where the running program is called train.py
        with replaced(importlib.import_module(f"pyiqa.archs.{self.arch}"), sys=SimpleNamespace(argv=[""])):
            return super()._create(device)


class WaDIQaMNR(PyiqaNoReference):
    """Weighted average of the quality of patches of 32 pixels that don't overlap."""

    info = MethodInfo(
        name="wadiqam_nr",
        title="WaDIQaM-NR",
        higher_is_better=True,
        trained_on=KONIQ,
        weights=(pyiqa_file("WaDIQaM-NR-koniq-aaffea29.pth"),),
        **judged(
            '@article{bosse2018deep, author={Bosse, Sebastian and Maniry, Dominique and M{\\"u}ller, Klaus-Robert and '
            "Wiegand, Thomas and Samek, Wojciech}, title={Deep neural networks for no-reference and full-reference image "
            "quality assessment}, journal={IEEE Transactions on Image Processing}, volume={27}, number={1}, "
            "pages={206--219}, year={2018}}"
        ),
    )
    metric = "wadiqam_nr"
    arch = "wadiqam_arch"
    least = 33
    notes = (("patches", "32 px, side by side, the last row and column left out"),)


class UNIQUE(PyiqaNoReference):
    """ResNet-34 that learnt from pairs of several data sets at once."""

    info = MethodInfo(
        name="unique",
        title="UNIQUE",
        higher_is_better=True,
        trained_on=SIX_SETS,
        weights=(pyiqa_file("UNIQUE.pt"),),
        **judged(
            "@article{zhang2021uncertainty, author={Zhang, Weixia and Ma, Kede and Zhai, Guangtao and Yang, Xiaokang}, "
            "title={Uncertainty-aware blind image quality assessment in the laboratory and wild}, journal={IEEE "
            "Transactions on Image Processing}, volume={30}, pages={3474--3486}, year={2021}}",
            "torchvision",
        ),
    )
    metric = "unique"
    arch = "unique_arch"
