"""The contract of methods that compute a score from two images, or answer from elsewhere (``ScoreSource``).

It imports neither torch nor pandas when it is imported. ``Trainable`` adds the functions of a method that learns.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, runtime_checkable

from benchmark.plugins.contracts.info import MethodInfo, WeightFile

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import torch

Description = TypeVar("Description")


@runtime_checkable
class DescribesReference(Protocol[Description]):
    """A method whose work splits into a part for the reference alone and a part for each enhanced image.

    The engine describes a reference once and compares all its enhanced images with the description. A method that defines
    both functions has this form; it need not name this protocol among its bases, and needs no ``score``.
    """

    def describe(self, reference: torch.Tensor) -> Description:
        """All that ``compare`` needs of one reference, float32 RGB in [0, 1], (1, 3, H, W).

        A method that draws random numbers takes ``*, rng`` here, as ``Method`` explains.
        """
        ...

    def compare(self, enhanced: torch.Tensor, description: Description) -> torch.Tensor:
        """Scores, (N,), of enhanced images of the described reference, (N, 3, H, W)."""
        ...


class Method(ABC):
    """A full-reference quality measure: a subclass with an ``info`` and a ``score`` is complete.

    Options are typed keyword arguments of a cheap ``__init__``; heavy imports and weights belong in ``load``.
    A method whose work splits into a part that needs the reference alone may define ``describe`` and ``compare`` (see
    ``DescribesReference``) instead of or beside ``score``.

    A method that draws random numbers takes them from ``rng``, a keyword argument of ``score`` or ``describe``: a
    ``numpy.random.Generator`` seeded by the run's seed and the SHA-256 of the decoded reference, so that the images of a
    reference share it and a score depends on no name, order or batch. It declares whether its scores depend on the run's
    seed: ``random=True`` or ``random=False`` in its ``info``, or ``depends_on_seed`` where options decide.

    No attribute may have the name of one of the functions below: it would hide the function.
    """

    info: ClassVar[MethodInfo]
    indifferent_options: ClassVar[frozenset[str]] = frozenset()
    """Options that change no score (a title, a time limit): another value computes nothing anew."""

    def load(self, device: str) -> None:  # noqa: B027 - most methods have nothing to load
        """Import heavy modules and read weights; called once in each worker, before the first score.

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
        if not isinstance(self, DescribesReference):
            raise TypeError(f"{type(self).__name__} defines neither `score` nor `describe` and `compare`")
        import torch  # noqa: PLC0415 - only reached where torch tensors already exist

        from benchmark.core.randomness import reference_rng  # noqa: PLC0415

        rows = []
        for i in range(len(enhanced)):
            options = {"rng": reference_rng(0, reference[i].cpu().numpy())} if takes_rng(self.describe) else {}
            rows.append(self.compare(enhanced[i : i + 1], self.describe(reference[i : i + 1], **options)))
        return torch.cat(rows)

    def depends_on_seed(self) -> bool:
        """Whether scores change with the run's seed, which then is part of their key in the store.

        Default: as ``info.random`` declares. Define it where options decide.
        """
        return bool(self.info.random)

    def weights(self) -> Sequence[WeightFile]:
        """The published weight files that these options need (default: ``info.weights``)."""
        return self.info.weights

    def files(self) -> Mapping[str, str]:
        """Local files whose content decides the scores: a mapping from role to path; hashed into the store's key.

        The role ``checkpoint`` is the file that training wrote: the engine reads there what a ``Trainable`` was trained on.
        """
        return {}

    def settings(self) -> Mapping[str, str]:
        """Options that change scores and that readers of a table should know (colour space, downsampling, crops …)."""
        return {}

    def variant(self) -> Mapping[str, str]:
        """Options as they are in force, as text (``true``, ``none``, ``1 2``), where they are not what was given.

        Tables of ablations print what differs between several entries of one method: the given options with their
        defaults, and in their place what stands here, for example what a checkpoint decides.
        """
        return {}

    def gflops(self) -> float | None:
        """Floating-point operations of a pair in units of 1e9 (a multiplication with an addition is two), where known.

        Asked after a pair was scored; for the efficiency table.
        """
        return None

    def unavailable(self) -> str | None:
        """Why this method can't be used on this machine now, and what to do about it; or ``None``.

        Must be cheap and must not import torch. Missing entries of ``weights()`` and ``files()`` need no mention here:
        the engine looks for them itself.
        """
        return None


class ScoreSource(Method):
    """A method that answers from labels or from a file of scores instead of images; computed again in every run.

    Attributes:
        predicts_label: ``True`` where the scores are in the labels' own scale and direction, so that the direction of the
            data set's labels overrides ``info.higher_is_better``.
    """

    predicts_label: ClassVar[bool] = False

    @abstractmethod
    def scores(self, pairs: pd.DataFrame, rows: pd.DataFrame) -> Sequence[float] | np.ndarray[Any, Any]:
        """Give a score for every row of ``rows``.

        Args:
            pairs: the data set's whole table of pairs, all splits (columns: see ``benchmark.data.pairs``).
            rows: the pairs to be scored, a subset of ``pairs`` with the same columns.

        Returns:
            One score per row, NaN where there is none.

        Raises:
            benchmark.core.errors.UserError: the scores can't be had; the message says why and what to do.
        """


@dataclass(frozen=True, slots=True)
class Several:
    """The methods that one entry of a configuration stands for.

    Attributes:
        members: the options of each, by the name that its column and row have.
        note: what readers must know about how they were found; empty for nothing.
    """

    members: Mapping[str, Mapping[str, Any]]
    note: str = ""


@runtime_checkable
class StandsForSeveral(Protocol):
    """A score source one of whose entries may stand for several methods: an entry that has the option ``columns``.

    The engine writes such an entry out before anything else reads the methods, so that each of them can be named wherever
    a method can. Their labels are the names of ``Several.members``, after the entry's ``label`` if it has one.
    """

    @classmethod
    def several(cls, options: Mapping[str, Any]) -> Several:
        """The methods that an entry with these options stands for.

        Args:
            options: the entry's options, checked, with absolute paths.

        Raises:
            benchmark.core.errors.UserError: they can't be found; the message says why and what to do.
        """
        ...


@runtime_checkable
class UsesScores(Protocol):
    """A score source that answers from the other methods' scores of the same pairs, beside labels and names.

    The engine calls ``use`` before ``scores``. A source that defines it has this form; it need not name this protocol among
    its bases.
    """

    def use(self, scores: pd.DataFrame) -> None:
        """Take the other methods' scores.

        Args:
            scores: a row for each pair that ``scores`` will be asked for, in that order; a column for each method that does
                not itself predict labels, by its label, as scored (not oriented), NaN where it has none.
        """
        ...


def takes_rng(function: Callable[..., Any]) -> bool:
    """Whether a method's ``score`` or ``describe`` accepts a generator."""
    try:
        return "rng" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function of C, which has no signature
        return False
