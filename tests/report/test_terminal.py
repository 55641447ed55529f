"""The table in the terminal: plain when piped, within the width, everything said."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from benchmark.report.content import ReportData
from benchmark.report.terminal import ranked_table

Maker = Callable[..., ReportData]


def printed(data: ReportData, width: int = 100, *, terminal: bool = False) -> str:
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=terminal).print(ranked_table(data))
    return file.getvalue()


def test_ranked_by_srcc_best_marked_others_below(make_report: Maker) -> None:
    methods = {"gone": {"status": "unavailable", "reason": "no weights"}, "bad": {"higher_is_better": False}}
    text = printed(make_report({"bad": 0.5, "good": 0.8, "gone": 0.1}, missing={"gone": 36}, methods=methods))
    lines = text.splitlines()
    assert [line.split()[1] for line in lines if line[:2].strip().rstrip("*").isdigit()] == ["GOOD", "BAD"]
    assert lines[2].startswith("1*")
    assert "BAD ↓" in text
    assert lines[-2:] == ["Not ranked:", "  GONE: unavailable: no weights"]


@pytest.mark.parametrize("width", [16, 24, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(make_report: Maker, width: int) -> None:
    data = make_report({f"a method with a long name {index}": 0.3 for index in range(3)})
    for terminal in (True, False):
        lines = printed(data, width, terminal=terminal).splitlines()
        plain = [line for line in lines if "\x1b" not in line]
        assert all(len(line) <= width for line in plain)


def test_a_narrow_terminal_loses_no_part_of_a_name(make_report: Maker) -> None:
    name = "abcdefghijklmnopqrstuvwxyz0123456789"
    text = printed(make_report({"a": 0.5}, methods={"a": {"title": name}}), 30)
    column = "".join(line[3:16].split("  ")[0].strip() for line in text.splitlines()[2:])
    assert name in column


def test_piped_output_has_no_control_characters(make_report: Maker) -> None:
    data = make_report()
    assert "\x1b" in printed(data, terminal=True)
    plain = printed(data)
    assert plain.replace("\n", "").isprintable()
    assert "[0." in plain


def test_markup_in_names_is_text(make_report: Maker) -> None:
    name = "[red]x[/red] [/]"
    assert name in printed(make_report({"a": 0.5}, methods={"a": {"title": name}}))


def test_nothing_ranked(make_report: Maker) -> None:
    data = make_report({"a": 0.5}, missing={"a": 36}, methods={"a": {"reason": "boom"}})
    text = printed(data)
    assert "No method could be ranked." in text
    assert "A: failed: boom" in text


def test_each_block_has_its_table(make_report: Maker) -> None:
    text = printed(make_report(splits=("val", "test"), simulated=True))
    assert [line for line in text.splitlines() if "references" in line] == [
        "A test set, val: 36 pairs of 12 references; simulated labels",
        "A test set, test: 36 pairs of 12 references; simulated labels",
    ]
