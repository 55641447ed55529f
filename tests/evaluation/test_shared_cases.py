"""Tables once read wrongly or in silence (../shared/cases): by ``evaluate``, ``table``, ``scores-file`` and in Python.

The truth is SciPy's, and the README's beside the files: SRCC .828, PLCC .843, KRCC .635 for ``psnr`` against ``mos``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import benchmark
from benchmark.cli import main
from benchmark.config.models import StatisticsConfig
from benchmark.core.errors import UserError
from benchmark.plugins import registry

Shared = Callable[[str], Path]
TRUTH = {"srcc": 0.828, "plcc": 0.843, "krcc": 0.635}
READ = ("base", "euro", "semi_point", "noref")
REFUSED = {
    "trail": "trail.csv:2: 7 columns, the header has 6; and 59 more lines",
    "deccomma": "deccomma.csv:2: 4 columns, the header has 2; and 59 more lines",
    "duprows_noref": "duprows_noref.csv:62: this row is identical to line 2; and 59 more rows",
    "dupcol2": "dupcol2.csv:1: the column 'mos' stands more than once",
}
SAID = {
    "base": [],
    "noref": ["No reference column"],
    "semi_point": ["separated by semicolons"],
    "euro": ["separated by semicolons", "Decimal commas were read"],
}


def case(shared: Shared, name: str) -> Path:
    return shared(f"cases/{name}.csv")


def values(result: Any) -> dict[str, float]:
    rows = result.summary.query("level == 'pair' and statistic in ['srcc', 'plcc', 'krcc']")
    return {str(row.statistic): round(float(row.value), 3) for row in rows.itertuples()}


def evaluate(table: Any, **options: Any) -> Any:
    return benchmark.evaluate(table, mos="mos", methods=["psnr"], statistics=StatisticsConfig(replicates=50), **options)


def command(table: Path, output: Path, *more: str) -> int:
    quick = ("--set", "statistics.replicates=50", "--set", "report.plots=[]")
    return main(["evaluate", str(table), "--mos", "mos", "--methods", "psnr", "--output", str(output), *quick, *more])


def test_the_truth_is_scipys(shared: Shared) -> None:
    table = pd.read_csv(case(shared, "base"))
    found = {
        "srcc": stats.spearmanr(table["mos"], table["psnr"]).statistic,
        "plcc": stats.pearsonr(table["mos"], table["psnr"]).statistic,
        "krcc": stats.kendalltau(table["mos"], table["psnr"]).statistic,
    }
    assert {name: round(value, 3) for name, value in found.items()} == TRUTH


@pytest.mark.parametrize("name", READ)
def test_what_can_be_read_is_read_and_how_is_said(
    shared: Shared, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert values(evaluate(case(shared, name))) == TRUTH
    assert command(case(shared, name), tmp_path) == 0
    printed = capsys.readouterr().out
    assert "0.828" in printed
    for words in ("separated by", "Decimal commas", "No reference column"):
        assert (words in printed) == any(words in said for said in SAID[name])


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_line(
    shared: Shared, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError) as caught:
        evaluate(case(shared, name))
    assert REFUSED[name] in str(caught.value)
    assert command(case(shared, name), tmp_path / "out") == 2
    assert REFUSED[name] in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_options_that_messages_name_do_what_they_say(
    shared: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(case(shared, "euro"), tmp_path / "euro", "--decimal", ",") == 0
    assert command(case(shared, "duprows_noref"), tmp_path / "rows", "--duplicates", "drop-identical") == 0
    printed = capsys.readouterr().out
    assert printed.count("0.828") == 2
    assert "60 rows identical to an earlier one were dropped" in printed
    assert command(case(shared, "base"), tmp_path / "base", "--decimal", ",") == 2
    assert command(case(shared, "base"), tmp_path / "base", "--duplicates", "keep") == 2
    assert "--duplicates: 'keep' is unknown" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "pandas"),
    [("base", {}), ("noref", {}), ("semi_point", {"sep": ";"}), ("euro", {"sep": ";", "decimal": ","})],
)
def test_a_frame_that_pandas_read_gives_the_same_numbers(shared: Shared, name: str, pandas: dict[str, str]) -> None:
    assert values(evaluate(pd.read_csv(case(shared, name), **pandas))) == TRUTH  # type: ignore[call-overload]


@pytest.mark.parametrize("name", REFUSED)
def test_a_frame_that_pandas_read_is_refused_too(shared: Shared, name: str) -> None:
    with pytest.raises(UserError):
        evaluate(pd.read_csv(case(shared, name)))


@pytest.fixture
def images(shared: Shared, tmp_path: Path) -> Path:
    """Tiny images under the names that the tables list."""
    rows = pd.read_csv(case(shared, "base"))
    for seed, name in enumerate(dict.fromkeys([*rows["reference"], *rows["enhanced"]])):
        pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        assert cv2.imwrite(str(tmp_path / name), pixels)
    return tmp_path


@pytest.mark.parametrize("name", ["base", "euro", "semi_point"])
def test_a_run_on_a_table_with_scores_from_a_file_reads_both(shared: Shared, images: Path, name: str) -> None:
    file = str(case(shared, name))
    config = {
        "dataset": {"name": "table", "file": file, "root": str(images)},
        "methods": [{"name": "scores-file", "file": file, "column": "psnr", "higher_is_better": True}],
        "statistics": {"replicates": 50},
        "report": {"plots": []},
        "output": str(images / "out"),
    }
    result = benchmark.run(config)
    assert values(result) == TRUTH
    assert all(any(words in note for note in result.data.notes) for words in SAID[name])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("trail", "trail.csv:2: 7 columns, the header has 6; and 59 more lines"),
        ("deccomma", "deccomma.csv:2: 4 columns, the header has 2; and 59 more lines"),
        ("dupcol2", "dupcol2.csv:1: the column 'mos' stands more than once"),
        ("duprows_noref", "duprows_noref.csv:1: no column 'reference'"),
        ("noref", "noref.csv:1: no column 'reference'"),
    ],
)
def test_the_data_set_table_refuses_what_evaluate_refuses(shared: Shared, images: Path, name: str, words: str) -> None:
    table: Callable[..., Any] = registry.datasets().load("table")
    with pytest.raises(UserError) as caught:
        table(file=case(shared, name), root=images).pairs()
    assert words in str(caught.value)
