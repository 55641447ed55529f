"""Label lists from strangers: every sound line is read to its last digit, every other one is named."""

import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmark.core.errors import DataError
from benchmark.data import labels
from benchmark.data.labels import LabelList, parse_number, read_labels, refuse_name

Write = Callable[[bytes | str], Path]
FIXTURE_IS_STATELESS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def save(content: bytes | str) -> Path:
        file = tmp_path / "Label_test_list.txt"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return save


def plain(read: LabelList) -> list[tuple[str, float]]:
    return [(label.name, label.score) for label in read.labels]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_endings_and_a_missing_last_one_lose_no_digit(write: Write, ending: str, last: bool) -> None:
    content = ending.join(["a.png,3.25", "", "b.png,-1e-2", "  c d.png , +7.125 "]) + (ending if last else "")
    read = read_labels(write(content))
    assert plain(read) == [("a.png", 3.25), ("b.png", -0.01), ("c d.png", 7.125)]
    assert [label.line for label in read.labels] == [1, 3, 4]
    assert read.problems == []


@pytest.mark.parametrize("name", ["[{", "{a}.png", "[1].png"])
def test_a_name_may_begin_with_a_bracket(write: Write, name: str) -> None:
    assert plain(read_labels(write(f"{name},3"))) == [(name, 3.0)]


def test_byte_order_mark_commas_and_backslashes(write: Write) -> None:
    read = read_labels(write(b"\xef\xbb\xbfa,b.png,1\r\nclahe\\c.png,2"))
    assert plain(read) == [("a,b.png", 1.0), ("clahe/c.png", 2.0)]


def test_unicode_line_separators_are_part_of_the_line(write: Write) -> None:
    read = read_labels(write("a.png,1\nb\u2028.png,2\nc.png,3"))
    assert [problem.where.rpartition(":")[2] for problem in read.problems] == ["2"]
    assert read.labels[-1].line == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a.png", "enhanced_name,score"),
        ("a.png;3", "enhanced_name,score"),
        ("a.png,", "missing"),
        (",3", "name is missing"),
        ("name,score", "not a number"),
        ("a.png,nan", "not a finite number"),
        ("a.png,-Infinity", "not a finite number"),
        ("a.png,1e999", "too large"),
        ("a.png,1_0", "not a number"),
        ("a.png,0x10", "not a number"),
        ("a.png,١٢", "not a number"),
        ("a.png,3,5 ", "no.png"),
        ("../a.png,3", "leaves the data folder"),
        ("x/../../a.png,3", "leaves the data folder"),
        ("..\\a.png,3", "leaves the data folder"),
        ("/etc/passwd,3", "absolute"),
        ("C:\\a.png,3", "absolute"),
        ("\\\\host\\a.png,3", "absolute"),
        ("x//a.png,3", "empty part"),
        ("a\x07.png,3", "printed"),
        ("first.png,3", "already stands in line 1"),
        ("a," * 5000 + "1", "10,001 characters"),
    ],
)
def test_every_malformed_line_is_named_and_the_others_are_kept(write: Write, line: str, words: str) -> None:
    if words == "no.png":  # a decimal comma: the line is sound, the name is not; its image will be missing
        assert plain(read_labels(write(line))) == [("a.png,3", 5.0)]
        return
    file = write(f"first.png,1\n{line}\nlast.png,2")
    read = read_labels(file)
    assert plain(read) == [("first.png", 1.0), ("last.png", 2.0)]
    (problem,) = read.problems
    assert problem.severity == "error"
    assert problem.where == f"{file}:2"
    assert words in problem.message
    assert "\n" not in str(problem)
    assert len(str(problem)) < 400


def test_names_differing_only_in_case_are_a_warning(write: Write) -> None:
    read = read_labels(write("A.png,1\na.PNG,2"))
    assert len(read.labels) == 2
    assert [(problem.severity, problem.where[-2:]) for problem in read.problems] == [("warning", ":2")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a.png,1\n".encode("utf-16"), "UTF-16"),
        ("a.png,1\n".encode("utf-16-le"), "zero bytes"),
        ("a.png,1\n增强.png,2\n".encode("gbk"), ":2: is not UTF-8 (GBK"),
        (b"\xef\xbb\xbfa.png,1\r\xff", ":2: is not UTF-8"),
        (b"", "no labels"),
        (b"\n \r\n", "no labels"),
    ],
)
def test_files_that_are_no_lists_are_refused_in_one_line(write: Write, content: bytes, words: str) -> None:
    file = write(content)
    with pytest.raises(DataError) as raised:
        read_labels(file)
    assert words in str(raised.value)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_missing_folders_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("none.txt", "no such file"), ("", "no regular file"), ("pipe", "no regular file")):
        with pytest.raises(DataError, match=words):
            read_labels(tmp_path / name)


def test_sizes_have_limits(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MAX_LINES", 3)
    with pytest.raises(DataError, match="more than 3 lines"):
        read_labels(write("a,1\nb,1\nc,1\nd,1"))
    monkeypatch.setattr(labels, "MAX_BYTES", 10)
    with pytest.raises(DataError, match="larger than"):
        read_labels(write("aaaaaaaaaa,1"))


def test_a_file_of_rubbish_stops_after_a_thousand_problems(write: Write) -> None:
    read = read_labels(write("rubbish\n" * 5000))
    assert len(read.problems) == labels.MAX_PROBLEMS + 1
    assert "stops here" in read.problems[-1].message


def test_two_hundred_thousand_lines_take_seconds(write: Write) -> None:
    """A million took 4.7 s on two shared cores; the limit here only catches what grows faster than the list."""
    file = write("\n".join(f"{number:07d}_clahe.png,{number / 7}" for number in range(200_000)))
    began = time.perf_counter()
    read = read_labels(file)
    assert time.perf_counter() - began < 20
    assert len(read.labels) == 200_000
    assert read.labels[-1].score == 199_999 / 7


@FIXTURE_IS_STATELESS
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back_to_the_last_bit(value: float) -> None:
    assert parse_number(f" {value!r} ") == value


@given(st.text(max_size=20))
@example("0\x1f")
@example("\xa01 ")
def test_a_number_is_finite_and_what_python_reads_or_it_is_refused(text: str) -> None:
    """Around it `strip` takes away what Unicode calls space, the four separators too, which `float` alone refuses."""
    try:
        value = parse_number(text)
    except ValueError:
        return
    assert math.isfinite(value)
    assert value == float(text.strip())


@given(
    st.lists(st.sampled_from(["..", ".", "", "a", "C:", "~", "b.png"]), min_size=1, max_size=5), st.sampled_from("/\\")
)
def test_an_accepted_name_stays_in_its_folder(parts: list[str], slash: str) -> None:
    name = slash.join(parts)
    if not refuse_name(name):
        inside = os.path.normpath(os.path.join("/data/eha", name.replace("\\", "/")))
        assert inside.startswith("/data/eha/")


@FIXTURE_IS_STATELESS
@given(st.binary(max_size=300))
def test_any_bytes_give_sound_labels_and_problems_or_a_data_error(write: Write, content: bytes) -> None:
    try:
        read = read_labels(write(content))
    except DataError:
        return
    assert len({label.name for label in read.labels}) == len(read.labels)
    assert all(math.isfinite(label.score) for label in read.labels)


NAME = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="/\\:."), min_size=1, max_size=12
).filter(lambda name: name[:1] not in "[{")  # a file that begins so is taken for JSON


@FIXTURE_IS_STATELESS
@given(
    st.dictionaries(NAME, st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n"]),
    st.booleans(),
)
def test_what_is_written_is_read(write: Write, wanted: dict[str, float], ending: str, last: bool) -> None:
    content = ending.join(f"{name},{score!r}" for name, score in wanted.items()) + (ending if last else "")
    read = read_labels(write(content))
    assert dict(plain(read)) == wanted
    assert not [problem for problem in read.problems if problem.severity == "error"]
