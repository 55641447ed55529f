"""LIVE, release 2: 29 photographs, five distortions, difference mean opinion scores. Reads the folder as unpacked.

File names repeat over the folders of distortions, so the name of an image is ``folder/imgN.bmp``. Labels are MATLAB files
whose 982 values follow the folders in a fixed order; 203 of them are of images that equal their reference.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Literal

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import refuse_name, short

from ._folders import Folder, folders, in_one_line
from ._label_files import as_numbers, as_texts, read_mat, spread
from ._published import SEE_AUTHORS, PublishedDataset, Reading

ORDER = (("jp2k", 227), ("jpeg", 233), ("wn", 174), ("gblur", 174), ("fastfading", 174))
NAMES = "refnames_all.mat"
FILES = {"realigned": "dmos_realigned.mat", "raw": "dmos.mat"}


class Live(PublishedDataset):
    """LIVE Image Quality Assessment Database, release 2: DMOS, lower is better.

    The condition is the folder: ``jp2k``, ``jpeg``, ``wn`` (white noise), ``gblur`` and ``fastfading`` (JPEG 2000 sent over
    a fading channel).

    Args:
        root: the folder with ``refimgs``, the five folders of distortions and the ``.mat`` files.
        dmos: ``realigned`` reads ``dmos_realigned.mat``, with standard deviations; papers report on these. ``raw`` reads
            ``dmos.mat``.
    """

    info = DatasetInfo(
        name="live",
        title="LIVE",
        lower_mos_better=True,
        label_name="DMOS",
        label_range=(-2.64, 111.7747),
        range_reached=True,
        pairs=779,
        references=29,
        opinions="SD",
        layout="refimgs/bikes.bmp, jp2k/img1.bmp (jpeg, wn, gblur, fastfading), refnames_all.mat, dmos_realigned.mat",
        variants="option `dmos`: realigned, or raw (dmos.mat, without SD)",
        source="https://live.ece.utexas.edu/research/quality/subjective.htm",
        citation=(
            "Sheikh, Sabir, Bovik 2006, A statistical evaluation of recent full reference image quality assessment "
            "algorithms, IEEE Transactions on Image Processing 15(11)"
        ),
        licence=SEE_AUTHORS,
    )
    marks = ((NAMES, "refimgs"),)

    def __init__(self, *, root: Path, dmos: Literal["realigned", "raw"] = "realigned") -> None:
        super().__init__(root=root)
        self._dmos = dmos

    def expected(self) -> DatasetInfo:
        """What was published; no range is on record for the raw scores."""
        return self.info if self._dmos == "realigned" else replace(self.info, label_range=(None, None))

    def read(self) -> Reading:
        """The pairs whose image is no reference."""
        references, *distorted = folders(self._root, "refimgs", *(name for name, _ in ORDER))
        file, names = self._root / FILES[self._dmos], self._root / NAMES
        scores, spreads, originals = self._labels(file)
        named = as_texts(names, "refnames_all", read_mat(names, ("refnames_all",))["refnames_all"])
        _refuse_lengths({file: (scores, spreads, originals), names: (named,)})
        note = "the realigned DMOS" if self._dmos == "realigned" else "the raw DMOS, without standard deviations"
        hidden = sum(original != 0 for original in originals)
        notes = [f"Labels are {note}."]
        if not self.card.simulated:  # there, they are images that were not made
            notes.append(f"{hidden} images in the folders of distortions are references: they have no label.")
        reading = Reading(notes=notes, label_files=[file, names])
        missing: dict[str, str] = {}
        at = 0
        for folder, (condition, count) in zip(distorted, ORDER, strict=True):
            for number in range(1, count + 1):
                where = f"{file}: value {at + 1}"
                name, reference = f"img{number}.bmp", named[at]
                if originals[at] != 0:
                    reading.without_label.add(folder.path_of(name))
                else:
                    wrong = _wrong(reference, references) or _score_wrong(scores[at])
                    if not folder.has(name):
                        missing[f"{condition}/{name}"] = where
                    elif wrong:
                        reading.problems.append(Problem("error", wrong, where))
                    else:
                        reading.rows.append(
                            {
                                "reference": reference,
                                "enhanced": f"{condition}/{name}",
                                "condition": condition,
                                "mos": scores[at],
                                "mos_sd": spreads[at],
                                "reference_path": references.path_of(reference),
                                "enhanced_path": folder.path_of(name),
                                "source": where,
                            }
                        )
                at += 1
        reading.problems += in_one_line(
            missing, f"in {self._root}{_hint(missing, distorted)}: unpack the archive again"
        )
        return reading

    def _labels(self, file: Path) -> tuple[list[float], list[float], list[float]]:
        """Scores, their standard deviations, and 1 where the image is a reference."""
        if self._dmos == "raw":
            raw, originals = _numbers(file, "dmos", "orgs")
            return raw, [math.nan] * len(raw), originals
        try:
            new, spreads, originals = _numbers(file, "dmos_new", "dmos_std", "orgs")
        except DataError as error:
            if not file.exists() and (self._root / FILES["raw"]).is_file():
                message = "no such file; `dmos: raw` reads the scores that are there, dmos.mat, which are not realigned"
                raise DataError(Problem("error", message, str(file))) from None
            raise error from None
        return new, [spread(value) for value in spreads], originals


def _numbers(file: Path, *names: str) -> list[list[float]]:
    """Vectors of a MATLAB file; the entries of originals may be NaN.

    Raises:
        DataError: the file can't be read, or lacks one of them.
    """
    content = read_mat(file, names)
    return [as_numbers(file, name, content[name], finite=False) for name in names]


def _refuse_lengths(arrays: dict[Path, tuple[list[float] | list[str], ...]]) -> None:
    wanted = sum(count for _, count in ORDER)
    problems = [
        Problem("error", f"has {len(values):,} values; release 2 has {wanted}: is it that file?", str(file))
        for file, several in arrays.items()
        for values in several
        if len(values) != wanted
    ]
    if problems:
        raise DataError(list(dict.fromkeys(problems)))


def _wrong(reference: str, references: Folder) -> str:
    if references.has(reference) and not refuse_name(reference):
        return ""
    return refuse_name(reference) or f"no image {short(reference)} in {references.path}{references.hint(reference)}"


def _score_wrong(score: float) -> str:
    return "" if math.isfinite(score) else f"the label is {score}, not a finite number"


def _hint(missing: dict[str, str], distorted: list[Folder]) -> str:
    """The hint for the first image that is missing."""
    for name in list(missing)[:1]:
        condition, _, file = name.partition("/")
        return next(folder.hint(file) for folder in distorted if folder.path.name == condition)
    return ""
