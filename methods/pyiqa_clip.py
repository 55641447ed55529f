"""pyiqa's measures of one image that rest on CLIP; the adapter is ``_pyiqa_no_reference.py``.

QualiCLIP has a file of its own, ``pyiqa_qualiclip.py``. A-FINE's naturalness and FGResQ have their full-reference forms in
``pyiqa_regressors.py``.
"""

from __future__ import annotations

import importlib
import tempfile
from typing import TYPE_CHECKING, Any

from benchmark import MethodInfo, UserError
from benchmark.core import provenance

from ._backbones import replaced
from ._pyiqa import CLIP_B32, CLIP_L14, CLIP_RN50, cached, fitting, pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged
from .pyiqa_regressors import AFINE_CITATION, AFINE_DATA, AFINE_WEIGHTS, FGRESQ_CITATION, FGRESQ_WEIGHTS

if TYPE_CHECKING:
    import torch

UNTRAINED = "nothing (backbone: CLIP)"
KONIQ = "KonIQ-10k (backbone: CLIP)"
CLIPIQA_FAMILY = judged(
    "@inproceedings{wang2023exploring, author={Wang, Jianyi and Chan, Kelvin C. K. and Loy, Chen Change}, title={Exploring "
    "{CLIP} for assessing the look and feel of images}, booktitle={AAAI}, year={2023}}",
    "openai-clip",
)
LIQE_FAMILY = judged(
    "@inproceedings{zhang2023blind, author={Zhang, Weixia and Zhai, Guangtao and Wei, Ying and Yang, Xiaokang and "
    "Ma, Kede}, title={Blind image quality assessment via vision-language correspondence: a multitask learning "
    "perspective}, booktitle={CVPR}, pages={14071--14081}, year={2023}}",
    "openai-clip",
)


class CLIPIQA(PyiqaNoReference):
    """How much nearer to ``Good image`` than to ``bad image`` CLIP finds it; the mean over five such pairs of words."""

    info = MethodInfo(
        name="clipiqa",
        title="CLIP-IQA",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on=UNTRAINED,
        weights=(CLIP_RN50,),
        **CLIPIQA_FAMILY,
    )
    metric = "clipiqa"
    arch = "clipiqa_arch"
    least = 32


class CLIPIQAPlus(CLIPIQA):
    """CLIP-IQA with learnt words."""

    info = MethodInfo(
        name="clipiqa-plus",
        title="CLIP-IQA+",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on=KONIQ,
        weights=(CLIP_RN50, pyiqa_file("CLIP-IQA+_learned_prompts-603f3273.pth")),
        **CLIPIQA_FAMILY,
    )
    metric = "clipiqa+"


class CLIPIQAPlusL14(CLIPIQA):
    """CLIP-IQA with learnt words and ViT-L/14."""

    info = MethodInfo(
        name="clipiqa-plus_vitL14_512",
        title="CLIP-IQA+ (ViT-L/14)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on=KONIQ,
        weights=(CLIP_L14, pyiqa_file("CLIPIQA+_ViTL14_512-e66488f2.pth")),
        **CLIPIQA_FAMILY,
    )
    metric = "clipiqa+_vitL14_512"


class CLIPIQAPlusRN50(CLIPIQA):
    """CLIP-IQA with learnt words and ResNet-50 that knows places."""

    info = MethodInfo(
        name="clipiqa-plus_rn50_512",
        title="CLIP-IQA+ (RN50, 512)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on=KONIQ,
        weights=(CLIP_RN50, pyiqa_file("CLIPIQA+_RN50_512-89f5d940.pth")),
        **CLIPIQA_FAMILY,
    )
    metric = "clipiqa+_rn50_512"


class LIQE(PyiqaNoReference):
    """CLIP, ViT-B/32, finds one of five words for the quality of patches; the mean over at most 15 of 224 pixels."""

    info = MethodInfo(
        name="liqe",
        title="LIQE",
        higher_is_better=True,
        score_range=(1.0, 5.0),
        trained_on=KONIQ,
        weights=(CLIP_B32, pyiqa_file("liqe_koniq.pt")),
        **LIQE_FAMILY,
    )
    metric = "liqe"
    arch = "liqe_arch"
    least = 224
    notes = (("patches", "at most 15 of 224 px, stride 32, evenly chosen"),)

    def _create(self, device: str) -> torch.nn.Module:
        # pyiqa would keep the features of its words in a file, and use them with other weights too
        with tempfile.TemporaryDirectory() as folder:
            module = importlib.import_module(f"pyiqa.archs.{self.arch}")
            with replaced(module, DEFAULT_CACHE_DIR=folder):
                return super()._create(device)


class LIQEMix(LIQE):
    """LIQE that also finds words for scene and distortion, trained on six data sets."""

    info = MethodInfo(
        name="liqe_mix",
        title="LIQE (mix)",
        higher_is_better=True,
        score_range=(1.0, 5.0),
        trained_on="BID, CLIVE, CSIQ, KADID-10k, KonIQ-10k, LIVE (backbone: CLIP)",
        weights=(CLIP_B32, pyiqa_file("liqe_mix.pt")),
        **LIQE_FAMILY,
    )
    metric = "liqe_mix"


class LAIONAesthetics(PyiqaNoReference):
    """Aesthetics from CLIP's ViT-L/14 features."""

    info = MethodInfo(
        name="laion_aes",
        title="LAION aesthetics",
        higher_is_better=True,
        trained_on="SAC, Logos, AVA (aesthetics; backbone: CLIP)",
        weights=(CLIP_L14, pyiqa_file("sac+logos+ava1-l14-linearMSE.pth")),
        **judged(
            "@misc{schuhmann2022improved, author={Schuhmann, Christoph}, title={Improved aesthetic predictor}, "
            "howpublished={https://github.com/christophschuhmann/improved-aesthetic-predictor}, year={2022}}",
            "openai-clip",
            "torchvision",
        ),
    )
    metric = "laion_aes"
    arch = "laion_aes_arch"
    notes = (("resizing", "shorter side to 224 px, centre 224 px"),)


class CLIPScore(PyiqaNoReference):
    """How well a caption describes the image: no measure of quality by itself.

    Args:
        caption: what the image shows, in English; pyiqa puts ``A photo depicts`` before it.
    """

    info = MethodInfo(
        name="clipscore",
        title="CLIPScore",
        higher_is_better=True,
        score_range=(0.0, 2.5),
        trained_on=UNTRAINED,
        weights=(CLIP_B32,),
        **judged(
            "@inproceedings{hessel2021clipscore, author={Hessel, Jack and Holtzman, Ari and Forbes, Maxwell and "
            "Le Bras, Ronan and Choi, Yejin}, title={{CLIPScore}: a reference-free evaluation metric for image captioning}, "
            "booktitle={EMNLP}, year={2021}}",
            "openai-clip",
            "torchvision",
        ),
    )
    metric = "clipscore"
    arch = "clipscore_arch"

    def __init__(self, *, caption: str) -> None:
        super().__init__()
        self.caption = caption

    def settings(self) -> dict[str, str]:
        return {"caption": f"A photo depicts {self.caption}", "resizing": "shorter side to 224 px, centre 224 px"}

    def _assess(self, images: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self._net(images, caption_list=[self.caption] * len(images))
        return output


class MACLIP(PyiqaNoReference):
    """CLIP-IQA's nearness fused with the length of CLIP's features. pyiqa computes it on CUDA devices only."""

    info = MethodInfo(
        name="maclip",
        title="MA-CLIP",
        higher_is_better=True,
        trained_on=UNTRAINED,
        weights=(CLIP_RN50,),
        **judged(
            "@article{liao2025beyond, author={Liao, Zhicheng and Wu, Dongxu and Shi, Zhenshan and Mai, Sijie and "
            "Zhu, Hanwei and Zhu, Lingyu and Jiang, Yuncheng and Chen, Baoliang}, title={Beyond cosine similarity: "
            "magnitude-aware {CLIP} for no-reference image quality assessment}, journal={arXiv preprint arXiv:2511.09948}, "
            "year={2025}}",
            "openai-clip",
            "torchvision",
        ),
    )
    metric = "maclip"
    arch = "maclip_arch"
    least = 224
    one_by_one = True
    notes = (("patches", "224 px, stride 128, and the whole image at 224 × 224 px"),)

    def unavailable(self) -> str | None:
        return None if provenance.cuda_at_hand() else "pyiqa computes it on CUDA devices only, and none answers here"

    def load(self, device: str) -> None:
        """Build the metric; see ``PyiqaMetric.load``.

        Raises:
            UserError: also if the device is no CUDA device.
        """
        if not device.startswith("cuda"):
            raise UserError(f"{self.info.name}: pyiqa computes it on CUDA devices only: set `device: cuda`")
        super().load(device)


class AFINENaturalness(PyiqaNoReference):
    """A-FINE's naturalness term alone. Sides must be multiples of 32 pixels."""

    info = MethodInfo(
        name="afine_nr",
        title="A-FINE (naturalness)",
        higher_is_better=False,
        score_range=(-2.0, 2.0),
        trained_on=AFINE_DATA,
        weights=AFINE_WEIGHTS,
        **judged(AFINE_CITATION, "torchvision"),
    )
    metric = "afine_nr"
    arch = "afine_arch"
    one_by_one = True

    def options(self) -> dict[str, Any]:
        return {"clip_backbone": str(cached(CLIP_B32))}

    def quality(self, images: torch.Tensor) -> torch.Tensor:
        """Scores, (N,); see ``NoReference.quality``.

        Raises:
            ValueError: a side is not a multiple of 32.
        """
        height, width = images.shape[2:]
        if height % 32 or width % 32:
            raise ValueError(f"A-FINE needs sides that are multiples of 32, not {width} × {height}: use `resize`")
        return super().quality(images)


class FGResQNR(PyiqaNoReference):
    """FGResQ of one image: quality of restored images, aware of their degradation."""

    info = MethodInfo(
        name="fgresq",
        title="FGResQ (one image)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        trained_on="FGRestore (backbone: CLIP)",
        weights=FGRESQ_WEIGHTS,
        **judged(FGRESQ_CITATION, "transformers", "torchvision"),
    )
    metric = "fgresq"
    arch = "fgresq_arch"
    lenient = True
    notes = (("resizing", "to 256 × 256 px, centre 224 px"),)

    def load(self, device: str) -> None:
        """Build the metric; see ``PyiqaMetric.load``.

        Raises:
            UserError: also if the installed transformers lacks internals that pyiqa uses.
        """
        with fitting(self.info.name):
            super().load(device)
