"""The descriptions that plug-ins give of themselves: ``MethodInfo``, ``WeightFile``, ``DatasetInfo``. No other imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["hand-crafted", "learned", "no-reference", "floor", "other"]
LabelKind = Literal["opinions", "simulated"]
NOT_DECLARED = "not declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """A published file of pretrained weights that a method reads.

    Attributes:
        name: the file's name in the cache, for example ``alexnet-owt-7be5be79.pth``.
        url: where the publisher offers it.
        folder: which cache it belongs to: ``checkpoints`` (torchvision's, under torch's hub directory), ``pyiqa`` or
            ``clip`` (pyiqa's, likewise), or ``huggingface`` (the Hugging Face hub's; then ``repository`` and ``revision``
            say which).
        sha256: the file's SHA-256, or its leading hexadecimal digits where the publisher states only those; empty when
            none is published.
        repository: Hugging Face repository, for ``folder="huggingface"``.
        revision: its pinned revision.
    """

    name: str
    url: str
    folder: Literal["checkpoints", "pyiqa", "clip", "huggingface"] = "checkpoints"
    sha256: str = ""
    repository: str = ""
    revision: str = "main"

    @property
    def full_name(self) -> str:
        """The file's name with its repository's: on the Hugging Face hub most have the same name (``model.safetensors``)."""
        return f"{self.repository}/{self.name}" if self.repository else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodInfo:
    """The description of a method. Write it as a literal: the registry reads ``name=`` without importing the file.

    Attributes:
        name: the name that users type; ``-`` and ``_`` are equal in it.
        title: the name that tables print.
        higher_is_better: whether a higher score means better quality (the declared direction; results are oriented by it
            and keep their sign).
        score_range: lowest and highest possible score; ``None`` where unbounded. It is binding: a score beyond it, by more
            than rounding, makes its pair fail.
        group: heading under which tables put it unless the configuration says otherwise; by default ``no-reference`` for
            a ``NoReference`` and ``other`` for any other method.
        trained_on: the data that its parameters were fitted to. By default ``nothing`` in the group ``hand-crafted`` and
            ``not declared`` in any other. For a trained method, tables print what its checkpoint says.
        citation: BibTeX entry, or one line.
        licence: licence of the code and weights that compute it.
        source: the package that computes it, for example ``pyiqa``.
        weights: files of pretrained weights that the default options need.
        libraries: distributions whose version affects scores, beside torch and the image decoders.
        version: raise it when the same inputs give other scores; part of the store's key.
        random: whether scores depend on the run's seed. A method whose ``score`` (or ``describe``) takes ``rng`` must
            declare it, here or by ``depends_on_seed``. Declared ``False``, the generator is the same for every seed.
        flat_images: its answer for images of one colour, if identical ones don't get the best score or different ones do,
            for example ``"0 where either image is of one colour"``. Tables then say how many pairs that concerns.
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
            default = "nothing" if self.group == "hand-crafted" else NOT_DECLARED
            object.__setattr__(self, "trained_on", default)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInfo:
    """The description of a data set. Write it as a literal: the registry reads ``name=`` without importing the file.

    Attributes:
        name: the name that users type; ``-`` and ``_`` are equal in it.
        title: the name that tables print.
        lower_mos_better: ``True`` where a lower label means better quality (DMOS).
        labels: ``opinions`` of people, or ``simulated``, which every table then says.
        label_name: what a label is: ``MOS``, ``DMOS``, ``Elo``, ``JND`` …
        label_range: lowest and highest label; ``None`` where none is published, or it depends on the user's files.
        range_reached: whether these are labels, so that a whole copy reaches both; otherwise they are the ends of a scale.
        pairs: number of labelled pairs as published; ``None`` where it depends on the user's files.
        references: likewise of references.
        opinions: what is published of the opinions behind a label: ``SD``, ``SD, 30 observers`` …; empty for nothing.
        splits: the official splits that the labels cover.
        layout: what a copy must look like, in short.
        variants: the forms in circulation that are recognised.
        source: where to get it.
        citation: BibTeX entry, or one line.
        licence: terms of use.
    """

    name: str
    title: str
    lower_mos_better: bool = False
    labels: LabelKind = "opinions"
    label_name: str = "MOS"
    label_range: tuple[float | None, float | None] = (None, None)
    range_reached: bool = False
    pairs: int | None = None
    references: int | None = None
    opinions: str = ""
    splits: tuple[str, ...] = ()
    layout: str = ""
    variants: str = ""
    source: str = ""
    citation: str = ""
    licence: str = ""
