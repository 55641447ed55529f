"""Files of kept features: one for each pair, memory-mapped, checked row by row. NumPy; no torch.

A file holds the features of a pair's crops, one row a crop, and after them a checksum of each row. Its folder's name is the
hash of all that decides these numbers, so trainings that agree on that share it: partitions, seeds, heads, methods.
"""

from __future__ import annotations

import hashlib
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.core import atomic
from benchmark.core.errors import UserError

Rows = np.ndarray[tuple[int, int], np.dtype[np.float32]]
DESCRIPTION = "features.json"
_CHECKSUM = np.dtype("<u4")


@dataclass(frozen=True, slots=True)
class FeatureFiles:
    """The features of one frozen part on one set of crops of each pair.

    Attributes:
        folder: where the files are.
        crops: crops of a pair: rows of a file.
        width: numbers of a crop.
    """

    folder: Path
    crops: int
    width: int

    @property
    def bytes_a_pair(self) -> int:
        """Size of a file, without its header of some hundred bytes."""
        return self.crops * (4 * self.width + _CHECKSUM.itemsize)

    def path(self, pair: str) -> Path:
        """The file of a pair, by the hash of both of its images."""
        return self.folder / pair[:2] / f"{pair[2:]}.npy"

    def holds(self, pair: str) -> bool:
        """Whether a pair's file is there and of full length."""
        try:
            return len(self._map(pair)) == self.crops
        except (OSError, ValueError):
            return False

    def write(self, pair: str, rows: Rows) -> None:
        """Write the features of a pair's crops, (crops, width).

        Raises:
            OSError: the disk is full, or the folder can't be written to.
        """
        whole = np.ascontiguousarray(rows, dtype="<f4")
        if whole.shape != (self.crops, self.width):
            raise ValueError(f"features are {whole.shape}, not {(self.crops, self.width)}")
        sums = np.array([zlib.crc32(row.tobytes()) for row in whole], dtype=_CHECKSUM)
        out = io.BytesIO()
        np.save(out, np.concatenate([whole.view("<u4"), sums[:, None]], axis=1))
        atomic.write_bytes(self.path(pair), out.getvalue())

    def read(self, pair: str, crop: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """The features of one crop, (width,).

        Raises:
            UserError: the file is missing, or its content is not what was written.
        """
        try:
            stored = np.array(self._map(pair)[crop])
        except (OSError, ValueError, IndexError):
            stored = np.zeros(0, dtype="<u4")
        row = stored[:-1]
        if len(row) != self.width or zlib.crc32(row.tobytes()) != stored[-1]:
            raise UserError(f"{self.path(pair)}: these kept features are damaged; remove the file, it is made anew")
        return row.view("<f4")

    def describe(self, made_from: Mapping[str, Any]) -> None:
        """Write what the folder's name is the hash of, for people.

        Raises:
            OSError: the folder can't be written to.
        """
        path = self.folder / DESCRIPTION
        if not path.exists():
            atomic.write_text(path, json.dumps(made_from, indent=1, sort_keys=True) + "\n")

    def _map(self, pair: str) -> np.ndarray[Any, Any]:
        """The content of a file without reading it.

        Raises:
            OSError: there is none.
            ValueError: it is cut short, or has another shape.
        """
        try:
            mapped: np.ndarray[Any, Any] = np.load(self.path(pair), mmap_mode="r", allow_pickle=False)
        except EOFError:
            raise ValueError("empty") from None
        if mapped.dtype != _CHECKSUM or mapped.shape != (self.crops, self.width + 1):
            raise ValueError("another shape")
        return mapped


def folder_name(made_from: Mapping[str, Any]) -> str:
    """The name of the folder of features that were made from this."""
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:32]
