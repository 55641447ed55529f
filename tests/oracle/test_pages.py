"""The pages on other people's scores: their programs and commands are run on the shared data, and their tables compared."""

import csv
import re
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from benchmark.cli import main
from tests.doc_pages import blocks, write

pytestmark = pytest.mark.heavy

Shared = Callable[[str], Path]
NAMES = {"psnr": "PSNR", "fsim": "FSIM", "msssim": "MS-SSIM", "dists": "DISTS"}
PRINTED_AS = {"psnr": "psnr", "fsim": "fsim", "msssim": "ms_ssim", "dists": "dists"}
REFERENCES = ("gt", "bicubic", "rlfn", "span")


def follow(page: Path, *settings: str) -> None:
    """Run the page's program and its commands, in its order, in the working directory; figures are left out."""
    added = [word for setting in ("report.plots=[]", *settings) for word in ("--set", setting)]
    (code,) = blocks(page, "python")
    program = write(code, Path())
    for block in blocks(page, "yaml"):
        write(block, Path())
    ran = []
    for block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line)
            if words[:2] == ["python", "run_benchmark.py"]:
                assert main([*words[2:], *added]) == 0, line
            elif words[0] == "python":
                assert words[1:] == [program.name]
                runpy.run_path(str(program))
            ran.append(words[0])
    assert ran.count("python") > 2


def numbers_of(name: str, file: str, *keys: str) -> dict[tuple[str, ...], dict[str, str]]:
    """The rows of a result over all pairs, by these columns."""
    with Path("results", name, file).open(encoding="utf-8", newline="") as lines:
        return {tuple(row[key] for key in keys): row for row in csv.DictReader(lines) if row["level"] == "pair"}


def with_interval(row: dict[str, str], column: str, form: str, ends: str) -> str:
    """A value with its interval as the pages write it."""
    low, high = (format(float(row[end]), ends) for end in ("ci_low", "ci_high"))
    return f"{float(row[column]):{form}} [{low}, {high}]"


def rows_of(page: Path) -> list[str]:
    return [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]


@pytest.fixture
def printed(shared: Shared) -> dict[tuple[str, str], list[str]]:
    """What pyiqa prints for PLCC, SRCC and KRCC, by data set and method."""
    with shared("oracles/zsiqa/published_pyiqa.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["Metric name"]: row for row in csv.DictReader(lines)}
    return {
        (name, method): rows[PRINTED_AS[method]][f"{name}(PLCC/SRCC/KRCC)"].split("/")
        for name in ("live", "tid2013")
        for method in NAMES
    }


@pytest.mark.long
def test_pyiqas_values_come_out_to_four_digits_by_the_pages_commands(
    root: Path,
    shared: Shared,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    printed: dict[tuple[str, str], list[str]],
) -> None:
    monkeypatch.chdir(tmp_path)
    page = root / "docs" / "reproduce_pyiqa.md"
    results = Path("ZS-IQA", "results")
    results.mkdir(parents=True)
    joined = {name: pd.read_csv(shared(f"oracles/zsiqa/{name}.csv")) for name in ("live", "tid2013")}
    for name, table in joined.items():  # as the authors' repository has them, a file a method
        for method in NAMES:
            file = table[["dis", "ref", "mos", method]].rename(columns={method: "pred"})
            file.to_csv(results / f"{name}_{method}.csv", index=False)
    follow(page, "statistics.replicates=50")  # neither values nor the jackknife's intervals depend on it
    pd.testing.assert_frame_equal(pd.read_csv("scores/live.csv"), joined["live"][["type", "dis", "ref", "mos", *NAMES]])
    compared = 0
    for title, name, references in (("LIVE", "live", "29"), ("TID2013", "tid2013", "25")):
        found = numbers_of(name, "summary.csv", "method", "statistic")
        for method, label in NAMES.items():
            cells = [title, label]
            for text, statistic in zip(printed[name, method], ("plcc", "srcc", "krcc"), strict=True):
                row = found[method, statistic]
                assert (row["n"], row["n_clusters"]) == (str(len(joined[name])), references)
                assert f"{float(row['value']):.4f}" == f"{float(text):.4f}", (name, method, statistic)
                cells += [f"{float(text):.4f}", with_interval(row, "value", "+.4f", ".3f")]
                compared += 1
            assert f"| {' | '.join(cells)} |" in rows_of(page)
    assert compared == 24


@pytest.mark.long
def test_the_table_of_four_references_is_that_of_the_pages_commands(
    root: Path, shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = root / "docs" / "degraded_reference.md"
    for source, target in (("fr.csv", "QualiSR-Lab/features/fr.csv"), ("labels.csv", "QualiSR-Set120/labels.csv")):
        Path(target).parent.mkdir(parents=True)
        Path(target).symlink_to(shared(f"oracles/qualisr/{source}"))
    follow(page)
    shown = rows_of(page)
    sides, significant = {}, []
    for title, name in (("SSIM", "ssim"), ("LPIPS", "lpips"), ("PieAPP", "pieapp"), ("AHIQ", "ahiq")):
        names = [f"{'lpips-vgg' if name == 'lpips' else name}_{reference}" for reference in REFERENCES]
        values = numbers_of(name, "summary.csv", "method", "statistic")
        rows = [values[column, "srcc"] for column in names]
        cells = [title, *(with_interval(row, "value", "+.3f", "+.3f") for row in rows)]
        assert f"| {' | '.join(cells)} |" in shown
        sides[title] = "".join(map(side, rows))
        differences = numbers_of(name, "comparisons.csv", "statistic", "method_a", "method_b")
        cells = [title]
        for column in names[1:]:
            row = differences["srcc", names[0], column]
            assert side(row) == "+"
            p = float(row["p_adjusted"])
            cells += [
                with_interval(row, "difference", "+.3f", "+.3f"),
                "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0"),
            ]
            significant.append(row["significant"])
        assert f"| {' | '.join(cells)} |" in shown
    assert sides == {"SSIM": "00--", "LPIPS": "00--", "PieAPP": "0---", "AHIQ": "+0--"}, "as the page's sentences say"
    assert (significant.count("True"), significant.count("False")) == (11, 1)
    with open("results/degraded/reference_quality.csv", newline="") as file:
        demo = {(row["method"], row["part"]): row for row in csv.DictReader(file)}
    text = page.read_text()
    for part, said in (("pristine", "(0.651 [0.345, 0.832])"), ("pooled", "(-0.219 [-0.425, 0.009])")):
        assert f"({with_interval(demo['vif', part], 'value', '.3f', '.3f')})" == said
        assert said in text
    assert float(demo["vif", "degraded - pristine"]["p_adjusted"]) < 0.001
    psnr = [float(demo["psnr", part]["value"]) for part in ("pristine", "pooled")]
    assert "PSNR falls from {:.3f} to {:.3f}".format(*psnr) in text


def side(row: dict[str, str]) -> str:
    """On which side of zero an interval lies, 0 where it includes zero."""
    return "+" if float(row["ci_low"]) > 0 else "-" if float(row["ci_high"]) < 0 else "0"


def test_the_audits_of_the_page_come_out_as_it_says(
    root: Path, shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.oracle.test_audits import OTHERS

    monkeypatch.chdir(tmp_path)
    for folder in ("nerfqa", "zsiqa", "score_tables", "qualisr"):
        for file in shared(f"oracles/{folder}").iterdir():
            (tmp_path / file.name).symlink_to(file)
    Path("others.md").write_text(OTHERS)
    page = root / "docs" / "reproduced.md"
    outcomes = []
    for block in blocks(page, "sh"):
        words = shlex.split(block.replace("\\\n", " "))
        status = main(words[2:])
        outcomes.append((status, capsys.readouterr().out))
    assert [status for status, _ in outcomes] == [0, 3, 0, 0]
    said = page.read_text(encoding="utf-8").replace("\n", " ")
    for line in re.findall(r"`(reproduced: [^`]+)`", said):
        assert any(line in out.replace("\n", " ") for _, out in outcomes), line
    assert "in part: 24 of 36 numbers follow, 12 differ, 168 can't be computed" in outcomes[1][1]
    assert 'stlpips=stlpips_alex"' in outcomes[1][1]
    assert "can tell it" not in outcomes[0][1]
