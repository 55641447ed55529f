"""Bold, underlined and medalled cells: what marks stand for, and where they stand wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmark.audit import read_printed
from benchmark.audit.layout import take_apart
from benchmark.audit.marks import check
from benchmark.audit.matching import match
from benchmark.audit.meanings import Wishes
from benchmark.audit.scores import ScoreFile

ROWS = {
    "A": (r"\textbf{0.91}", r"\textbf{0.92}", r"\underline{0.81}"),
    "B": (r"\underline{0.89}", "0.70", r"\textbf{0.83}"),
    "C": ("0.55", r"\underline{0.77}", "0.80"),
}


@pytest.fixture
def scores() -> ScoreFile:
    import numpy as np

    values = {name: np.arange(5.0) for name in (*ROWS, "mos")}
    return ScoreFile("data", (), values, {})


def faults(
    rows: Mapping[str, tuple[str, ...]], scores: ScoreFile, folder: Path, heads: str = "SRCC & PLCC & KRCC"
) -> tuple[dict[str, str], list[str]]:
    lines = "\n".join(f"{name} & {' & '.join(cells)} \\\\" for name, cells in rows.items())
    (folder / "t.tex").write_text(
        f"\\begin{{tabular}}{{lccc}}\nMethod & {heads} \\\\\n\\hline\n{lines}\n\\end{{tabular}}\n"
    )
    (table,) = read_printed.read(folder / "t.tex").tables
    cells = match([(1, take_apart(table))], [scores], Wishes()).cells
    meanings, found = check(cells)
    return meanings, [f"{fault.cell.name}: {fault.text}" for fault in found]


def test_right_marks_have_no_fault(scores: ScoreFile, tmp_path: Path) -> None:
    assert faults(ROWS, scores, tmp_path) == ({"bold": "best", "underline": "second"}, [])


def test_a_mark_on_another_cell_is_a_fault_and_names_the_right_one(scores: ScoreFile, tmp_path: Path) -> None:
    wrong = ROWS | {"A": (ROWS["A"][0], "0.60", ROWS["A"][2])} | {"B": (ROWS["B"][0], r"\textbf{0.70}", ROWS["B"][2])}
    _, found = faults(wrong, scores, tmp_path)
    assert "B / PLCC: marked as best (bold), which is C 0.77" in found
    assert "C / PLCC: marked as second (underline), which is B 0.70" in found


def test_errors_are_the_smaller_the_better(scores: ScoreFile, tmp_path: Path) -> None:
    rows = {
        "A": (r"\textbf{0.9}", r"\textbf{0.8}", r"\textbf{0.10}"),
        "B": ("0.8", "0.7", "0.12"),
        "C": ("0.1", "0.1", "0.20"),
    }
    assert faults(rows, scores, tmp_path, "SRCC & PLCC & RMSE") == ({"bold": "best"}, [])


def test_magnitudes_of_negative_correlations_are_compared(scores: ScoreFile, tmp_path: Path) -> None:
    rows = {
        "A": (r"\textbf{-0.9}", r"\textbf{-0.8}", r"\textbf{-0.7}"),
        "B": ("0.8", "-0.7", "-0.6"),
        "C": ("-0.1", "0.1", "0.2"),
    }
    assert faults(rows, scores, tmp_path) == ({"bold": "best"}, [])


def test_a_best_number_without_its_mark_is_a_fault(scores: ScoreFile, tmp_path: Path) -> None:
    rows = {
        "A": (r"\textbf{0.91}", r"\textbf{0.92}", r"\textbf{0.81}"),
        "B": ("0.91", "0.7", "0.95"),
        "C": ("0.5", "0.6", "0.7"),
    }
    _, found = faults(rows, scores, tmp_path)
    assert found == [
        "A / KRCC: marked as best (bold), which is B 0.95",
        "B / KRCC: is best, but not marked so (bold)",
    ]


def test_two_marks_of_one_place_are_one_fault(scores: ScoreFile, tmp_path: Path) -> None:
    both = r"\textbf{\textcolor{red}{%s}}"
    rows = {
        "A": (both % "0.91", both % "0.92", both % "0.81"),
        "B": ("0.8", "0.7", "0.95"),
        "C": ("0.5", "0.6", "0.7"),
    }
    meanings, found = faults(rows, scores, tmp_path)
    assert meanings == {"bold": "best", "colour:red": "best"}
    assert len(found) == 2


def test_equal_numbers_share_a_mark(scores: ScoreFile, tmp_path: Path) -> None:
    rows = {
        "A": (r"\textbf{0.91}", r"\textbf{0.92}", r"\textbf{0.81}"),
        "B": (r"\textbf{0.91}", "0.7", "0.8"),
        "C": ("0.5", "0.6", "0.7"),
    }
    assert faults(rows, scores, tmp_path) == ({"bold": "best"}, [])
