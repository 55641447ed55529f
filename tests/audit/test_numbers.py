"""Numbers as printed: what a cell holds, what agrees with it, and values printed alike."""

from __future__ import annotations

import pytest

from benchmark.audit.numbers import agrees, alike, missing, numbers, rougher
from benchmark.audit.spellings import read_label, statistic_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.8070", [0.807]),
        (".807", [0.807]),
        ("-0.861", [-0.861]),
        ("−.23", [-0.23]),
        ("0.8435/0.873/0.6801", [0.8435, 0.873, 0.6801]),
        ("0.81 / 0.82", [0.81, 0.82]),
        ("0.80 (0.79)", [0.80, 0.79]),
        ("0.80 (0.78, 0.82)", [0.80]),
        ("0.8 [0.7, 0.9]", [0.8]),
        ("0.807 ± 0.012", [0.807]),
        ("80.7%", [80.7]),
        ("0,807", [0.807]),
        ("0.891*", [0.891]),
        ("1.2e-3", [0.0012]),
        ("2.3M", []),
        ("LIVE", []),
        ("SSIM 0.8", []),
        ("0.8 0.9", []),
        ("-", []),
        ("", []),
    ],
)
def test_a_cell_is_its_numbers_or_nothing(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers(text)] == values


def test_digits_are_those_after_the_mark() -> None:
    assert [number.digits for number in numbers("0.8070/.87/81/1.2e-3")] == [4, 2, 0, 4]


@pytest.mark.parametrize("text", ["", "-", "--", "—", "N/A", "n.a.", "nan"])
def test_words_for_nothing(text: str) -> None:
    assert missing(text)


@pytest.mark.parametrize(
    ("value", "printed", "digits", "rounded", "truncated"),
    [
        (0.80649, 0.806, 3, True, True),
        (0.8069, 0.807, 3, True, False),
        (0.8069, 0.806, 3, False, True),
        (-0.8069, -0.806, 3, False, True),
        (-0.8069, -0.807, 3, True, False),
        (0.8065, 0.806, 3, True, True),  # a tie may go either way
        (0.8065, 0.807, 3, True, False),
        (0.0004, 0.0, 3, True, True),
        (-0.0004, 0.0, 3, True, True),
        (0.8072, 0.807, 4, False, False),
        (float("nan"), 0.8, 1, False, False),
    ],
)
def test_rounding_and_truncation_are_told_apart(
    value: float, printed: float, digits: int, rounded: bool, truncated: bool
) -> None:
    assert agrees(value, printed, digits) == rounded
    assert agrees(value, printed, digits, "truncated") == truncated


def test_a_number_with_zeros_put_on_follows_at_fewer_digits() -> None:
    assert rougher(0.80683, 0.8070, 4, "rounded") == 3
    assert rougher(0.80683, 0.8071, 4, "rounded") is None
    assert rougher(0.80412, 0.8000, 4, "rounded") == 2


@pytest.mark.parametrize(
    ("like", "value", "right"),
    [
        (".807", 0.4356, ".436"),
        ("0.807", 0.4356, "0.436"),
        ("-0.807", 0.4356, "0.436"),
        ("−.807", -0.4356, "−.436"),
        ("+0.807", 0.4356, "+0.436"),
        ("0,807", 0.4356, "0,436"),
        ("0.807", -0.0001, "0.000"),
        (".807", 1.2, "1.200"),
    ],
)
def test_a_value_is_printed_as_the_table_prints(like: str, value: float, right: str) -> None:
    (number,) = numbers(like)
    assert alike(value, number, 3) == right


@pytest.mark.parametrize(
    ("text", "statistics", "rest"),
    [
        ("SRCC", ("srcc",), ""),
        ("SROCC ↑", ("srcc",), ""),
        ("|ρ|", ("srcc",), ""),
        ("Spearman's ρ", ("srcc",), ""),
        ("Kendall τ", ("krcc",), ""),
        ("KTCC", ("krcc",), ""),
        ("LCC", ("plcc",), ""),
        ("R", ("plcc",), ""),
        ("OR", ("outlier_ratio",), ""),
        ("2AFC", ("pair_accuracy",), ""),
        ("SRCC/PLCC", ("srcc", "plcc"), ""),
        ("csiq(PLCC/SRCC/KRCC)", ("plcc", "srcc", "krcc"), "csiq"),
        ("LIVE SRCC", ("srcc",), "LIVE"),
        ("TID2013-PLCC", ("plcc",), "TID2013"),
        ("SROCC on TID2013", ("srcc",), "TID2013"),
        ("live_srcc", ("srcc",), "live"),
        ("LPIPS(vgg)", (), "LPIPS(vgg)"),
        ("Contrast or blur", (), "Contrast or blur"),
        ("KADID", (), "KADID"),
    ],
)
def test_statistics_by_the_names_that_papers_use(text: str, statistics: tuple[str, ...], rest: str) -> None:
    reading = read_label(text)
    assert (reading.statistics, reading.rest) == (statistics, rest)


def test_a_method_is_no_statistic() -> None:
    assert statistic_of("SSIM") is None
