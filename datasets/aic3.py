"""JPEG AIC-3: 10 photographs, 6 codecs at 10 levels, labels in just noticeable differences."""

from __future__ import annotations

from benchmark import DatasetInfo
from benchmark.data.labels import refuse_name

from ._columns import read_sheet
from ._label_files import where
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list
from ._published import SEE_AUTHORS

IMAGES = "decoded"
REFERENCES = "original"
COLUMNS = ("img.name", "codec", "quality", "score.jnd")


class Aic3(ListedDataset):
    """The images of the JPEG AIC-3 activity. Labels are JND below the original, negative: *higher* is better.

    Args:
        root: the folder with ``original`` and ``decoded``.
        label_file: the list of labels; default: ``decoded/info.csv``.
    """

    info = DatasetInfo(
        name="aic3",
        title="JPEG AIC-3",
        label_name="JND",
        pairs=600,
        references=10,
        layout="original/NAME.png, decoded/NAME/CODEC_NAME_QUALITY.png, decoded/info.csv",
        variants="empty rows at the end of the list",
        source="https://jpeg.org/aic/",
        citation="Testolina, Jenadeleh, Mohammadi, Su, Ascenso, Ebrahimi, Sneyers, Saupe 2025, Fine-grained subjective "
        "visual quality assessment for high-fidelity compressed images, DCC",
        licence=SEE_AUTHORS,
    )
    marks = (("original", "decoded/info.csv"),)

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        base = find_base(self._root, IMAGES)
        file = one_list(base, base / IMAGES, ("info.csv",), self._label_file)
        sheet = read_sheet(file, COLUMNS)
        sheet.rows = [row for row in sheet.rows if any(row.cells.values())]  # the published list ends in empty rows
        sheet.settle_mark(["score.jnd"])
        rows = []
        for row in sheet.rows:
            before = len(sheet.problems)
            photo, codec, quality = (row.cells[column] for column in COLUMNS[:3])
            mos = sheet.number(row, "score.jnd", required=True)
            for column in COLUMNS[:3]:
                if refuse_name(row.cells[column]):
                    sheet.wrong(row, f"column {column!r}: {refuse_name(row.cells[column])}")
            if len(sheet.problems) == before:
                image = f"{photo}/{codec}_{photo}_{quality}.png"
                rows.append(Row(image, f"{photo}.png", codec, mos, where(sheet, row.line)))
        return Copy(base / REFERENCES, base / IMAGES, rows, [file], sheet.problems, list(sheet.notes))
