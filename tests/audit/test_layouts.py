"""Tables in the layouts that papers and tools print, with truth by SciPy, audited from file to verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmark.audit import audit_files, conduct, read_printed, scores
from benchmark.audit.layout import LabelPlace, take_apart
from benchmark.audit.meanings import Wishes
from benchmark.audit.printed_table import PrintedTable
from benchmark.statistics.settings import StatisticsSettings

METHODS = ("PSNR", "FSIM", "DISTS", "VIF")
STATISTICS = ("SRCC", "PLCC", "KRCC")


@pytest.fixture
def frame() -> pd.DataFrame:
    """Scores of 60 images of 12 references, two kinds of them, and their label."""
    rng = np.random.default_rng(7)
    quality = rng.uniform(0, 10, 60)
    made: dict[str, Any] = {
        "name": [f"image{at:02d}" for at in range(60)],
        "ref": [f"scene{at % 12}" for at in range(60)],
        "kind": [("blur", "noise")[at % 2] for at in range(60)],
        "mos": np.round(quality + rng.normal(0, 1, 60), 4),
    }
    for at, method in enumerate(METHODS):
        made[method] = np.round(quality + rng.normal(0, 1 + 0.8 * at, 60), 5)
    return pd.DataFrame(made)


def truth(frame: pd.DataFrame, method: str, statistic: str, label: str = "mos") -> float:
    """A correlation by SciPy."""
    compute: Any = {"SRCC": stats.spearmanr, "PLCC": stats.pearsonr, "KRCC": stats.kendalltau}[statistic]
    return float(compute(frame[method], frame[label]).statistic)


def audited(
    folder: Path,
    name: str,
    text: str,
    frames: Mapping[str, pd.DataFrame],
    groups: Sequence[str] = (),
    maps: Mapping[str, str] | None = None,
) -> conduct.Audit:
    """Write table and scores, and audit them."""
    (folder / name).write_text(text, encoding="utf-8")
    for data, frame in frames.items():
        frame.to_csv(folder / f"{data}.csv", index=False)
    wishes = Wishes([scores.group_of(group) for group in groups], maps or {})
    asked = conduct.AuditRequest(wishes=wishes, statistics=StatisticsSettings(replicates=20))
    files = scores.read([str(folder / f"{data}.csv") for data in frames])
    return conduct.conduct(read_printed.read(folder / name), files, asked)


@pytest.mark.parametrize("before", ["", "<!DOCTYPE html>\n<html><body>", "<html>", '<?xml version="1.0"?>\n<html>'])
def test_a_web_page_is_a_table_too(tmp_path: Path, frame: pd.DataFrame, before: str) -> None:
    table = pd.DataFrame({name: {m: f"{truth(frame, m, name):.4f}" for m in METHODS} for name in STATISTICS})
    result = audited(tmp_path, "table.html", before + table.to_html(), {"live": frame})
    assert (result.answer, result.counts["follows"]) == ("reproduced", 12)


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@pytest.mark.parametrize(
    ("spread", "left_out"),
    [
        (" ± 0.012", 0),
        (" (±0.012)", 0),
        (" [± 0.012]", 0),
        (" (0.850, 0.910)", 0),
        (" (0.012)", 2),
        (" [0.012]", 2),
        (" (1)", 2),
    ],
)
def test_a_spread_or_rank_beside_a_number_is_no_statistic(
    tmp_path: Path, frame: pd.DataFrame, spread: str, left_out: int
) -> None:
    rows = [[method, *(f"{truth(frame, method, name):.3f}{spread}" for name in STATISTICS[:2])] for method in METHODS]
    result = audited(tmp_path, "table.md", markdown(["Method", "SRCC", "PLCC"], rows), {"live": frame})
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 8})
    assert len(result.matching.left_out) == left_out


def test_two_numbers_of_two_statistics_stay_two(tmp_path: Path, frame: pd.DataFrame) -> None:
    rows = [[m, f"{truth(frame, m, 'SRCC'):.3f} ({truth(frame, m, 'PLCC'):.3f})"] for m in METHODS]
    result = audited(tmp_path, "table.md", markdown(["Method", "SRCC (PLCC)"], rows), {"live": frame})
    assert dict(result.counts) == {"follows": 8}


def test_mapped_numbers_are_found_beside_columns_that_agree_now_and_then(tmp_path: Path, frame: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    others = {f"x{at}": frame["mos"] + rng.normal(0, 0.3, 60) for at in range(60)}
    many = frame.assign(**others)
    label = (many["mos"] - many["mos"].min()) / np.ptp(many["mos"]) * 100
    rows = []
    for method in METHODS:
        fitted = np.polyval(np.polyfit(many[method], label, 3), many[method])
        rows.append([method, f"{stats.pearsonr(fitted, label).statistic:.3f}", f"{np.std(fitted - label):.3f}"])
    result = audited(tmp_path, "table.md", markdown(["Method", "PLCC", "RMSE"], rows), {"live": many})
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 8})


def test_zeros_that_software_puts_on_all_numbers_claim_no_digits(tmp_path: Path, frame: pd.DataFrame) -> None:
    cells = {
        (kind, name): {m: round(truth(frame[frame["kind"] == kind], m, name), 4) for m in METHODS}
        for kind in ("blur", "noise")
        for name in STATISTICS
    }
    right = pd.DataFrame(cells).to_latex()
    result = audited(tmp_path, "table.tex", right, {"live": frame})
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 24})
    cells["blur", "SRCC"]["FSIM"] += 0.02
    result = audited(tmp_path, "table.tex", pd.DataFrame(cells).to_latex(), {"live": frame})
    assert dict(result.counts) == {"follows": 23, "differs": 1}
    assert audit_files.corrected(result) == (right.encode(), 0)


@pytest.fixture
def mixed(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with one method of the other direction,"""
    return frame.assign(PSNR=-frame["PSNR"])


def magnitudes(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Every method's magnitudes as printed."""
    return {(m, name): f"{abs(truth(frame, m, name)):.4f}" for m in METHODS for name in STATISTICS}


def of_magnitudes(cells: Mapping[tuple[str, str], str]) -> str:
    """The table of printed magnitudes."""
    return markdown(["Method", *STATISTICS], [[m, *(cells[m, name] for name in STATISTICS)] for m in METHODS])


def test_rows_exchanged_in_a_table_of_magnitudes_are_told(tmp_path: Path, mixed: pd.DataFrame) -> None:
    right = magnitudes(mixed)
    wrong = right | {("PSNR", name): right["FSIM", name] for name in STATISTICS}
    wrong |= {("FSIM", name): right["PSNR", name] for name in STATISTICS}
    result = audited(tmp_path, "table.md", of_magnitudes(wrong), {"live": mixed})
    differing = [item for item in result.judged if item.verdict == "differs"]
    assert {item.cell.method for item in differing} == {"PSNR", "FSIM"}
    assert len(differing) == 6
    assert all(any(found.kind == "exchanged" for found in item.explanations) for item in differing)
    assert audit_files.corrected(result) == (of_magnitudes(right).encode(), 0)


def test_one_turned_sign_does_not_make_magnitudes_wrong(tmp_path: Path, mixed: pd.DataFrame) -> None:
    right = magnitudes(mixed)
    wrong = right | {("FSIM", "SRCC"): "-" + right["FSIM", "SRCC"]}
    result = audited(tmp_path, "table.md", of_magnitudes(wrong), {"live": mixed})
    (differing,) = (item for item in result.judged if item.verdict == "differs")
    assert (differing.cell.method, differing.right) == ("FSIM", right["FSIM", "SRCC"])


def test_columns_exchanged_as_a_whole_are_not_called_other_scores(tmp_path: Path, frame: pd.DataFrame) -> None:
    kinds = ("blur", "noise")
    text = {
        (m, kind, name): f"{truth(frame[frame['kind'] == kind], m, name):.4f}"
        for m in METHODS
        for kind in kinds
        for name in STATISTICS
    }
    heads = ["Method", *(f"{kind} {name}" for kind in kinds for name in STATISTICS)]
    rows = [
        [
            m,
            *(
                text[m, other if m in METHODS[:2] else kind, name]
                for kind, other in (kinds, kinds[::-1])
                for name in STATISTICS
            ),
        ]
        for m in METHODS
    ]
    result = audited(tmp_path, "table.md", markdown(heads, rows), {"live": frame})
    differing = [item for item in result.judged if item.verdict == "differs"]
    assert len(differing) == 12
    assert {item.explanations[0].kind for item in differing} == {"exchanged"}


def two(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Two data sets with the same methods."""
    return {"LIVE": frame[:30], "CSIQ": frame[30:]}


def line(frame: pd.DataFrame, method: str, statistics: Sequence[str] = STATISTICS) -> list[str]:
    """A method's numbers as printed."""
    return [f"{truth(frame, method, name):.4f}" for name in statistics]


def across(text: str, columns: int) -> str:
    """A row of LaTeX with one text across a table."""
    return f"\\multicolumn{{{columns}}}{{c}}{{{text}}} \\\\ \\midrule\n"


def tabular(heads: Sequence[str], body: str) -> str:
    """A table in LaTeX."""
    return (
        f"\\begin{{tabular}}{{l{'c' * (len(heads) - 1)}}}\\toprule\n"
        f"{' & '.join(heads)} \\\\ \\midrule\n{body}\\bottomrule\\end{{tabular}}\n"
    )


def body(rows: Sequence[Sequence[str]]) -> str:
    """Rows of LaTeX."""
    return "".join(f"{' & '.join(row)} \\\\\n" for row in rows)


@pytest.mark.parametrize("called", ["{}", "{} database", "{} (30 images)", "{} dataset [7]", "Dataset: {}"])
def test_a_section_that_stands_right_below_the_headings_ends_where_the_next_begins(
    tmp_path: Path, frame: pd.DataFrame, called: str
) -> None:
    sections = [
        across(called.format(name), 4) + body([[m, *line(own, m)] for m in METHODS]) for name, own in two(frame).items()
    ]
    result = audited(tmp_path, "table.tex", tabular(["Method", *STATISTICS], "".join(sections)), two(frame))
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 24})


def test_sections_may_be_statistics(tmp_path: Path, frame: pd.DataFrame) -> None:
    sections = [
        across(name, 3) + body([[m, *(line(own, m, [name])[0] for own in two(frame).values())] for m in METHODS])
        for name in STATISTICS
    ]
    result = audited(tmp_path, "table.tex", tabular(["Method", *two(frame)], "".join(sections)), two(frame))
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 24})


def test_the_name_of_an_index_is_a_title_and_no_section(tmp_path: Path, frame: pd.DataFrame) -> None:
    table = pd.DataFrame([line(frame, m) for m in METHODS], pd.Index(METHODS, name="Method"), STATISTICS)
    for name, text in (("t.html", table.to_html()), ("t.tex", table.to_latex())):
        layout = take_apart(read_text(tmp_path, name, text))
        assert layout.titles == {LabelPlace("row"): "Method"}
        assert all(LabelPlace("section") not in number.labels for number in layout.numbers)


def read_text(folder: Path, name: str, text: str) -> PrintedTable:
    """The only table of a text."""
    (folder / name).write_text(text)
    (table,) = read_printed.read(folder / name).tables
    return table


def test_tables_side_by_side_have_methods_of_their_own(tmp_path: Path, frame: pd.DataFrame) -> None:
    rows = [[left, *line(frame, left), right, *line(frame, right)] for left, right in (METHODS[:2], METHODS[2:])]
    result = audited(tmp_path, "table.md", markdown(["Method", *STATISTICS] * 2, rows), {"live": frame})
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 12})


@pytest.mark.parametrize("title", ["Type", "Category", "LabelledRows"])
def test_the_type_of_a_method_is_no_group(tmp_path: Path, frame: pd.DataFrame, title: str) -> None:
    rows = [[("FR", "DL")[m in METHODS[2:]], m, *line(frame, m)] for m in METHODS]
    result = audited(tmp_path, "table.md", markdown([title, "Method", *STATISTICS], rows), {"live": frame})
    assert (result.answer, dict(result.counts)) == ("reproduced", {"follows": 12})


def test_a_type_that_tells_rows_apart_is_a_group(tmp_path: Path, frame: pd.DataFrame) -> None:
    rows = [[kind, m, *line(frame[frame["kind"] == kind], m)] for kind in ("blur", "noise") for m in METHODS]
    unknown = [["rain", m, "0.5000", "0.5000", "0.5000"] for m in METHODS]
    result = audited(tmp_path, "t.md", markdown(["Type", "Method", *STATISTICS], rows + unknown), {"live": frame})
    assert dict(result.counts) == {"follows": 24, "not-computable": 12}


def test_a_data_set_without_scores_can_not_be_computed(tmp_path: Path, frame: pd.DataFrame) -> None:
    rows = [["KADID", m, *line(frame, m)] for m in METHODS]
    result = audited(tmp_path, "table.md", markdown(["Database", "Method", *STATISTICS], rows), {"live": frame})
    assert dict(result.counts) == {"not-computable": 12}
