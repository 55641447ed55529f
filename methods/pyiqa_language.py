"""pyiqa's vision-language models that are asked for an image's quality; the adapter is ``_pyiqa_no_reference.py``.

Each is a whole repository of the Hugging Face hub, of gigabytes: ``hf download`` fetches it, ``weights`` doesn't.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import ClassVar

from benchmark import MethodInfo, UserError

from ._backbones import replaced
from ._pyiqa import fitting
from ._pyiqa_no_reference import PyiqaNoReference, judged

QALIGN_CITATION = (
    "@article{wu2023qalign, author={Wu, Haoning and Zhang, Zicheng and Zhang, Weixia and Chen, Chaofeng and Li, Chunyi and "
    "Liao, Liang and Wang, Annan and Zhang, Erli and Sun, Wenxiu and Yan, Qiong and Min, Xiongkuo and Zhai, Guangtao and "
    "Lin, Weisi}, title={{Q-Align}: teaching {LMMs} for visual scoring via discrete text-defined levels}, journal={arXiv "
    "preprint arXiv:2312.17090}, year={2023}}"
)
QALIGN = judged(QALIGN_CITATION, "transformers", "torchvision", "pillow")
QALIGN_BITS = judged(QALIGN_CITATION, "transformers", "torchvision", "pillow", "bitsandbytes", "accelerate")
QREALIGN = judged(
    "@misc{qrealign, author={{Q-Future}}, title={{Q-ReAlign}}, howpublished={https://github.com/Q-Future/Q-ReAlign}}",
    "transformers",
    "torchvision",
    "pillow",
)
QALIGN_DATA = "KonIQ-10k, SPAQ, KADID-10k, AVA, LSVQ"
_MARKS = ("config.json", "data")
"""Files or folders one of which a repository that was downloaded whole has."""


class VisionLanguage(PyiqaNoReference):
    """A model that is asked how good an image is: the mean of its levels, weighted by their probabilities.

    Attributes:
        repositories: on the Hugging Face hub, of models and, after ``datasets/``, of data sets.
        size: of all that is downloaded, in words; from the number of parameters.
        package: one that pyiqa's module imports without requiring it; empty for none.
        transformers: the lowest version of transformers; (0, 0) for any.
    """

    repositories: ClassVar[tuple[str, ...]]
    size: ClassVar[str]
    package: ClassVar[str] = ""
    transformers: ClassVar[tuple[int, int]] = (0, 0)
    one_by_one = True

    def unavailable(self) -> str | None:
        if self.package and importlib.util.find_spec(self.package) is None:
            return f"pyiqa needs the package {self.package} for it: `pip install {self.package}`"
        if _version("transformers") < self.transformers:
            wanted = ".".join(map(str, self.transformers))
            return f"it needs transformers {wanted} or later: `pip install 'transformers>={wanted}'`"
        missing = [repository for repository in self.repositories if _snapshot(repository) is None]
        if missing:
            commands = " and ".join(f"`{_download(repository)}`" for repository in missing)
            return f"its weights, {self.size}, are not on this machine: {commands} gets them; `weights` does not"
        return None

    def files(self) -> Mapping[str, str]:
        """Every file of the repositories, by repository and name."""
        folders = {repository: _snapshot(repository) for repository in self.repositories}
        return {
            f"{repository}/{file.relative_to(folder).as_posix()}": str(file)
            for repository, folder in folders.items()
            if folder is not None
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def load(self, device: str) -> None:
        """Build the model; see ``PyiqaMetric.load``.

        Raises:
            UserError: also if the installed transformers lacks internals that pyiqa uses.
        """
        reason = self.unavailable()
        if reason is not None:
            raise UserError(f"{self.info.name}: {reason}")
        from huggingface_hub import constants  # noqa: PLC0415

        with fitting(self.info.name), replaced(constants, HF_HUB_OFFLINE=True):
            super().load(device)


def _version(distribution: str) -> tuple[int, ...]:
    """The first two numbers of an installed distribution's version."""
    return tuple(int(part) for part in metadata.version(distribution).split(".")[:2])


def _download(repository: str) -> str:
    name = repository.removeprefix("datasets/")
    return f"hf download {name}" + ("" if name == repository else " --repo-type dataset")


def _snapshot(repository: str) -> Path | None:
    """The folder of the main branch's files in the hub's cache; ``None`` where they are not all there."""
    from huggingface_hub import constants  # noqa: PLC0415

    kind = "datasets" if repository.startswith("datasets/") else "models"
    name = repository.removeprefix("datasets/").replace("/", "--")
    folder = Path(constants.HF_HUB_CACHE) / f"{kind}--{name}"
    try:
        commit = (folder / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    whole = folder / "snapshots" / commit
    complete = any((whole / mark).exists() for mark in _MARKS) and not list(folder.glob("blobs/*.incomplete"))
    return whole if complete else None


class QAlign(VisionLanguage):
    """Q-Align (OneAlign), in half precision. The image is padded to a square."""

    info = MethodInfo(
        name="qalign",
        title="Q-Align",
        higher_is_better=True,
        trained_on=QALIGN_DATA,
        **QALIGN,
    )
    metric = "qalign"
    arch = "qalign_arch"
    repositories = ("q-future/one-align",)
    package = "icecream"
    size = "about 16 GB"
    notes = (("precision", "float16"), ("resizing", "padded to a square, 448 × 448 px"))


class QAlign8Bit(QAlign):
    """Q-Align with weights of 8 bit."""

    info = MethodInfo(
        name="qalign_8bit",
        title="Q-Align (8 bit)",
        higher_is_better=True,
        trained_on=QALIGN_DATA,
        **QALIGN_BITS,
    )
    metric = "qalign_8bit"
    notes = (("precision", "8 bit"), ("resizing", "padded to a square, 448 × 448 px"))


class QAlign4Bit(QAlign):
    """Q-Align with weights of 4 bit."""

    info = MethodInfo(
        name="qalign_4bit",
        title="Q-Align (4 bit)",
        higher_is_better=True,
        trained_on=QALIGN_DATA,
        **QALIGN_BITS,
    )
    metric = "qalign_4bit"
    notes = (("precision", "4 bit"), ("resizing", "padded to a square, 448 × 448 px"))


class QReAlign(VisionLanguage):
    """Q-ReAlign on Qwen3.5's vision-language model: ``mini``, the smallest of three."""

    info = MethodInfo(
        name="qrealign",
        title="Q-ReAlign",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        **QREALIGN,
    )
    metric = "qrealign"
    arch = "qrealign_arch"
    repositories = ("q-future/Q-ReAlign-Mini-0.8B",)
    transformers = (5, 2)
    size = "about 2 GB"


class QReAlignMini(QReAlign):
    """The same as ``qrealign``, by its full name."""

    info = MethodInfo(
        name="qrealign-mini",
        title="Q-ReAlign (mini)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        **QREALIGN,
    )
    metric = "qrealign-mini"


class QReAlignLite(QReAlign):
    """Q-ReAlign of 4 billion parameters."""

    info = MethodInfo(
        name="qrealign-lite",
        title="Q-ReAlign (lite)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        **QREALIGN,
    )
    metric = "qrealign-lite"
    repositories = ("q-future/Q-ReAlign-Lite-4B",)
    size = "about 8 GB"


class QReAlignPro(QReAlign):
    """Q-ReAlign of 9 billion parameters."""

    info = MethodInfo(
        name="qrealign-pro",
        title="Q-ReAlign (pro)",
        higher_is_better=True,
        score_range=(0.0, 1.0),
        **QREALIGN,
    )
    metric = "qrealign-pro"
    repositories = ("q-future/Q-ReAlign-Pro-9B",)
    size = "about 18 GB"


class Compare2Score(VisionLanguage):
    """A model that compares the image with five anchors, whose comparisons make a score."""

    info = MethodInfo(
        name="compare2score",
        title="Compare2Score",
        higher_is_better=True,
        trained_on="BID, CLIVE, CSIQ, KADID-10k, KonIQ-10k, LIVE",
        **judged(
            "@inproceedings{zhu2024adaptive, author={Zhu, Hanwei and Wu, Haoning and Li, Yixuan and Zhang, Zicheng and "
            "Chen, Baoliang and Zhu, Lingyu and Fang, Yuming and Zhai, Guangtao and Lin, Weisi and Wang, Shiqi}, "
            "title={Adaptive image quality assessment via teaching large multimodal model to compare}, booktitle={NeurIPS}, "
            "year={2024}}",
            "transformers",
            "torchvision",
            "pillow",
            "datasets",
        ),
    )
    metric = "compare2score"
    arch = "compare2score_arch"
    repositories = ("q-future/Compare2Score", "VQA-CityU/Compare2Score_1", "datasets/VQA-CityU/Anchor_images")
    size = "about 16 GB"
    notes = (("precision", "float16"),)
