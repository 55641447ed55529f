"""Adapter for the metrics of pyiqa (IQA-PyTorch): published weights or none at all, one number per pair.

A helper, not a plug-in: ``psnr.py``, ``lpips.py``, ``pyiqa_*.py`` … subclass ``PyiqaMethod``; measures of one image have
``_pyiqa_no_reference.py`` besides. pyiqa and torch are imported inside ``load`` and ``score`` only.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict
from urllib.parse import quote

from benchmark import Method, UserError, WeightFile

if TYPE_CHECKING:
    import torch


class Origin(TypedDict):
    """The part of ``MethodInfo`` that states what computes a method; it is the same for all that pyiqa computes."""

    licence: str
    source: str
    libraries: tuple[str, ...]


def pyiqa_with(*libraries: str) -> Origin:
    """The origin of a metric for which pyiqa uses further libraries: ``MethodInfo(…, **pyiqa_with("timm"))``."""
    return {
        "licence": "pyiqa: PolyForm Noncommercial 1.0.0",
        "source": "pyiqa",
        "libraries": ("pyiqa", *libraries),
    }


PYIQA = pyiqa_with()
LUMA = "luma of yiq"
LUMA_8_BIT = "luma of yiq, rounded to 8 bit"

_RELEASE = "https://huggingface.co/chaofengc/IQA-PyTorch-Weights/resolve/main/"
_TORCHVISION = "https://download.pytorch.org/models/"
_CLIP = "https://openaipublic.azureedge.net/clip/models/"


def pyiqa_file(name: str) -> WeightFile:
    """A file of pyiqa's own release; the eight digits before its suffix, where it has them, begin its SHA-256.

    In the cache it is called as in its address, where ``+`` is ``%2B``.
    """
    digits = name.rsplit(".", 1)[0].rpartition("-")[2]
    hashed = len(digits) == 8 and all(digit in "0123456789abcdef" for digit in digits)
    name = quote(name)
    return WeightFile(name=name, url=_RELEASE + name, folder="pyiqa", sha256=digits if hashed else "")


def torchvision_file(name: str) -> WeightFile:
    """A backbone of torchvision, trained on ImageNet-1k; the eight digits before its suffix begin its SHA-256."""
    return WeightFile(name=name, url=_TORCHVISION + name, folder="checkpoints", sha256=name[-12:-4])


def clip_file(name: str, sha256: str) -> WeightFile:
    """One of OpenAI's CLIP networks; its SHA-256 is a part of its address."""
    return WeightFile(name=name, url=f"{_CLIP}{sha256}/{name}", folder="clip", sha256=sha256)


def hub_file(repository: str, name: str) -> WeightFile:
    """A file in the main branch of a repository on the Hugging Face hub."""
    url = f"https://huggingface.co/{repository}/resolve/main/{name}"
    return WeightFile(name=name, url=url, folder="huggingface", repository=repository)


CLIP_RN50 = clip_file("RN50.pt", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762")
CLIP_L14 = clip_file("ViT-L-14.pt", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836")
CLIP_B32 = clip_file("ViT-B-32.pt", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af")


class PyiqaMetric(Method):
    """A metric of pyiqa under the options that its class or instance fixes.

    Attributes:
        metric: pyiqa's name of the metric.
        arch: the module of ``pyiqa.archs`` that defines it; imported first, since pyiqa would otherwise import them all.
        notes: names and values that ``settings`` reports: fixed choices of pyiqa that change scores.
        lenient: whether pyiqa ignores parameters that the weight file lacks; then ``load`` checks that all were loaded.
    """

    metric: ClassVar[str]
    arch: ClassVar[str]
    notes: ClassVar[Sequence[tuple[str, str]]] = ()
    lenient: ClassVar[bool] = False

    def __init__(self) -> None:
        self._net: Any = None

    def options(self) -> dict[str, Any]:
        """Keyword arguments for pyiqa's ``create_metric`` that differ from its own defaults."""
        return {}

    def settings(self) -> Mapping[str, str]:
        """The options that change scores, for the tables' notes."""
        return dict(self.notes)

    def load(self, device: str) -> None:
        """Build the metric with its published weights, which must already be in their caches.

        Raises:
            UserError: a weight file is missing or lacks parameters, or the installed pyiqa doesn't know the metric.
        """
        with quiet():
            from pyiqa.default_model_configs import DEFAULT_CONFIGS  # noqa: PLC0415

            if self.metric not in DEFAULT_CONFIGS:
                raise UserError(f"{self.info.name}: the installed pyiqa has no metric {self.metric!r}; update pyiqa")
            require(self.info.name, self.weights())
            self._net = self._create(device)
            if self.lenient:
                refuse_untrained(self.info.name, self._net, self._create("cpu"))

    def _create(self, device: str) -> torch.nn.Module:
        import torch  # noqa: PLC0415
        from pyiqa import create_metric  # noqa: PLC0415

        importlib.import_module(f"pyiqa.archs.{self.arch}")
        metric: torch.nn.Module = create_metric(self.metric, device=torch.device(device), **self.options())
        return metric.eval()


class PyiqaMethod(PyiqaMetric):
    """A full-reference metric of pyiqa."""

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Scores, (N,), of pyiqa's metric; see ``Method.score``."""
        return one_each(self._net(enhanced, reference), len(enhanced))


def one_each(output: torch.Tensor, count: int) -> torch.Tensor:
    """pyiqa's output, (N,), (N, 1) or, for a single pair, (), as (N,).

    Raises:
        ValueError: the output isn't one number per pair.
    """
    if output.numel() != count:
        raise ValueError(f"pyiqa returned shape {tuple(output.shape)} for {count} pairs, not one number a pair")
    return output.reshape(count)


def require(name: str, weights: Sequence[WeightFile]) -> None:
    """Refuse to continue where pyiqa would download a file by itself.

    Raises:
        UserError: a file isn't where torch, pyiqa or the Hugging Face hub look for it.
    """
    missing = [weight.name for weight in weights if not at_hand(weight)]
    if missing:
        raise UserError(
            f"{name}: the pretrained weights {', '.join(missing)} are not on this machine; "
            "`efid-bench weights CONFIG` downloads them"
        )


def refuse_untrained(name: str, net: torch.nn.Module, again: torch.nn.Module) -> None:
    """Refuse parameters that differ after two loads of the same file: they are random and not in the file.

    Raises:
        UserError: there are such parameters.
    """
    import torch  # noqa: PLC0415

    others = dict(again.named_parameters())
    random = [key for key, value in net.named_parameters() if not torch.equal(value.cpu(), others[key])]
    if random:
        raise UserError(
            f"{name}: its weight files give no values for {len(random)} parameters ({random[0]} …), which would stay "
            "untrained; remove the files and download them again"
        )


@contextlib.contextmanager
def fitting(name: str) -> Iterator[None]:
    """Say in words where pyiqa uses internals that the installed transformers lacks.

    Raises:
        UserError: it does.
    """
    try:
        yield
    except AttributeError as error:
        raise UserError(
            f"{name}: the installed pyiqa and transformers don't fit together ({error}); another transformers may"
        ) from None


def at_hand(weight: WeightFile) -> bool:
    """Whether the library that reads a weight file would find it without a download."""
    if weight.folder == "huggingface":
        from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415

        return isinstance(try_to_load_from_cache(weight.repository, weight.name, revision=weight.revision), str)
    return cached(weight).is_file()


def cached(weight: WeightFile) -> Path:
    """The path at which torchvision and pyiqa look for a weight file."""
    import torch  # noqa: PLC0415

    if weight.folder != "pyiqa":
        return Path(torch.hub.get_dir()) / weight.folder / weight.name
    from pyiqa.utils import download_util  # noqa: PLC0415

    return Path(download_util.DEFAULT_CACHE_DIR) / weight.name


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep pyiqa's prints and its libraries' deprecation warnings off the terminal."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
