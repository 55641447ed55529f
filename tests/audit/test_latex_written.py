"""LaTeX tables that programs wrote (pandas, ours, made-up ones) and a published one come back as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.audit.read_printed import read
from benchmark.report import booktabs
from tests.audit.grids import Grid, check_round_trip, grids


@pytest.fixture
def frame() -> pd.DataFrame:
    columns = pd.MultiIndex.from_product([["Real", "Synthetic"], ["SRCC", "PLCC"]])
    index = pd.MultiIndex.from_tuples([("deep", "LPIPS"), ("deep", "DISTS"), ("classic", "PSNR")])
    values = [[0.891, -0.25, 0.5, 0.125], [0.75, 0.625, 0.0625, 0.375], [0.1, 0.2, 0.3, 0.4]]
    return pd.DataFrame(values, index=index, columns=columns)


GRID = [
    ["", "", "Real", "", "Synthetic", ""],
    ["", "", "SRCC", "PLCC", "SRCC", "PLCC"],
    ["deep", "LPIPS", "0.891000", "-0.250000", "0.500000", "0.125000"],
    ["", "DISTS", "0.750000", "0.625000", "0.062500", "0.375000"],
    ["classic", "PSNR", "0.100000", "0.200000", "0.300000", "0.400000"],
]


@pytest.mark.parametrize("environment", [None, "table*", "longtable"])
def test_a_table_that_pandas_wrote(frame: pd.DataFrame, tmp_path: Path, environment: str | None) -> None:
    best = frame.style.highlight_max(props="textbf:--rwrap; color:{red}", axis=0)
    written = best.to_latex(
        hrules=True, clines="skip-last;data", environment=environment, caption="By pandas", convert_css=False
    )
    table = check_round_trip(tmp_path / "pandas.tex", written, GRID)
    assert (table.caption, table.rules) == ("By pandas", (2, 4))
    assert {cell.text for cell in table.cells if "bold" in cell.marks} == {
        "0.891000",
        "0.625000",
        "0.500000",
        "0.400000",
    }
    assert [(cell.text, cell.rows) for cell in table.cells if cell.rows > 1] == [("deep", 2)]


def test_our_own_tables(tmp_path: Path) -> None:
    header = pd.MultiIndex.from_tuples([("", "Method"), ("EFID", "SRCC"), ("EFID", "PLCC")])
    rows = [["PSNR", r"\textbf{0.12}", "--"], [r"MS\_SSIM", "-0.5", r"\underline{0.75}"]]
    content = booktabs.tabular(header, rows, "lrr")
    written = booktabs.table_float(content, caption="100% of EFID", label="x", notes=["Bold: 1."])
    grid = [["", "EFID", ""], ["Method", "SRCC", "PLCC"], ["PSNR", "0.12", "--"], ["MS_SSIM", "-0.5", "0.75"]]
    table = check_round_trip(tmp_path / "ours.tex", written, grid)
    assert (table.caption, table.rules) == ("100% of EFID", (2,))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(grids(), st.data())
def test_whatever_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, grid: Grid, data: st.DataObject
) -> None:
    def dressed(cell: str) -> str:
        text = "".join(f"\\{char}" if char in "&%_#${}" else char for char in cell)
        kinds = [
            "{}",
            r"\textbf{{{}}}",
            r"{{\bfseries {}}}",
            r"\cellcolor{{red}}{}",
            r"${}$",
            r"\best{{{}}}",
            "{} % &\n",
            r"{}\tnote{{a}}",
        ]
        if " " in cell or not cell:
            kinds.remove("${}$")
        return data.draw(st.sampled_from(kinds)).format(text)

    ends = data.draw(st.sampled_from([r" \\", r"\\[2pt]", "\\tabularnewline\n", "\\\\ \\hline\n", r"\\* % \\" + "\n"]))
    body = ends.join(" & ".join(map(dressed, row)) for row in grid)
    file = tmp_path_factory.getbasetemp() / "grid.tex"
    check_round_trip(file, f"\\begin{{tabular}}{{{'c' * len(grid[0])}}}\n{body}\\end{{tabular}}\n", grid)


def test_a_published_table(shared: Callable[[str], Path]) -> None:
    file = shared("oracles/nerfqa/results_table_test2.tex")
    (table,) = read(file).tables
    assert (table.rows, table.columns, table.rules) == (19, 10, (1, 2))
    assert table.caption == "Correlation results between quality assessment metrics and MOS."
    gold = [cell.text for cell in table.cells if "macro:goldmedal" in cell.marks]
    assert gold == ["0.8759", "0.8893", "0.7246", "0.8799", "0.8868", "0.7091", "0.7339", "0.8912", "0.8652"]
