"""What TID2008 and TID2013 share: the layout, and lists whose names differ from those of files in case.

``mos_with_names.txt`` has lines of ``score name``; ``mos_std.txt`` has a number a line in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from benchmark import DataError, Problem
from benchmark.data.labels import is_heading, parse_number, read_text, refuse_name, short, split_lines
from benchmark.data.name_matching import is_image, stem

from ._advice import AGAIN
from ._folders import Folder, folders, one_by_case
from ._label_files import named, spread
from ._published import PublishedDataset, Reading

LIST = "mos_with_names.txt"
NAMELESS = "mos.txt"
SPREAD = "mos_std.txt"
DISTORTIONS = (
    "Additive Gaussian noise",
    "Additive noise in color components",
    "Spatially correlated noise",
    "Masked noise",
    "High frequency noise",
    "Impulse noise",
    "Quantization noise",
    "Gaussian blur",
    "Image denoising",
    "JPEG compression",
    "JPEG2000 compression",
    "JPEG transmission errors",
    "JPEG2000 transmission errors",
    "Non eccentricity pattern noise",
    "Local block-wise distortions",
    "Mean shift",
    "Contrast change",
    "Change of color saturation",
    "Multiplicative Gaussian noise",
    "Comfort noise",
    "Lossy compression of noisy images",
    "Image color quantization with dither",
    "Chromatic aberrations",
    "Sparse sampling and reconstruction",
)


class TidSet(PublishedDataset):
    """A Tampere Image Database."""

    distortions: ClassVar[Sequence[str]]
    levels: ClassVar[int]
    marks = ((LIST, "reference_images", "distorted_images"),)

    @classmethod
    def found_at(cls, folder: Path) -> bool:
        """Whether the folder is laid out like both sets, and its list ends at the level of distortions that this one has."""
        if not super().found_at(folder):
            return False
        try:
            lines = split_lines(read_text(folder / LIST))
        except DataError:
            return False
        last = max((stem(line.strip())[-1:] for line in lines if line.strip()), default="")
        return (last == "4") == (cls.levels == 4)

    def read(self) -> Reading:
        """The pairs of the list; names are matched without regard to case."""
        references, distorted = folders(self._root, "reference_images", "distorted_images")
        if not (self._root / LIST).exists() and (self._root / NAMELESS).is_file():
            message = f"no such file; {NAMELESS} holds the same labels without names, which can't be read: {AGAIN}"
            raise DataError(Problem("error", message, str(self._root / LIST)))
        originals = {stem(key): name for key, name in one_by_case(references.images()).items()}
        files = one_by_case(distorted.images())
        reading = Reading(notes=["Names of files are matched without regard to case."], label_files=[self._root / LIST])
        lines = [
            (number, line)
            for number, line in enumerate(split_lines(read_text(self._root / LIST)), 1)
            if line and not line.isspace()
        ]
        spreads = self._spreads(len(lines), reading)
        seen: dict[str, int] = {}
        for (number, line), sd in zip(lines, spreads, strict=True):
            where = f"{self._root / LIST}:{number}"
            try:
                score, key = _parse(line)
                if key in seen:
                    raise ValueError(f"{short(key)} already stands in line {seen[key]}")
                enhanced = _look_up(key, files, distorted)
                reference = _look_up(key.partition("_")[0], originals, references)
                condition = named(key.split("_")[1], self.distortions)
            except ValueError as error:
                reading.problems.append(Problem("error", str(error), where))
                continue
            seen[key] = number
            reading.rows.append(
                {
                    "reference": reference,
                    "enhanced": enhanced,
                    "condition": condition,
                    "mos": score,
                    "mos_sd": sd,
                    "reference_path": references.path_of(reference),
                    "enhanced_path": distorted.path_of(enhanced),
                    "source": where,
                }
            )
        return reading

    def _spreads(self, count: int, reading: Reading) -> list[float]:
        """The numbers of ``mos_std.txt``; none are known where it is missing, or wrong."""
        file = self._root / SPREAD
        unknown = [math.nan] * count
        if not file.is_file():
            reading.notes.append(f"There is no {SPREAD}: the spread of opinions is not known.")
            return unknown
        cells = [line for line in split_lines(read_text(file)) if line and not line.isspace()]
        if len(cells) != count:
            message = f"has {len(cells):,} numbers, {LIST} has {count:,} lines; they must be in the same order"
            reading.problems.append(Problem("error", f"{message}: unpack both again", str(file)))
            return unknown
        values = []
        for number, cell in enumerate(cells, 1):
            try:
                values.append(spread(parse_number(cell)))
            except ValueError as error:
                reading.problems.append(Problem("error", f"the standard deviation {error}", f"{file}:{number}"))
                values.append(math.nan)
        reading.label_files.append(file)
        reading.notes.append(
            f"`mos_sd` is what {SPREAD} holds: by its size rather the error of the mean than the spread of single "
            "opinions. No number of observers is published for each image, so no analysis uses it as a spread."
        )
        return values


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
        if is_heading(line):
            raise ValueError(f"{short(line)} is a heading, which this list must not have: remove the line") from None
        order = ", separated by a blank" if not name else ", in this order" if is_image(score) else ""
        raise ValueError(f"the label {error}; a line must read `score name`{order}") from None
    if name.count("_") < 2 or refuse_name(name):
        raise ValueError(refuse_name(name) or f"{short(name)} is no name such as `I01_01_1.bmp`")
    return value, name.casefold()


def _look_up(key: str, files: Mapping[str, str], folder: Folder) -> str:
    if key not in files:
        raise ValueError(f"no image {short(key)} in {folder.path}{folder.hint(key)}")
    return files[key]
