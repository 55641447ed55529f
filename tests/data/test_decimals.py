"""Decimal commas: read where nothing else can be meant or where the user says so, else one message that names the option."""

import math

import pytest

from benchmark.core.errors import DataError
from benchmark.data.decimals import Mark, find_mark, to_floats


def mark(
    columns: dict[str, list[str]], separator: str = ";", asked: Mark | None = None, others: tuple[str, ...] = ()
) -> str:
    return find_mark(columns, "t.csv:{}".format, separator=separator, asked=asked, others=[others])


@pytest.mark.parametrize(
    "columns",
    [
        {"mos": ["3,5", "4", ""]},
        {"mos": ["3,001", "4,5"]},
        {"mos": ["3,001"], "psnr": ["35,7164"]},
        {"mos": ["0,123"]},  # no thousands begin with 0
        {"mos": ["1,5e-3", "NA"]},
    ],
)
@pytest.mark.parametrize("separator", [";", "\t"])
def test_decimal_commas_are_read_where_the_separator_makes_them_unambiguous(
    columns: dict[str, list[str]], separator: str
) -> None:
    assert mark(columns, separator) == ","


def test_another_column_may_show_that_commas_are_decimal_ones() -> None:
    assert mark({"mos": ["3,001"]}, others=("2,5442",)) == ","


@pytest.mark.parametrize(
    ("columns", "separator"),
    [
        ({"mos": ["3,5"] * 192}, ","),  # quoted cells
        ({"mos": ["3,5"]}, ""),  # a DataFrame
        ({"mos": ["1,234", "2,345"]}, ";"),  # decimals or thousands
        ({"mos": ["1,234"], "psnr": ["12,345", "30"]}, "\t"),
    ],
)
def test_commas_that_may_mean_something_else_are_one_message_that_names_the_option(
    columns: dict[str, list[str]], separator: str
) -> None:
    with pytest.raises(DataError, match=r"t\.csv:0: .*--decimal ,.*decimal: \",\"") as caught:
        mark(columns, separator)
    assert len(caught.value.problems) == 1
    assert mark(columns, separator, asked=",") == ","


@pytest.mark.parametrize("columns", [{"mos": ["3,5", "3.5"]}, {"mos": ["3,5"], "psnr": ["30", "30.25"]}])
def test_points_and_commas_in_one_table_are_refused(columns: dict[str, list[str]]) -> None:
    with pytest.raises(DataError, match=r"has a comma.*a point"):
        mark(columns)
    with pytest.raises(DataError, match="has a point, but commas are said to be decimal"):
        mark(columns, asked=",")


def test_points_are_read_as_they_always_were() -> None:
    assert mark({"mos": ["3.5", "1.234"], "psnr": ["30"]}) == "."
    assert mark({"mos": ["abc, def"]}) == ".", "text is no number, whatever the mark"


@pytest.mark.parametrize("text", ["1.234,5", "1,234.5", "1,234,567", "1 234", "1_000", "3,5 dB", "١", "0x10", "True"])
@pytest.mark.parametrize("decimal", [",", "."])
def test_what_is_no_plain_number_is_refused_under_either_mark(text: str, decimal: Mark) -> None:
    assert to_floats(["1", text], decimal)[1] == [1]


def test_numbers_and_gaps() -> None:
    values, wrong = to_floats(["3,5", "-0,25", "1e3", "", "NA", "<NA>"], ",")
    assert values[:3] == [3.5, -0.25, 1000.0]
    assert all(math.isnan(value) for value in values[3:])
    assert wrong == []
