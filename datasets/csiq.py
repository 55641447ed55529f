"""CSIQ: 30 photographs, six distortions at four or five levels, difference mean opinion scores. Reads the unpacked folder.

Labels are the authors' workbook ``csiq.DMOS.xlsx``, or the list ``csiq_label.txt`` (``name dmos``) that goes round with
code of others: it is rounded and has no standard deviations.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import beside, parse_number, read_text, short, split_lines

from ._folders import Folder, folders, in_one_line, near_in, unnested
from ._label_files import read_book, spread
from ._published import SEE_AUTHORS, PublishedDataset, Reading

BOOK, TEXT = "csiq.DMOS.xlsx", "csiq_label.txt"
SHEET = "all_by_image"
TOKENS = {
    "noise": "AWGN",
    "awgn": "AWGN",
    "blur": "BLUR",
    "jpeg": "JPEG",
    "contrast": "contrast",
    "fnoise": "fnoise",
    "jpeg2000": "jpeg2000",
}
"""How the names of files call the distortions that the workbook names; blanks and case don't count in it."""
ROUNDING = 0.0011
FLAT = "dst_imgs_all"


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    score: float
    sd: float
    where: str


class Csiq(PublishedDataset):
    """Categorical Subjective Image Quality database: DMOS from 0 to 1, lower is better.

    The condition is the distortion as the names of files write it: ``AWGN``, ``BLUR``, ``JPEG``, ``contrast``, ``fnoise``
    (pink noise) and ``jpeg2000``. Distorted images lie in a folder for each, or all in one (``dst_imgs_all``).

    Args:
        root: the folder with ``src_imgs``, ``dst_imgs`` and ``csiq.DMOS.xlsx`` (or ``csiq_label.txt``).
    """

    info = DatasetInfo(
        name="csiq",
        title="CSIQ",
        lower_mos_better=True,
        label_name="DMOS",
        label_range=(0, 1),
        range_reached=True,
        pairs=866,
        references=30,
        opinions="SD",
        layout="src_imgs/1600.png, dst_imgs/AWGN/1600.AWGN.1.png, csiq.DMOS.xlsx",
        variants="csiq_label.txt (rounded, without SD); images in dst_imgs itself or in dst_imgs_all; folders in any case",
        source="https://s2.smu.edu/~eclarson/csiq.html",
        citation=(
            "Larson, Chandler 2010, Most apparent distortion: full-reference image quality assessment and the role of "
            "strategy, Journal of Electronic Imaging 19(1)"
        ),
        licence=SEE_AUTHORS,
    )
    marks = (("src_imgs", BOOK), ("src_imgs", TEXT))

    def read(self) -> Reading:
        """The pairs of the workbook, else of the list."""
        (references,) = folders(self._root, "src_imgs")
        places = _distorted(self._root)
        reading = Reading()
        labels = self._labels(reading)
        missing: dict[str, str] = {}
        seen: dict[str, str] = {}
        for label in labels:
            reference, _, rest = label.name.removesuffix(".png").partition(".")
            original = f"{reference}.png"
            wrong = f"{short(label.name)} already stands at {seen[label.name]}" if label.name in seen else ""
            if not wrong and not references.has(original):
                wrong = f"no image {short(original)} in {references.path}{references.hint(original)}"
            if wrong:
                reading.problems.append(Problem("error", wrong, label.where))
            elif label.name not in places:
                missing[label.name] = label.where
            else:
                seen[label.name] = label.where
                reading.rows.append(
                    {
                        "reference": original,
                        "enhanced": label.name,
                        "condition": rest.partition(".")[0],
                        "mos": label.score,
                        "mos_sd": label.sd,
                        "reference_path": references.path_of(original),
                        "enhanced_path": places[label.name],
                        "source": label.where,
                    }
                )
        reading.problems += in_one_line(
            missing, f"in the folders of distorted images{near_in(next(iter(missing), ''), places)}"
        )
        return reading

    def _labels(self, reading: Reading) -> list[_Label]:
        """The labels of the workbook, compared with those of the list where both are there."""
        book, text = self._root / BOOK, self._root / TEXT
        if not book.is_file() and text.is_file():
            reading.label_files.append(text)
            reading.notes.append(f"{BOOK} is not there; {TEXT} is rounded and has no standard deviations.")
            return _from_text(text, reading)
        if not book.is_file():
            hint = beside(book) or f"; {TEXT}, which goes round with others' code, would do too"
            raise DataError(Problem("error", f"no such file{hint}", str(book)))
        labels = _from_book(book, reading)
        reading.label_files.append(book)
        if text.is_file():
            others = {label.name: label for label in _from_text(text, reading)}
            differing = [
                label
                for label in labels
                if label.name not in others or abs(label.score - others[label.name].score) > ROUNDING
            ]
            if differing:
                first = differing[0]
                other = others[first.name].where if first.name in others else f"{text} (it isn't there)"
                message = f"{len(differing)} labels differ from those in {TEXT}, first {short(first.name)} at {other}"
                reading.problems.append(
                    Problem("error", f"{message}: remove the wrong one of the two files", first.where)
                )
        return labels


def _from_book(file: Path, reading: Reading) -> list[_Label]:
    labels = []
    for row in read_book(file, SHEET, ("image", "dst_type", "dst_lev", "dmos_std", "dmos")):
        where = f"{file}: {SHEET}, row {row.number}"
        try:
            kind = "".join(row.cells["dst_type"].split()).casefold()
            if kind not in TOKENS:
                raise ValueError(f"the dst_type is {short(row.cells['dst_type'])}; known are {', '.join(TOKENS)}")
            name = f"{_whole(row.cells['image'])}.{TOKENS[kind]}.{_whole(row.cells['dst_lev'])}.png"
            score = _number(row.cells["dmos"], "dmos")
            sd = spread(_number(row.cells["dmos_std"], "dmos_std"))
        except ValueError as error:
            reading.problems.append(Problem("error", str(error), where))
            continue
        labels.append(_Label(name, score, sd, where))
    return labels


def _from_text(file: Path, reading: Reading) -> list[_Label]:
    labels = []
    for number, line in enumerate(split_lines(read_text(file)), 1):
        if not line or line.isspace():
            continue
        name, *others = line.split()
        try:
            if len(others) != 1 or name.removesuffix(".png").count(".") != 2:
                raise ValueError(f"{short(line)} is no line such as `1600.AWGN.1.png 0.062`")
            score = _number(others[0], "label")
        except ValueError as error:
            reading.problems.append(Problem("error", str(error), f"{file}:{number}"))
            continue
        labels.append(_Label(f"{name.removesuffix('.png')}.png", score, math.nan, f"{file}:{number}"))
    return labels


def _number(text: str, column: str) -> float:
    try:
        return parse_number(text)
    except ValueError as error:
        raise ValueError(f"the {column} {error}") from None


def _whole(text: str) -> str:
    """A name in a spreadsheet that may be stored as a number (``1600.0``)."""
    return text.removesuffix(".0")


def _distorted(root: Path) -> dict[str, str]:
    """Names of distorted images and where they are, in ``dst_imgs``, its folders, and ``dst_imgs_all``.

    Raises:
        DataError: neither folder is there, or a name stands in two places.
    """
    places: dict[str, str] = {}
    twice: dict[str, tuple[str, str]] = {}
    wanted = ["dst_imgs"] if (root / "dst_imgs").is_dir() or not (root / FLAT).is_dir() else []
    wanted += [FLAT] if (root / FLAT).is_dir() else []
    for folder in folders(root, *wanted):
        inside = sorted(name for name in os.listdir(folder.path) if (folder.path / name).is_dir())
        for part in (folder, *(Folder(unnested(folder.path / name)) for name in inside)):
            for name in part.images():
                if name in places:
                    twice[name] = (places[name], part.path_of(name))
                places.setdefault(name, part.path_of(name))
    if twice:
        name, (one, other) = next(iter(twice.items()))
        message = f"{len(twice):,} images are there twice, first {short(name)} in {Path(one).parent} and"
        raise DataError(Problem("error", f"{message} {Path(other).parent}: remove one of the two copies", str(root)))
    return places
