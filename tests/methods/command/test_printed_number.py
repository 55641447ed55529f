"""Which number a program printed: forms that programs use, and everything that is not exactly one number."""

import math
import re

import pytest

from benchmark import UserError
from benchmark.plugins.methods.command.printed_number import expression, find


def found(printed: str | bytes, number: str | None = None) -> float:
    data = printed if isinstance(printed, bytes) else printed.encode()
    value: float = find(data, None if number is None else expression(number))
    return value


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("0.93", 0.93),
        ("0.93\n", 0.93),
        ("  \n\n    0.9312\r\n", 0.9312),
        ("ans =\n\n    0.9312\n\n", 0.9312),  # MATLAB without `disp`
        ("-1.5e-3\n", -1.5e-3),
        ("\u22120.5\n", -0.5),  # a typographer's minus must not lose its sign
        ("+7\n", 7.0),
        (".5\n", 0.5),
        ("5.\n", 5.0),
        ("1.25D-02\n", 0.0125),  # Fortran
        ("PSNR: 33.2 dB\n", 33.2),
        ("PSNR:33.2\n", 33.2),
        ("score=0.5;\n", 0.5),
        ('{"ssim": 0.75}\n', 0.75),
        ("The score is 0.5.\n", 0.5),
        ("93.1%\n", 93.1),
        ("93.1 %\n", 93.1),
        ("SSIMULACRA2 v2.1.0 of 2024-01-02\n87.5\n", 87.5),
        ("\x1b[1;32m0.75\x1b[0m\n", 0.75),
        ("\x1b]0;title\x07\x1b[2K0.75", 0.75),
        ("working /\rworking -\r0.75\n", 0.75),
        ("\ufeff0.75\n", 0.75),
        (b"\xff\xfe caf\xe9 0.75\n", 0.75),
        ("inf\n", math.inf),
        ("-Infinity\n", -math.inf),
        ("3.3e38\n", 3.3e38),
    ],
)
def test_one_number_among_words(printed: str | bytes, value: float) -> None:
    assert found(printed) == value


def test_not_a_number_is_read_as_such() -> None:
    assert math.isnan(found("NaN\n"))
    assert math.isnan(found("score: -nan", r"score: (\S+)"))


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ("", "it printed nothing"),
        (" \n\t\n", "it printed nothing"),
        ("\x1b[0m\n", "it printed nothing"),
        ("done\n", "it printed no number: done"),
        ("33.2dB\n", "it printed no number: 33.2dB"),
        ("\u20130.5\n", "it printed no number"),  # a dash: whether it is a sign is not known
        ("1_000\n", "it printed no number"),
        ("0x1p3\n", "it printed no number"),
        ("1.5\n2.5\n", r"it printed 2 numbers \(1\.5, 2\.5\), not one: give `number`"),
        ("1.2e-3 (0.0003)\n", r"it printed 2 numbers \(1\.2e-3, 0\.0003\)"),
        ("1 2 3 4 5 6\n", r"it printed 6 numbers \(1, 2, 3, 4, …\)"),
        ("0,93\n", "it printed '0,93', with a comma"),
        ("1,234.5\n", "it printed '1,234.5', with a comma"),
        ("\u0661\u0662\n", "it printed no number"),  # digits of another script
    ],
)
def test_what_is_not_one_number_is_refused(printed: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        found(printed)


@pytest.mark.parametrize(
    ("printed", "number", "value"),
    [
        ("87.5\n", r"(\S+)$", 87.5),
        ("score 87.5   \n", r"(\S+)$", 87.5),
        ("1.2e-3 (0.0003)", r"^(\S+)", 1.2e-3),
        ("3.99\n3-norm: 1.7057\n", r"^(\S+)$", 3.99),
        ("3.99\n3-norm: 1.7057\n", r"3-norm: (\S+)", 1.7057),
        ("a=1 b=2", r"(?P<name>b)=(?P<number>\d)", 2.0),
        ("0.5\n", r".*", 0.5),
        ("33.2dB", r"([\d.]+)dB", 33.2),
        ("similarity 93.1%", r"similarity (\S+)", 93.1),
    ],
)
def test_an_expression_says_which(printed: str, number: str, value: float) -> None:
    assert found(printed, number) == value


@pytest.mark.parametrize(
    ("printed", "number", "message"),
    [
        ("1.5\n2.5\n", r"(\S+)$", r"`number` fits 2 times \(1\.5, 2\.5\), not once"),
        ("loading\n2.5\n", r"(\S+)$", r"`number` fits 2 times \(loading, 2\.5\)"),
        ("done\n", r"score (\S+)", "`number` does not fit: done"),
        ("score high\n", r"score (\S+)", "`number` gives 'high', which is no number"),
        ("score 0,5\n", r"score (\S+)", "with a comma"),
        ("", r"(\S+)$", "it printed nothing"),
    ],
)
def test_an_expression_fits_one_number_once(printed: str, number: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        found(printed, number)


@pytest.mark.parametrize(
    ("number", "message"),
    [("(", r"number: not a regular expression \(.*\): \("), ("(a)(b)", r"number: has 2 groups; keep one")],
)
def test_what_is_no_expression_is_refused(number: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        expression(number)


def test_a_message_is_one_printable_line() -> None:
    with pytest.raises(UserError) as caught:
        found("a\x00\x07b\n" * 1000)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 120
    assert re.fullmatch(r"it printed no number: a\?\?b .*…", str(caught.value))
