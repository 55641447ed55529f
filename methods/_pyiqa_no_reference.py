"""Adapter for pyiqa's metrics of one image; ``_pyiqa.py`` has what they share with the full-reference ones.

A helper, not a plug-in: ``pyiqa_statistics.py``, ``pyiqa_convolutional.py`` … subclass ``PyiqaNoReference``. pyiqa and torch
are imported inside ``load`` and ``quality`` only.
"""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, ClassVar, Literal

from benchmark import NoReference

from . import _clip
from ._backbones import without_backbones
from ._pyiqa import Origin, PyiqaMetric, cached, one_each, pyiqa_with

if TYPE_CHECKING:
    import torch


class Judged(Origin):
    """What the members of a family of such metrics share in ``MethodInfo``."""

    group: Literal["no-reference"]
    citation: str


def judged(citation: str, *libraries: str) -> Judged:
    """What a family shares: ``MethodInfo(name=…, …, **judged(CITATION, "timm"))``."""
    return {"group": "no-reference", "citation": citation, **pyiqa_with(*libraries)}


class PyiqaNoReference(PyiqaMetric, NoReference):
    """A metric of pyiqa that looks at one image.

    A weight file of pyiqa's holds the whole network, so ImageNet's backbones, which pyiqa would read first, are not needed:
    the file is loaded strictly over random values.

    Attributes:
        least: the shortest side of an image, in pixels.
        one_by_one: whether pyiqa takes one image at a time.
    """

    least: ClassVar[int] = 1
    one_by_one: ClassVar[bool] = False

    def _create(self, device: str) -> torch.nn.Module:
        with contextlib.ExitStack() as stack:
            if _clip.PACKAGE in self.info.libraries:
                files = {weight.url: cached(weight) for weight in self.weights() if weight.folder == "clip"}
                stack.enter_context(_clip.reading(files, self.info.name))
            stack.enter_context(without_backbones(importlib.import_module(f"pyiqa.archs.{self.arch}")))
            return super()._create(device)

    def quality(self, images: torch.Tensor) -> torch.Tensor:
        """Scores, (N,), of pyiqa's metric; see ``NoReference.quality``.

        Raises:
            ValueError: a side is too short.
        """
        height, width = images.shape[2:]
        if min(height, width) < self.least:
            raise ValueError(
                f"{self.info.title} needs sides of at least {self.least} px, not {width} × {height}: use `resize`"
            )
        if not self.one_by_one:
            return one_each(self._assess(images), len(images))
        import torch  # noqa: PLC0415

        return torch.cat([one_each(self._assess(image[None].clone()), 1) for image in images])

    def _assess(self, images: torch.Tensor) -> torch.Tensor:
        """pyiqa's output for images, (N, 3, H, W)."""
        output: torch.Tensor = self._net(images)
        return output
