"""Terminal, table, page, CSV and plots agree on who is best, tied, told apart and unranked; the truth is SciPy's."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from rich.console import Console
from scipy import stats

from benchmark.report.blocks import Numbers
from benchmark.report.content import ReportData
from benchmark.report.formats.csv import to_csv
from benchmark.report.formats.latex import to_latex
from benchmark.report.formats.markdown import to_markdown
from benchmark.report.page import render_page
from benchmark.report.plots import all_plots
from benchmark.report.table import comparison_table
from benchmark.report.terminal import ranked_table
from benchmark.results import csv_files

Maker = Callable[..., ReportData]
Scores = Callable[..., pd.DataFrame]


@dataclass
class Said:
    """What one rendering says of SRCC."""

    best: set[str] = field(default_factory=set)
    unranked: set[str] = field(default_factory=set)
    alike: set[str] | None = None
    untested: bool = False


def by_terminal(data: ReportData) -> Said:
    file = io.StringIO()
    Console(file=file, width=200).print(ranked_table(data))
    text, said = file.getvalue(), Said()
    ranked, _, below = text.partition("Not ranked:")
    said.best = {line.split()[1] for line in ranked.splitlines() if line.startswith("1*")}
    said.unranked = set(re.findall(r"^  (\w+):", below, re.MULTILINE))
    said.untested = "not tested" in text
    return said


def by_csv(data: ReportData) -> Said:
    table = comparison_table(data, data.config.tables[0])
    rows = [row for row in csv.DictReader(io.StringIO(to_csv(table))) if row["reported"] == "false"]
    return Said(
        {row["title"] for row in rows if "best" in row["srcc_mark"].split()},
        {row["title"] for row in rows if row["group"] == "Not ranked"},
        {row["title"] for row in rows if "†" in row["srcc_mark"]},
        any("not tested" in row["notes"] for row in rows),
    )


def by_lines(text: str, name: str, bold: str, dagger: str, cell: int, separator: str) -> Said:
    """Rows of Markdown or LaTeX: title first, then the cell of SRCC."""
    said = Said(alike=set(), untested="not tested" in text)
    assert said.alike is not None
    below = False
    for line in text.splitlines():
        below |= "Not ranked" in line
        parts = line.split(separator)
        found = re.search(name, parts[0] or parts[min(1, len(parts) - 1)])
        if len(parts) <= cell or found is None or "reported" in line:
            continue
        title = found[1]
        if bold in parts[cell]:
            said.best.add(title)
        if dagger in parts[cell]:
            said.alike.add(title)
        if below:
            said.unranked.add(title)
    return said


def by_markdown(data: ReportData) -> Said:
    return by_lines(
        to_markdown(comparison_table(data, data.config.tables[0])), r"^ (\w+) ↑", "**", "<sup>†", 2 + 1, "|"
    )


def by_latex(data: ReportData) -> Said:
    text = to_latex(comparison_table(data, data.config.tables[0]))
    header = next(line for line in text.splitlines() if "SRCC" in line and "&" in line)
    place = [cell.strip().split(" ")[0] for cell in header.split("&")].index("SRCC")
    return by_lines(text, r"(\w+) (?:\{)?\$\\uparrow", r"\textbf", "dag", place, "&")


def by_page(data: ReportData) -> Said:
    numbers = Numbers(data)
    page = render_page(data, numbers, [comparison_table(data, item) for item in data.config.tables], [], {})
    ranking = page[page.index('<section id="ranking">') : page.index('<section id="tables">')]
    said = Said(untested="not tested" in ranking)
    for row in re.findall(r"<tr.*?</tr>", ranking, re.DOTALL):
        title = re.search(r'<th scope="row" data-sort="(\w+)"', row)
        if title is None:
            continue
        if row.startswith('<tr class="best"'):
            said.best.add(title[1])
        if "not ranked:" in row:
            said.unranked.add(title[1])
    cells = re.findall(r'<th scope="row">(\w+) ↑.*?</th>(.*?)</tr>', page, re.DOTALL)
    srcc = {title: re.findall(r"<td class=.*?</td>", rest, re.DOTALL)[0] for title, rest in cells}
    assert {title for title, cell in srcc.items() if "best" in cell} == said.best, "the page's own table"
    said.alike = {title for title, cell in srcc.items() if "†" in cell}
    return said


def joined_titles(figure: Figure) -> list[set[str]]:
    """The methods that each line of the rank plot joins."""
    left, right = figure.axes
    titles = [text.get_text() for text in left.get_yticklabels()]
    dots = [line for line in right.lines if line.get_marker() == "o"]
    return [{titles[round(-float(place))] for place in np.asarray(line.get_ydata())} for line in dots]


def by_plot(data: ReportData) -> Said:
    plots = {plot.name: plot for plot in all_plots(data, Numbers(data))}
    figure = plots["ranks"].figure
    titles = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    values = [float(np.asarray(line.get_xdata())[0]) for line in figure.axes[0].lines if line.get_marker() == "o"]
    printed = [f"{value:.3f}" for value in values]
    assert values == sorted(values, reverse=True)
    best = {title for title, text in zip(titles, printed, strict=True) if text == printed[0]}
    joined = [group for group in joined_titles(figure) if titles[0] in group]
    heading = figure.get_suptitle().lower()
    return Said(
        best,
        {method.title for method in data.methods} - set(titles),
        set().union(*joined) - best,
        "not tested" in heading and "not tested" in plots["ranks"].description.lower(),
    )


EVERY = [by_terminal, by_csv, by_markdown, by_latex, by_page, by_plot]


def truth(data: ReportData) -> tuple[set[str], set[str], set[str]]:
    """Best at three digits by SciPy, unranked by counting, and who differs from the best by what comparisons.csv tests."""
    unranked, values = set(), {}
    for method in data.methods:
        column = data.scores[method.label]
        known = column.notna()
        if (~known).sum() > 0.01 * len(column) or column.nunique() < 2:
            unranked.add(method.title)
        else:
            values[method.label] = float(stats.spearmanr(column[known], data.scores["mos"][known])[0])
    top = max(values, key=lambda label: values[label])
    best = {label.capitalize() for label in values if f"{values[label]:.3f}" == f"{values[top]:.3f}"}
    rows = data.comparisons[(data.comparisons["level"] == "pair") & (data.comparisons["statistic"] == "srcc")]
    alike = set()
    for row in rows.to_dict("records"):
        pair = {row["method_a"], row["method_b"]}
        if top in pair and row["p_adjusted"] >= 0.05:
            alike |= {label.capitalize() for label in pair - {top}}
    return best, unranked, alike - best - unranked


@pytest.mark.parametrize("references", [1, 10, 40])
@pytest.mark.parametrize(
    "names", [("weak", "strong", "opposite"), ("absent", "gaps", "weak", "flat", "opposite", "swapped", "strong")]
)
def test_all_renderings_say_the_same_of_who_is_best_alike_and_unranked(
    make_scores: Scores, make_evaluated: Maker, references: int, names: tuple[str, ...]
) -> None:
    data = make_evaluated(make_scores(references, 12 if references == 1 else 6), names)
    best, unranked, alike = truth(data)
    if "swapped" in names and references > 1:
        assert best == {"Strong", "Swapped"}, "a tie at the printed digits is among what is tried"
    for said_by in EVERY:
        said = said_by(data)
        assert (said_by.__name__, said.best) == (said_by.__name__, best)
        assert (said_by.__name__, said.unranked) == (said_by.__name__, unranked)
        assert said.untested == (references == 1), said_by.__name__
        if said.alike is not None:
            assert (said_by.__name__, said.alike) == (said_by.__name__, alike)
    assert references > 1 or not alike


def test_all_renderings_give_the_same_reason_for_who_is_unranked(make_scores: Scores, make_evaluated: Maker) -> None:
    data = make_evaluated(make_scores(10))
    reasons = {
        "Gaps": "scored only 58 of 60 pairs",
        "Flat": "SRCC undefined: all scores are equal",
        "Absent": "unavailable: no weights",
    }
    file = io.StringIO()
    Console(file=file, width=200).print(ranked_table(data))
    table = comparison_table(data, data.config.tables[0])
    page = render_page(data, Numbers(data), [table], [], {})
    rows = {row["title"]: row["notes"] for row in csv.DictReader(io.StringIO(to_csv(table)))}
    for title, reason in reasons.items():
        assert f"{title}: {reason}" in file.getvalue()
        printed = reason.removesuffix(": no weights")
        assert printed in rows[title]
        assert f"Not ranked: {reason}" in page
        for text in (to_markdown(table), to_latex(table)):
            assert printed in text
            assert "no weights" not in text, "what a program says stays out of printed tables"


def test_a_tie_for_the_first_place_leaves_no_second_anywhere(make_scores: Scores, make_evaluated: Maker) -> None:
    data = make_evaluated(make_scores(40), ("weak", "swapped", "strong", "opposite"))
    table = comparison_table(data, data.config.tables[0])
    srcc = {row.label: row.cells[0].place for row in table.rows if not row.reported}
    assert srcc == {"strong": 1, "swapped": 1, "weak": 0, "opposite": 0}
    first = next(line for line in to_markdown(table).splitlines() if "Weak" in line)
    assert "<ins>" not in first
    assert any("share their place" in note for note in table.notes)
    rank = data.summary[data.summary["statistic"] == "rank_srcc"].set_index("method")
    assert sorted(rank.loc[["strong", "swapped"], "value"]) == [1, 2]
    second = rank.index[(rank["value"] == 2)][0]
    assert "unrounded" in rank.loc[second, "note"]


def test_more_digits_part_what_fewer_tie(make_scores: Scores, make_evaluated: Maker) -> None:
    data = make_evaluated(make_scores(40), ("swapped", "strong"), tables=({"digits": 6}, {"name": "few", "digits": 2}))
    places = [
        sorted(row.cells[0].place for row in comparison_table(data, spec).rows if not row.reported)
        for spec in data.config.tables
    ]
    assert places == [[1, 2], [1, 1]]


def test_an_order_of_methods_changes_no_statement(make_scores: Scores, make_evaluated: Maker) -> None:
    scores = make_scores(10)
    names = ("strong", "swapped", "opposite", "weak", "gaps")
    forth, back = by_csv(make_evaluated(scores, names)), by_csv(make_evaluated(scores, names[::-1]))
    assert forth == back


@pytest.mark.parametrize("references", [1, 10])
def test_a_report_from_stored_files_says_the_same(
    make_scores: Scores, make_evaluated: Maker, tmp_path: Path, references: int
) -> None:
    data = make_evaluated(make_scores(references, 12), ("weak", "strong", "opposite"))
    for name, table in (("summary", data.summary), ("comparisons", data.comparisons)):
        csv_files.write_table(tmp_path / f"{name}.csv", table)
    summary, comparisons = (csv_files.read_table(tmp_path / f"{name}.csv") for name in ("summary", "comparisons"))
    again = replace(data, summary=summary, comparisons=comparisons)
    assert by_csv(again) == by_csv(data)
    assert comparison_table(again, again.config.tables[0]).notes == comparison_table(data, data.config.tables[0]).notes
