"""Each statistic is one record: found in its folder, consistent, explained in the protocol; one more is one file."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmark.core import children
from benchmark.statistics.catalogue import catalogue, find, names, usual
from benchmark.statistics.discrimination import Discrimination
from benchmark.statistics.mapped import Mapped
from benchmark.statistics.measures import Correlations, System, WithinReference

WITH_A_FURTHER_FOLDER = (
    "import sys; from benchmark.statistics import kinds; kinds.__path__.append(sys.argv[1]); "
    "from benchmark.cli import main; sys.exit(main(sys.argv[2:]))"
)


@pytest.mark.parametrize(
    ("level", "measures"),
    [
        ("pair", (Correlations, Mapped, Discrimination)),
        ("condition", (Correlations,)),
        ("reference", (WithinReference,)),
        ("system", (System,)),
    ],
)
def test_a_level_has_the_statistics_that_its_measures_compute(level: str, measures: tuple[type, ...]) -> None:
    computed = [name for measure in measures for name in measure.names]  # type: ignore[attr-defined]
    assert sorted(names(level)) == sorted(computed)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", names())
def test_a_file_defines_the_statistic_of_its_name(root: Path, name: str) -> None:
    assert (root / "benchmark" / "statistics" / "kinds" / f"{name}.py").is_file()
    low, high = find(name).range
    assert low < high


def test_titles_differ_and_the_usual_ones_come_in_the_order_of_print() -> None:
    assert len({item.title for item in catalogue().values()}) == len(catalogue())
    assert usual("pair") == ("srcc", "plcc", "krcc", "plcc_logistic4", "rmse")


def test_the_protocol_explains_every_statistic(root: Path) -> None:
    text = (root / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert not [name for name, item in catalogue().items() if name not in text and item.title not in text]


def test_nothing_but_the_catalogue_lists_statistics(root: Path) -> None:
    """Titles stand in the records alone."""
    for file in (root / "benchmark").rglob("*.py"):
        if file.parent.name != "kinds":
            found = [item.title for item in catalogue().values() if f'"{item.title}"' in file.read_text()]
            assert not found, file


@pytest.mark.heavy
def test_one_more_statistic_is_one_file(root: Path, tmp_path: Path) -> None:
    """The page's example, tried as a user would; its value is Lin's formula on the plain columns."""
    page = (root / "docs" / "add_a_statistic.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.S | re.M)
    (command,) = re.findall(r"^```sh\n(.*?)^```", page, flags=re.S | re.M)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "ccc.py").write_text(code)
    rng = np.random.default_rng(0)
    mos = rng.normal(3, 1, 60)
    net = mos + rng.normal(0.2, 0.5, 60)
    rows = [f"{i // 3},{m},{n}" for i, (m, n) in enumerate(zip(mos, net, strict=True))]
    (tmp_path / "predictions.csv").write_text("\n".join(["photograph,mos,net", *rows]) + "\n")
    arguments = (
        command.strip().removeprefix("efid-bench ").replace("'", "").replace("columns: [srcc, ccc]", "@").split()
    )
    arguments = [item.replace("@", "columns: [srcc, ccc]") for item in arguments]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WITH_A_FURTHER_FOLDER,
            str(tmp_path / "more"),
            *arguments,
            "--set",
            "statistics.replicates=200",
            "--set",
            "report.plots=[]",
        ],
        cwd=tmp_path,
        env=children.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "results" / "predictions" / "summary.csv", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["statistic"] == "ccc"]
    expected = 2 * np.cov(net, mos, ddof=0)[0, 1] / (net.var() + mos.var() + (net.mean() - mos.mean()) ** 2)
    assert float(row["value"]) == pytest.approx(expected, abs=1e-12)
    assert -1 < float(row["ci_low"]) < expected < float(row["ci_high"]) < 1
    table = (tmp_path / "results" / "predictions" / "tables" / "comparison.md").read_text()
    assert "CCC" in table
    assert "Lin's concordance correlation" in table
