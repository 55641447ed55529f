"""PieAPP, test part: 40 photographs, 15 distorted images each, a score for every image. Reads the folder as unpacked.

The scores were estimated from choices between all pairs of a reference's images. The choices themselves, of the training and
validation parts too, are another kind of label; ``_pieapp_choices`` reads them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark import DataError, DatasetInfo, Problem
from benchmark.data.labels import at_most, read_text, refuse_name, short, split_lines

from ._columns import Row, Sheet, read_sheet
from ._folders import Folder, folders, in_one_line
from ._pieapp_choices import Which, kind_of, read_choices
from ._published import PublishedDataset, Reading

if TYPE_CHECKING:
    import pandas as pd

PART = "test"
ENDING = "_per_image_score.csv"
IMAGE, SCORE = "distorted image", "score for distorted image"
LISTED = "test_reference_list.txt"
EACH = 15


class Pieapp(PublishedDataset):
    """Perceptual Image-Error Assessment through Pairwise Preference, test part: lower is better, 0 is the reference.

    The condition is the distortion's name, the third part of a file's name. All pairs are of the split ``test``.

    With ``choices: true`` the labels are choices of observers instead, and the splits ``train``, ``val`` and ``test``.
    A choice is of the group ``intra`` (two images of one distortion) or ``inter``. Choices between an image and its own
    reference are left out: a full-reference method can't be wrong about them, and several have no finite score there.

    Args:
        root: the folder with ``reference_images``, ``distorted_images`` and ``labels``.
        choices: whether to read choices instead of scores.
        preference: of the training and validation parts: ``raw`` (the votes; pairs that nobody voted on are left out) or
            ``processed`` (what the authors estimated from the votes, for all pairs).
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
        variants="column names with or without the blank before them; `choices: true` for choices (train, val, test)",
        source="https://github.com/prashnani/PerceptualImageError",
        citation="Prashnani, Cai, Mostofi, Sen 2018, PieAPP: Perceptual image-error assessment through pairwise preference, "
        "CVPR",
        licence="non-commercial, educational (TERMS_OF_USE.pdf)",
    )
    marks = ((f"reference_images/{PART}", f"distorted_images/{PART}", f"labels/{PART}"),)

    def __init__(self, *, root: Path, choices: bool = False, preference: Which = "raw") -> None:
        super().__init__(root=root)
        self._asked = choices
        self._which: Which = preference
        self._choices: pd.DataFrame | None = None

    def examine(self) -> tuple[pd.DataFrame, list[Problem]]:
        """The usable pairs, and every problem with the others; for ``check``.

        Raises:
            DataError: a list or a folder is missing.
        """
        if not self._asked:
            return super().examine()
        import pandas as pd  # noqa: PLC0415 - slow to import, not needed to list data sets

        from benchmark.data.pairs import LEFT_OUT  # noqa: PLC0415 - likewise

        content = read_choices(self._root, self._which)
        self._choices = content.table()
        self._label_files = content.label_files
        self._notes = [f"PieAPP, choices from {len(content.label_files):,} files.", *content.notes]
        table = pd.DataFrame(list(content.pairs.values()))
        table.attrs[LEFT_OUT] = content.left_out
        return table, at_most(content.problems, str(self._root))

    def choices(self) -> pd.DataFrame | None:
        """The choices, if they were asked for; see ``benchmark.data.choices``."""
        return self._choices

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
        reading.rows.append(
            {
                "split": PART,
                "reference": f"{original}.png",
                "enhanced": enhanced,
                "condition": kind_of(name),
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
