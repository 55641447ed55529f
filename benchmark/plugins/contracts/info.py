"""What plug-ins say about themselves: ``MethodInfo``, ``WeightFile``, ``DatasetInfo``. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
        random: whether scores depend on the run's seed. A method whose ``score`` (or ``describe``) takes ``rng`` must
            declare it, here or by ``depends_on_seed``. Declared ``False``, the generator is the same for every seed.
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
