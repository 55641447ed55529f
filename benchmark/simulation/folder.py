"""Writes folders of simulated data: whole or not at all, with a card that says so, and with the same bytes each time."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError

CARD = "dataset.json"
"""What a folder says of itself; loaders read ``"labels": "simulated"`` in it."""


def whole(directory: Path, card: Mapping[str, Any], write: Callable[[Path], None]) -> None:
    """Make a folder with its card, unless the same one is already there; nothing is left behind where that fails.

    Args:
        directory: the folder.
        card: how it is made; equal cards mean equal content.
        write: fills a folder.

    Raises:
        UserError: something else is there.
    """
    if _is_there(directory, card):
        return
    beside = directory.absolute().with_name(f".{directory.name}.{secrets.token_hex(4)}.partial")
    try:
        write(beside)
        text_file(beside / CARD, json.dumps(card, indent=2) + "\n")
        directory.parent.mkdir(parents=True, exist_ok=True)
        if directory.is_dir():
            directory.rmdir()
        os.replace(beside, directory)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _is_there(directory: Path, card: Mapping[str, Any]) -> bool:
    """Whether exactly this set is there.

    Raises:
        UserError: something else is.
    """
    if not directory.exists() or (directory.is_dir() and not any(directory.iterdir())):
        return False
    try:
        content = json.loads((directory / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UserError(f"{directory}: is not empty and no demo data set; name another folder") from None
    if content != card:
        keys = ", ".join(key for key in card if not isinstance(content, dict) or content.get(key) != card[key])
        raise UserError(f"{directory}: holds a demo data set with another {keys}; remove it or name another folder")
    return True


def as_stored(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """An image rounded to 8 bits: whoever sees it sees only what the file holds."""
    return np.asarray(np.round(np.clip(image, 0, 1) * 255) / 255)


def image_file(path: Path, image: NDArray[np.float64]) -> None:
    """Write an image in the format that the name ends with."""
    stored = np.ascontiguousarray(np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)[..., ::-1])
    parameters = [cv2.IMWRITE_PNG_COMPRESSION, 6] if path.suffix == ".png" else []
    done, data = cv2.imencode(path.suffix.lower(), stored, parameters)
    if not done:
        raise OSError(f"{path}: the image can't be encoded")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.tobytes())


def text_file(path: Path, text: str) -> None:
    r"""Write a text as UTF-8 with ``\n`` line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
