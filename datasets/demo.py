"""The demo: fundus photographs degraded, enhanced by six classical algorithms, judged by simulated observers.

``benchmark.simulation`` writes it on first use; ``docs/simulated_labels.md`` explains the labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from benchmark import Dataset, DatasetInfo, Problem

from ._card import read_card
from ._layouts import has_split
from .efid import Efid

if TYPE_CHECKING:
    import pandas as pd


class Demo(Dataset):
    """An EFID-shaped set with simulated labels, written where it is missing.

    Args:
        root: where it lies or is to be written.
        references: number of degraded photographs; half of them train, half test.
        size: width and height of each image, px.
        photos: a folder of real photographs to start from, instead of views of the one that scikit-image ships.
        seed: same seed, same bytes.
        reference_pattern: as for ``efid``.
        condition_pattern: as for ``efid``.
        reference: what images are compared with: the ``degraded`` photograph, as in EFID, or the ``clean`` one that it was
            made from, which no real data set of enhanced photographs has.
    """

    info = DatasetInfo(
        name="demo",
        title="Demo (simulated labels)",
        labels="simulated",
        opinions="SD, observers",
        splits=("train", "test"),
        layout="as EFID; written where it is missing",
        source="written by `efid-bench demo-data`",
        citation="Photograph: scikit-image's data set `retina` (CC0). Degradations after Shen et al. 2021.",
        licence="CC0 (photograph)",
    )

    def __init__(
        self,
        *,
        root: Path,
        references: int = 24,
        size: int = 256,
        photos: Path | None = None,
        seed: int = 0,
        reference_pattern: str | None = None,
        condition_pattern: str | None = None,
        reference: Literal["degraded", "clean"] = "degraded",
    ) -> None:
        self._root = root
        self._clean = reference == "clean"
        self._references = references
        self._size = size
        self._photos = photos
        self._seed = seed
        self._loader = Efid(root=root, reference_pattern=reference_pattern, condition_pattern=condition_pattern)

    @classmethod
    def found_at(cls, folder: Path) -> bool:
        """Whether a set in EFID's form lies in this folder that says that its labels are simulated."""
        return has_split(folder) and read_card([folder]).labels == "simulated"

    @property
    def label_files(self) -> Sequence[Path]:
        """The label list of each split."""
        return self._loader.label_files

    def pairs(self) -> pd.DataFrame:
        """The table of pairs, after writing the set if it is missing.

        Raises:
            benchmark.core.errors.UserError: something else is at ``root``, or ``photos`` can't be used.
        """
        self._write()
        return self._seen(self._loader.pairs())

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``."""
        self._write()
        table, problems = self._loader.examine()
        return self._seen(table), problems

    def _seen(self, table: pd.DataFrame) -> pd.DataFrame:
        """The pairs with the wanted references; names stay those of the degraded photographs."""
        if not self._clean:
            return table
        paths = [str(self._root / "clean" / Path(str(path)).name) for path in table["reference_path"]]
        return table.assign(reference_path=paths)

    def _write(self) -> None:
        from benchmark.simulation import write_demo  # noqa: PLC0415 - scientific imports, not needed to list data sets

        write_demo(self._root, references=self._references, size=self._size, photos=self._photos, seed=self._seed)

    def notes(self) -> Sequence[str]:
        """The notes of the EFID loader, which say that the labels are simulated, and what the reference is."""
        clean = ("The reference is the clean photograph before it was degraded (option `reference`).",)
        return (*self._loader.notes(), *(clean if self._clean else ()))
