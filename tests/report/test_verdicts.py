"""What reports say of equivalence: in the terminal, below tables, in the figure, where signs are dropped."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from benchmark.report.blocks import Comparison, Numbers, blocks
from benchmark.report.content import ReportData
from benchmark.report.plots import all_plots, style
from benchmark.report.plots.kinds import difference_matrix
from benchmark.report.table import comparison_table
from benchmark.report.terminal import as_text
from benchmark.report.verdicts import verdict_lines, verdict_tables

Maker = Callable[..., ReportData]
STRENGTHS = {name: 0.9 - place / 10 for place, name in enumerate("abcdefg")}


def judged(data: ReportData, words: Mapping[tuple[str, str], str], otherwise: str = "undecided") -> ReportData:
    """A report whose comparisons have verdicts: these of pairs of methods, by their labels."""
    rows = data.comparisons
    pairs = zip(rows["method_a"], rows["method_b"], strict=True)
    return replace(data, comparisons=rows.assign(verdict=[words.get((str(a), str(b)), otherwise) for a, b in pairs]))


def lines(data: ReportData) -> list[str]:
    return list(verdict_lines(data, Numbers(data), blocks(data)[0]))


def test_without_a_margin_nothing_is_said(make_report: Maker) -> None:
    data = make_report()
    assert lines(data) == []
    assert verdict_tables(data, Numbers(data)) == []
    assert "margin" not in as_text(data)


def test_the_terminal_names_few_pairs_and_counts_many(make_report: Maker) -> None:
    data = make_report(dict(list(STRENGTHS.items())[:3]))
    some = judged(data, {("a", "b"): "equivalent"}, "better")
    (line,) = lines(some)
    assert line.startswith("SRCC: difference below the margin: A and B")
    assert line in as_text(some, width=200)
    assert lines(judged(data, {}, "better")) == ["SRCC: no two methods are equivalent"]
    many = make_report(STRENGTHS)
    assert lines(judged(many, {}, "equivalent")) == ["SRCC: difference below the margin: 21 of 21 pairs of methods"]
    two_kinds = lines(judged(many, {("a", "b"): "equivalent"}))
    assert two_kinds[1] == "SRCC: undecided: 20 of 21 pairs of methods"


def test_a_table_says_which_methods_equal_the_best_of_a_column(make_report: Maker) -> None:
    data = make_report(dict(list(STRENGTHS.items())[:3]))
    best = comparison_table(data, data.config.tables[0]).columns
    numbers = Numbers(data)
    values = {name: numbers.value(best[0].scope, name, "srcc") for name in "abc"}
    first, second, _ = sorted(values, key=lambda name: -values[name])
    words = {(first, second): "equivalent", (second, first): "equivalent"}
    table = comparison_table(judged(data, words), data.config.tables[0])
    start = f"SRCC: difference below the margin from {first.upper()}: {second.upper()}"
    assert any(note.startswith(start) for note in table.notes), table.notes
    assert not any("below the margin" in note for note in comparison_table(data, data.config.tables[0]).notes)


def test_the_table_of_words_turns_with_its_methods(make_report: Maker) -> None:
    data = judged(make_report({"a": 0.9, "b": 0.3}), {("a", "b"): "better", ("b", "a"): "worse"})
    (grid,) = verdict_tables(data, Numbers(data))
    cells = {row[0]: dict(zip(grid.header, row, strict=True)) for row in grid.rows}
    assert cells["A"]["B"].startswith("better (+")
    assert cells["B"]["A"].startswith("worse (−")
    assert cells["A"]["A"] == ""


def test_the_figure_frames_what_is_equivalent_and_colours_only_what_is_not() -> None:
    def cell(difference: float, verdict: str, significant: bool = True) -> Comparison:
        return Comparison(difference, 0.01 if significant else 0.5, significant, "test", verdict)

    table = [
        [None, cell(0.01, "equivalent"), cell(0.2, "better")],
        [cell(-0.01, "equivalent"), None, cell(0.03, "undecided", significant=False)],
        [cell(-0.2, "worse"), cell(-0.03, "undecided", significant=False), None],
    ]
    with style.style():
        axes = difference_matrix.draw(["A", "B", "C"], "srcc", table).axes[0]
    frames = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    centres = sorted(
        (round(patch.get_x() + patch.get_width() / 2), round(patch.get_y() + patch.get_height() / 2))
        for patch in frames
    )
    assert centres == [(0, 1), (1, 0)]
    assert all(not patch.get_fill() for patch in frames), "a frame, which survives greyscale"
    picture = np.asarray(axes.images[0].get_array())
    assert (picture[0, 1] == 1).all(), "white although significant"
    assert not (picture[0, 2] == 1).all()
    assert "framed: equivalent (difference below the margin)" in axes.get_xlabel()


def test_the_reports_figure_is_framed_only_with_a_margin(make_report: Maker) -> None:
    data = make_report({"a": 0.9, "b": 0.8})
    for one, count in ((data, 0), (judged(data, {}, "equivalent"), 2)):
        (plot,) = [plot for plot in all_plots(one, Numbers(one)) if plot.name == "significance"]
        assert len(plot.figure.axes[0].patches) == count
        assert ("framed" in plot.description) == bool(count)


@pytest.mark.parametrize(("said", "turned"), [("better", "worse"), ("equivalent", "equivalent"), ("", "")])
def test_a_verdict_the_other_way_round(said: str, turned: str) -> None:
    other = Comparison(0.1, 0.01, True, "test", said).turned
    assert (other.difference, other.verdict) == (-0.1, turned)
