"""Builds pyiqa's networks without fetching backbones that are not wanted. Imports no torch.

A helper, not a plug-in. ``finetune`` begins from random values; ``_pyiqa_no_reference.py`` loads files that hold the whole
network. Several of pyiqa's classes fetch ImageNet's weights all the same: while a network is built, what they would call is
replaced.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def replaced(module: ModuleType, **values: object) -> Iterator[None]:
    """Give a module other values for some of its names; those that it doesn't have are left out."""
    before = {name: getattr(module, name) for name in values if hasattr(module, name)}
    try:
        for name in before:
            setattr(module, name, values[name])
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


def without_backbones(module: ModuleType) -> contextlib.AbstractContextManager[None]:
    """Make one of pyiqa's modules build the backbones of torchvision and timm with random values, no file read.

    Args:
        module: the module of ``pyiqa.archs`` that defines the network.
    """
    stand_ins: dict[str, Callable[[Any], object]] = {
        "models": lambda library: _Untrained(library, weights=None),
        "torchvision": _Library,
        "tv": _Library,
        "timm": lambda library: _Untrained(library, pretrained=False),
        "create_swin": lambda make: _untrained(make, pretrained=False),
    }
    present = {name: stand_in for name, stand_in in stand_ins.items() if hasattr(module, name)}
    return replaced(module, **{name: stand_in(getattr(module, name)) for name, stand_in in present.items()})


def _untrained(make: Callable[..., Any], **instead: object) -> Callable[..., Any]:
    def build(*given: Any, **options: Any) -> Any:
        asked = {key: value for key, value in options.items() if key not in ("weights", "pretrained")}
        return make(*given, **asked, **instead)

    return build


class _Untrained:
    """Stands for ``torchvision.models`` or ``timm``: what a network asks for is built with random values."""

    def __init__(self, library: ModuleType, **instead: object) -> None:
        self._library, self._instead = library, instead

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._library, name)
        return found if isinstance(found, type) else _untrained(found, **self._instead)


class _Library:
    """Stands for ``torchvision``: its ``models`` are untrained."""

    def __init__(self, library: ModuleType) -> None:
        self._library = library
        self.models = _Untrained(library.models, weights=None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)
