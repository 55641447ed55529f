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
    assert name in "".join(line[3:].split("  ")[0].strip() for line in text.splitlines()[2:])


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


def test_what_has_no_room_is_named_and_nothing_is_cut(make_report: Maker) -> None:
    data = make_report({"a": 0.5, "b": 0.7}, methods={"a": {"title": "方法" * 9}})
    for terminal in (False, True):
        text = " ".join(printed(data, 60, terminal=terminal).split())
        assert "Not shown in 60 columns: PLCC, KRCC, RMSE and n (all in report.html and summary.csv; here from" in text
        assert "Not shown" not in printed(data, 200, terminal=terminal)
    rows = [line for line in printed(data, 60).splitlines() if "[0." in line]
    assert len(rows) == 2
    assert all(line.count("]") == 1 for line in rows)


def test_the_line_tells_the_width_from_which_all_are_shown(make_report: Maker) -> None:
    data = make_report({"a": 0.5, "b": 0.7})
    for terminal in (False, True):
        needed = int(" ".join(printed(data, 50, terminal=terminal).split()).split("here from ")[1].split()[0])
        assert "Not shown in" in printed(data, needed - 1, terminal=terminal)
        whole = printed(data, needed, terminal=terminal)
        assert "Not shown" not in whole
        assert "RMSE" in whole


def test_the_number_of_pairs_stays_longer_where_the_heading_does_not_say_it(make_report: Maker) -> None:
    with_n = {
        gone: [
            next(line for line in printed(data, width).splitlines() if "SRCC" in line).split()[-1] == "n"
            for width in range(50, 70)
        ]
        for gone in (0, 3)
        for data in [make_report({"a": 0.5, "b": 0.7}, missing={"b": gone})]
    }
    assert sum(with_n[3]) > sum(with_n[0])
