"""PieAPP, test part: 40 photographs, 15 distorted images each, a score for every image. Reads the folder as unpacked.

The scores were estimated from choices between all pairs of a reference's images; the choices themselves are another kind of
label, which this loader does not read.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import read_text, refuse_name, short, split_lines

from ._columns import Row, Sheet, read_sheet
from ._folders import Folder, folders, in_one_line
from ._published import PublishedDataset, Reading

PART = "test"
ENDING = "_per_image_score.csv"
IMAGE, SCORE = "distorted image", "score for distorted image"
LISTED = "test_reference_list.txt"
EACH = 15
_KIND = re.compile(r"distort_[^_]+_(?P<kind>.+?)_(?:inter|intra)(?:_.*)?\.png")


class Pieapp(PublishedDataset):
    """Perceptual Image-Error Assessment through Pairwise Preference, test part: lower is better, 0 is the reference.

    The condition is the distortion's name, the third part of a file's name. All pairs are of the split ``test``.

    Args:
        root: the folder with ``reference_images``, ``distorted_images`` and ``labels``.
    """

    info = DatasetInfo(
        name="pieapp",
        title="PieAPP",
        lower_mos_better=True,
        label_name="score",
        pairs=600,
        references=40,
        splits=("test",),
        layout="reference_images/test/ref_1.png, distorted_images/test/ref_1/NAME.png, "
        "labels/test/ref_1_per_image_score.csv",
        variants="column names with or without the blank before them",
        source="https://github.com/prashnani/PerceptualImageError",
        citation="Prashnani, Cai, Mostofi, Sen 2018, PieAPP: Perceptual image-error assessment through pairwise preference, "
        "CVPR",
        licence="non-commercial, educational (TERMS_OF_USE.pdf)",
    )
    marks = ((f"reference_images/{PART}", f"distorted_images/{PART}", f"labels/{PART}"),)

    def read(self) -> Reading:
        """The pairs of the files of scores, of which there is one for each reference."""
        parts = (f"reference_images/{PART}", f"distorted_images/{PART}", f"labels/{PART}")
        references, distorted, lists = folders(self._root, *parts)
        reading = Reading(notes=["Scores say how far an image seems from its reference: lower is better."])
        there = [name for name in os.listdir(lists.path) if name.endswith(ENDING)]
        files = sorted(there, key=lambda name: name.removesuffix(ENDING))
        if not files:
            raise DataError(Problem("error", f"holds no files such as ref_1{ENDING}", str(lists.path)))
        missing: dict[str, str] = {}
        for name in files:
            file = lists.path / name
            reading.label_files.append(file)
            original = name.removesuffix(ENDING)
            if not references.has(f"{original}.png"):
                wrong = f"no image {short(f'{original}.png')} in {references.path}{references.hint(f'{original}.png')}"
                reading.problems.append(Problem("error", wrong, str(file)))
                continue
            try:
                sheet = read_sheet(file, (IMAGE, SCORE))
                sheet.settle_mark([SCORE])
            except DataError as error:
                reading.problems += error.problems
                continue
            count = _read(sheet, original, references, distorted, missing, reading)
            reading.problems += sheet.problems
            if not sheet.problems and count != EACH:
                message = f"{count} scores, each reference has {EACH}: unpack the archive again"
                reading.problems.append(Problem("warning", message, str(file)))
        reading.problems += _unlabelled(self._root / LISTED, files)
        reading.problems += in_one_line(missing, f"in {distorted.path}{_hint(missing, distorted)}")
        return reading


def _read(
    sheet: Sheet, original: str, references: Folder, distorted: Folder, missing: dict[str, str], reading: Reading
) -> int:
    """Read the rows of a reference; give their number."""
    seen: dict[str, int] = {}
    for row in sheet.rows:
        before = len(sheet.problems)
        name = row.cells[IMAGE]
        if name == f"{original}.png":  # the reference was compared too; its score is 0 by definition
            continue
        score = sheet.number(row, SCORE, required=True)
        _check(sheet, row, original, seen)
        if len(sheet.problems) > before:
            continue
        seen[name] = row.line
        enhanced, where = f"{original}/{name}", f"{sheet.file}:{row.line}"
        if not distorted.has(enhanced):
            missing[enhanced] = where
            continue
        kind = _KIND.fullmatch(name)
        reading.rows.append(
            {
                "split": PART,
                "reference": f"{original}.png",
                "enhanced": enhanced,
                "condition": kind["kind"] if kind else "",
                "mos": score,
                "reference_path": references.path_of(f"{original}.png"),
                "enhanced_path": distorted.path_of(enhanced),
                "source": where,
            }
        )
    return len(seen)


def _check(sheet: Sheet, row: Row, original: str, seen: dict[str, int]) -> None:
    """Note what is wrong with the names in a row; its first cell is the reference's."""
    name, named = row.cells[IMAGE], row.cells[sheet.columns[0]]
    wrong = refuse_name(name)
    if wrong:
        sheet.wrong(row, wrong)
    if name in seen:
        sheet.wrong(row, f"{short(name)} already stands in line {seen[name]}")
    if sheet.columns[0] not in (IMAGE, SCORE) and named != f"{original}.png":
        sheet.wrong(row, f"the reference is {short(named)}; this file is about {original}.png")


def _unlabelled(listed: Path, files: list[str]) -> list[Problem]:
    """References of the authors' list without a file of scores; the list itself need not be there."""
    if not listed.is_file():
        return []
    return [
        Problem(
            "warning", f"{line.strip()} has no {Path(line.strip()).stem}{ENDING}: it is left out", f"{listed}:{number}"
        )
        for number, line in enumerate(split_lines(read_text(listed)), 1)
        if line.strip() and f"{Path(line.strip()).stem}{ENDING}" not in files
    ]


def _hint(missing: dict[str, str], distorted: Folder) -> str:
    return next((distorted.hint(name) for name in list(missing)[:1]), "") or ": unpack the archive again"
