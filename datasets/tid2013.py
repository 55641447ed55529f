"""TID2013: 25 photographs, 24 distortions at 5 levels, mean opinion scores. Reads the published folder as unpacked.

``mos_with_names.txt`` has lines of ``score name``; its names and those of files differ in case, which is therefore ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import DataError, Dataset, DatasetInfo, Problem
from benchmark.data.labels import parse_number, read_text, refuse_name, short, split_lines
from benchmark.data.name_matching import stem

from ._folders import Folder, one_by_case

if TYPE_CHECKING:
    import pandas as pd

LIST = "mos_with_names.txt"


class Tid2013(Dataset):
    """Tampere Image Database 2013.

    The condition is the number of the distortion, ``01`` to ``24``. ``mos_std.txt`` is not read: the archive doesn't say
    whether it is the spread of opinions or of their mean.

    Args:
        root: the folder with ``mos_with_names.txt``, ``reference_images`` and ``distorted_images``.
    """

    info = DatasetInfo(
        name="tid2013",
        title="TID2013",
        source="https://www.ponomarenko.info/tid2013.htm",
        citation="Ponomarenko et al. 2015, Image database TID2013, Signal Processing: Image Communication 30",
        licence="free for scientific use",
    )

    def __init__(self, *, root: Path) -> None:
        self._root = root

    def notes(self) -> Sequence[str]:
        """The source of the labels."""
        return (f"TID2013, labels from {LIST}; names of files are matched without regard to case.",)

    def pairs(self) -> pd.DataFrame:
        """The table of pairs; see ``benchmark.data.pairs``.

        Raises:
            DataError: a list, a name or a file is missing or wrong; carries every problem.
        """
        table, problems = self.examine()
        if problems:
            raise DataError(problems)
        return table

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: the list or a folder is missing.
        """
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        references, distorted = Folder(self._root / "reference_images"), Folder(self._root / "distorted_images")
        originals = {stem(key): name for key, name in one_by_case(references.images()).items()}
        files = one_by_case(distorted.images())
        rows, problems = [], []
        seen: dict[str, int] = {}
        for number, line in enumerate(split_lines(read_text(self._root / LIST)), 1):
            if not line.strip():
                continue
            where = f"{self._root / LIST}:{number}"
            try:
                score, key = _parse(line)
                if key in seen:
                    raise ValueError(f"{short(key)} already stands in line {seen[key]}")
                enhanced = _look_up(key, files, distorted.path)
                reference = _look_up(key.partition("_")[0], originals, references.path)
            except ValueError as error:
                problems.append(Problem("error", str(error), where))
                continue
            seen[key] = number
            rows.append(
                {
                    "reference": reference,
                    "enhanced": enhanced,
                    "condition": key.split("_")[1],
                    "mos": score,
                    "reference_path": references.path_of(reference),
                    "enhanced_path": distorted.path_of(enhanced),
                    "source": where,
                }
            )
        return pd.DataFrame(rows), problems


def _parse(line: str) -> tuple[float, str]:
    """The score and the lower-case name in one line.

    Raises:
        ValueError: says what is wrong with it.
    """
    score, _, name = line.strip().partition(" ")
    name = name.strip()
    try:
        value = parse_number(score)
    except ValueError as error:
        raise ValueError(f"the label {error}; a line must read `score name`") from None
    if name.count("_") < 2 or refuse_name(name):
        raise ValueError(refuse_name(name) or f"{short(name)} is no name such as `I01_01_1.bmp`")
    return value, name.casefold()


def _look_up(key: str, files: Mapping[str, str], folder: Path) -> str:
    if key not in files:
        raise ValueError(f"no image {short(key)} in {folder}")
    return files[key]
