"""What plug-in authors build on: methods, data sets and what they say about themselves.

May import nothing heavy (no torch, no pandas at run time): listing plug-ins must stay instant.
Its neighbour is ``registry.py``, which finds the classes that are written against this module.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import torch

Group = Literal["hand-crafted", "learned", "floor", "other"]
LabelKind = Literal["opinions", "simulated"]
NOT_DECLARED = "not declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """A published file of pretrained weights that a method reads.

    Attributes:
        name: the file's name in the cache, for example ``alexnet-owt-7be5be79.pth``.
        url: where the publisher offers it.
        folder: which cache it belongs to: ``checkpoints`` (torchvision's, under torch's hub directory), ``pyiqa``
            (pyiqa's, likewise) or ``huggingface`` (the Hugging Face hub's; then ``repository`` and ``revision`` say which).
        sha256: the file's SHA-256, or its leading hexadecimal digits where the publisher states only those; empty when
            none is published.
        repository: Hugging Face repository, for ``folder="huggingface"``.
        revision: its pinned revision.
    """

    name: str
    url: str
    folder: Literal["checkpoints", "pyiqa", "huggingface"] = "checkpoints"
    sha256: str = ""
    repository: str = ""
    revision: str = "main"

    @property
    def full_name(self) -> str:
        """The file's name with its repository's: on the Hugging Face hub all are called alike (``model.safetensors``)."""
        return f"{self.repository}/{self.name}" if self.repository else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodInfo:
    """What a method says about itself. Write it as a literal: the registry reads ``name=`` without importing the file.

    Attributes:
        name: what users type; ``-`` and ``_`` are equal in it.
        title: what tables print.
        higher_is_better: whether a higher score means better quality (the declared direction; results are oriented by it
            and keep their sign).
        score_range: lowest and highest possible score; ``None`` where unbounded. A promise: a score beyond it, by more than
            rounding, is no score but the failure of its pair.
        group: heading under which tables put it unless the configuration says otherwise.
        trained_on: the data that its parameters were fitted to. Where a plug-in says nothing, ``nothing`` for one in the
            group ``hand-crafted`` and ``not declared`` for any other. For a trained method tables speak from its checkpoint.
        citation: BibTeX entry, or one line.
        licence: licence of the code and weights that compute it.
        source: what computes it, for example ``pyiqa``.
        weights: files of pretrained weights that the default options need.
        libraries: distributions whose version is part of what produced a score, beside torch and the image decoders.
        version: raise it when the same inputs give other scores; part of the store's key.
        random: whether scores depend on the run's seed. Not declared: where ``score``, or ``describe`` in its place, takes
            ``rng``. Declared ``False``, the generator that it is given is the same for every seed.
        flat_images: what it gives for images of one colour, where identical ones don't get the best score or different ones
            do, for example ``"0 where either image is of one colour"``. Tables then say how many pairs that concerns.
    """

    name: str
    title: str
    higher_is_better: bool
    score_range: tuple[float | None, float | None] = (None, None)
    group: Group = "other"
    trained_on: str = ""
    citation: str = ""
    licence: str = ""
    source: str = ""
    weights: tuple[WeightFile, ...] = ()
    libraries: tuple[str, ...] = ()
    version: str = "1"
    random: bool | None = None
    flat_images: str = ""

    def __post_init__(self) -> None:
        if not self.trained_on:
            told = "nothing" if self.group == "hand-crafted" else NOT_DECLARED
            object.__setattr__(self, "trained_on", told)


class Method:
    """A full-reference quality measure: a subclass with an ``info`` and a ``score`` is complete.

    Options are typed keyword arguments of a cheap ``__init__``; heavy imports and weights belong in ``load``.
    A method whose work splits into a part that needs the reference alone may define, instead of or beside ``score``,

    * ``describe(self, reference) -> description``: one reference, (1, 3, H, W);
    * ``compare(self, enhanced, description) -> scores``: its enhanced images, (N, 3, H, W), giving (N,).

    A method that draws random numbers takes them from ``rng``, a keyword argument of ``score`` or ``describe``: a
    ``numpy.random.Generator`` seeded by the run's seed and the SHA-256 of the decoded reference, so that the images of a
    reference share it and a score depends on no name, order or batch. One that takes it for nothing would be computed
    again for every new seed.

    No attribute may bear the name of one of the functions below: it would hide it.
    """

    info: ClassVar[MethodInfo]

    def load(self, device: str) -> None:
        """Import what is heavy and read weights; called once in each worker, before the first score.

        Args:
            device: ``cpu``, ``cuda`` or ``cuda:N``; tensors given to ``score`` are on it.
        """

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Score enhanced images against their references.

        Args:
            enhanced: float32 RGB in [0, 1], (N, 3, H, W).
            reference: the same shape and range.

        Returns:
            Scores, (N,), in the direction that ``info`` declares.
        """
        describe, compare = getattr(self, "describe", None), getattr(self, "compare", None)
        if describe is None or compare is None:
            raise TypeError(f"{type(self).__name__} defines neither `score` nor `describe` and `compare`")
        import torch  # noqa: PLC0415 - only reached where torch tensors already exist

        from benchmark.core.randomness import reference_rng  # noqa: PLC0415

        rows = []
        for i in range(len(enhanced)):
            options = {"rng": reference_rng(0, reference[i].cpu().numpy())} if takes_rng(describe) else {}
            rows.append(compare(enhanced[i : i + 1], describe(reference[i : i + 1], **options)))
        return torch.cat(rows)

    def depends_on_seed(self) -> bool:
        """Whether scores change with the run's seed, which then is part of what they are keyed by.

        Default: what ``info.random`` declares. Define it where options decide.
        """
        if self.info.random is not None:
            return self.info.random
        return takes_rng(self.describe if splits_work(self) else self.score)  # type: ignore[attr-defined]

    def weights(self) -> Sequence[WeightFile]:
        """The published weight files that these options need (default: ``info.weights``)."""
        return self.info.weights

    def files(self) -> Mapping[str, str]:
        """Local files whose content decides the scores, by role (``checkpoint``: path); hashed into the store's key."""
        return {}

    def settings(self) -> Mapping[str, str]:
        """Options that change numbers and that readers of a table should know (colour space, downsampling, crops …)."""
        return {}

    def gflops(self) -> float | None:
        """Floating-point operations of a pair in units of 1e9 (a multiplication with an addition is two), where known.

        Asked after a pair was scored; for the efficiency table.
        """
        return None

    def unavailable(self) -> str | None:
        """Why this method cannot be used on this machine as it is and what to do about it, or ``None``.

        Must be cheap and must not import torch. Missing entries of ``weights()`` and ``files()`` need no mention here:
        the engine looks for them itself.
        """
        return None


class ScoreSource(Method):
    """A method that answers from labels or from a file of scores instead of images; computed anew in every run.

    Attributes:
        predicts_label: ``True`` where the scores are in the labels' own scale and direction, so that the direction of the
            data set's labels overrides ``info.higher_is_better``.
    """

    predicts_label: ClassVar[bool] = False

    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> Sequence[float] | np.ndarray[Any, Any]:
        """Give a score for every row of ``rows``.

        Args:
            pairs: the data set's whole table of pairs, all splits (columns: see ``benchmark.data.pairs``).
            rows: the pairs to be scored, a subset of ``pairs`` with the same columns.

        Returns:
            One score a row, NaN where there is none.

        Raises:
            benchmark.core.errors.UserError: the scores can't be had; the message says why and what to do.
        """
        raise TypeError(f"{type(self).__name__} does not define `scores`")


class Trainable(Method):
    """A method that learns. ``benchmark.training`` trains it; scoring reads the checkpoint that training wrote.

    Labels arrive scaled to [0, 1], higher is better; the scaling is the engine's and is stored in the checkpoint. A training
    goes on only with the options that it began with. ``files`` names local files that training reads, by role.

    Attributes:
        scoring_options: options that change nothing of what training gives, or that ``identity`` states anyway.
    """

    scoring_options: ClassVar[frozenset[str]] = frozenset({"checkpoint"})

    def untrainable(self) -> str | None:
        """Why it can't be trained as it is configured, and what to do; ``None`` where nothing speaks against it.

        Asked by ``check`` and before a training begins.
        """
        return None

    def build(self, device: str) -> torch.nn.Module:
        """Make the network ready for training: frozen parts hold their pretrained weights and need no gradient.

        Parameters with ``requires_grad`` are what is trained. The engine calls ``train()`` and ``eval()`` on the module;
        frozen parts must stay in eval mode by themselves.

        Raises:
            benchmark.core.errors.WeightsUnavailableError: pretrained weights can't be had; says why and what to do.
        """
        raise TypeError(f"{type(self).__name__} does not define `build`")

    def views(
        self, enhanced: torch.Tensor, reference: torch.Tensor, *, rng: np.random.Generator, training: bool
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The crops of one pair that the network sees.

        Args:
            enhanced: float32 RGB in [0, 1], (3, H, W).
            reference: the same shape and range.
            rng: in training seeded by (seed, epoch, pair), otherwise by (seed, reference).
            training: ``True`` for one augmented crop a step, ``False`` for validation's crops.

        Returns:
            Crops of the enhanced image and of the reference at the same places, (V, 3, h, w) each, in [0, 1].
        """
        raise TypeError(f"{type(self).__name__} does not define `views`")

    def predict(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Differentiable prediction of the scaled label for each crop, (N, 3, h, w) twice to (N,)."""
        raise TypeError(f"{type(self).__name__} does not define `predict`")

    def identity(self) -> Mapping[str, str]:
        """What a checkpoint must agree on with the method that reads it: preset, backbones, scales, crop size …"""
        raise TypeError(f"{type(self).__name__} does not define `identity`")

    def state(self) -> Mapping[str, torch.Tensor]:
        """The tensors that a checkpoint holds: trained weights, and frozen ones that are not published files."""
        raise TypeError(f"{type(self).__name__} does not define `state`")

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take the tensors of a checkpoint into the network that ``build`` made.

        Raises:
            benchmark.core.errors.UserError: keys or shapes differ; the message says which.
        """
        raise TypeError(f"{type(self).__name__} does not define `restore`")


def takes_rng(function: Callable[..., Any]) -> bool:
    """Whether a method's ``score`` or ``describe`` accepts a generator."""
    try:
        return "rng" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function of C, which tells nothing about itself
        return False


def splits_work(method: Method | type[Method]) -> bool:
    """Whether a method describes the reference apart from comparing with it."""
    return callable(getattr(method, "describe", None)) and callable(getattr(method, "compare", None))


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInfo:
    """What a data set says about itself. Write it as a literal: the registry reads ``name=`` without importing the file.

    Attributes:
        name: what users type; ``-`` and ``_`` are equal in it.
        title: what tables print.
        lower_mos_better: ``True`` where a lower label means better quality (DMOS).
        labels: ``opinions`` of people, or ``simulated``; the latter is said in every table.
        source: where to get it.
        citation: BibTeX entry, or one line.
        licence: terms of use.
    """

    name: str
    title: str
    lower_mos_better: bool = False
    labels: LabelKind = "opinions"
    source: str = ""
    citation: str = ""
    licence: str = ""


class Dataset:
    """A set of labelled pairs: a subclass with an ``info`` and ``pairs`` is complete.

    Options are typed keyword arguments of ``__init__``; those annotated ``Path`` are relative to the configuration file.
    """

    info: ClassVar[DatasetInfo]

    def pairs(self) -> pd.DataFrame:
        """The table of pairs of all splits: one row a pair, columns as ``benchmark.data.pairs`` describes; never pixels.

        Raises:
            benchmark.core.errors.DataError: carrying every problem found, so that ``check`` shows all in one pass.
        """
        raise TypeError(f"{type(self).__name__} does not define `pairs`")

    def notes(self) -> Sequence[str]:
        """What readers of a table must know about this copy of the data, a sentence each (layout found …).

        Called after ``pairs``.
        """
        return ()
