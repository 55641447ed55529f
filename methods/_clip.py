"""Lets pyiqa use OpenAI's CLIP without a download. A helper, not a plug-in; imports nothing heavy.

CLIP's loaders fetch a file anew whose hash is not the published one, and its package imports ``pkg_resources``, which
setuptools no longer has, only to compare versions.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from benchmark import UserError

from ._backbones import replaced

PACKAGE = "openai-clip"
LOADERS = ("pyiqa.archs.clip_model", "clip.clip")


@contextlib.contextmanager
def reading(files: Mapping[str, Path], who: str) -> Iterator[None]:
    """Make CLIP's loaders read files that are at hand.

    Args:
        files: by the address that CLIP knows.
        who: the method, for messages.

    Raises:
        UserError: pyiqa asks for another file.
    """

    def at_hand(url: str, *_: object) -> str:
        if url not in files:
            raise UserError(
                f"{who}: the installed pyiqa asks for {url.rpartition('/')[2]}, which isn't among its weights"
            )
        return str(files[url])

    _import()
    with contextlib.ExitStack() as stack:
        for name in LOADERS:
            stack.enter_context(replaced(importlib.import_module(name), _download=at_hand))
        yield


def _import() -> None:
    """Import the package, where ``pkg_resources`` is missing with a stand-in for the one name that it takes from there."""
    try:
        importlib.import_module("pkg_resources")
    except ModuleNotFoundError:
        importlib.import_module("packaging.version")
        stand_in = ModuleType("pkg_resources")
        vars(stand_in)["packaging"] = sys.modules["packaging"]
        sys.modules["pkg_resources"] = stand_in
        try:
            importlib.import_module("clip")
        finally:
            del sys.modules["pkg_resources"]
    else:
        importlib.import_module("clip")
