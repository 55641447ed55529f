"""Folders of parquet files with images, as the Hugging Face hub holds them, for tests."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from huggingface_hub import constants
from PIL import Image
from pyarrow import parquet


def picture(seed: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    out = io.BytesIO()
    image = Image.fromarray(pixels).convert(mode)
    image.save(out, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return out.getvalue()


def cell(data: bytes | None, path: str | None = None) -> dict[str, Any]:
    return {"bytes": data, "path": path}


def write(folder: Path, columns: Mapping[str, Sequence[Any]], split: str = "train") -> Path:
    """A parquet file with images as ``struct{bytes, path}``, without any metadata of the library's."""
    file = folder / "data" / f"{split}-00000-of-00001.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table({name: list(cells) for name, cells in columns.items()}), file)
    return file


def pairs(first: int = 0) -> dict[str, list[Any]]:
    """Two references with two images each, the references repeated in their rows."""
    references = [picture(first), picture(first), picture(first + 1), picture(first + 1)]
    return {
        "reference": [
            cell(data, name) for data, name in zip(references, ("a.png", "other.png", None, None), strict=True)
        ],
        "enhanced": [cell(picture(first + 10 + number), f"{number}.png") for number in range(4)],
        "mos": [1.5, 2.5, 3.5, 4.5],
    }


def empty_caches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty caches; the hub is a closed port of this machine."""
    monkeypatch.setattr(constants, "HF_HOME", str(folder / "home"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder / "home" / "hub"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return folder / "home"
