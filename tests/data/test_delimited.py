"""Tables in text: separators found, rows that do not fit refused by line, line numbers as an editor counts."""

from pathlib import Path
from typing import Any

import pytest

from benchmark.core.errors import ConfigError, DataError
from benchmark.data.delimited import Delimited, check_header, read, separator_of

WANTED = ("mos", "psnr")


def load(folder: Path, text: str, **options: Any) -> Delimited:
    (folder / "t.csv").write_text(text, newline="")
    return read(folder / "t.csv", WANTED, **options)


def misfit(folder: Path, text: str) -> str:
    """The one problem of the table."""
    (problem,) = load(folder, text).problems
    return str(problem).removeprefix(f"{folder / 't.csv'}:")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "mos,psnr\n1,2,\n3,4,\n",
            ["2: 3 columns, the header has 2; and 1 more line (3)", "separator at the row's end"],
        ),
        ("mos,psnr\n1,2\n3,4,\n", ["3: 3 columns, the header has 2", "separator at the row's end"]),
        ("mos,psnr\n1,2\n\n3,,4\n", ["4: 3 columns"]),
        ("# a comment\nmos,psnr\n1,2\n", ["2: 2 columns, the header has 1", "Is line 1 a comment?"]),
        ("mos,psnr\n1,2\n3\n", ["3: 1 column, the header has 2"]),
        ("mos;psnr\n1;2;3\n", ["2: 3 columns"]),
        ("mos,psnr\n3,5,30,25\n3,5,30,5\n", ["2: 4 columns", "Decimal commas?", "--decimal ,", "1 more line (3)"]),
        ("name,mos\na.png,3,5\nb.png,4\n", ["2: 3 columns", "Decimal commas?"]),
        ('mos,psnr\n"1",3.5,30.5\n"2",3.5,30.5\n', ["2: 3 columns", "Row names, as R writes them?"]),
        ("mos,psnr\na.png,3,5\nb.png,4,5\n", ["2: 3 columns", "Decimal commas?"]),  # never taken for R's row names
        ('mos,psnr\n"1,2\n3",4,5\n6,7\n', ["2: 3 columns", "is a quote missing?"]),
        ('mos,psnr\n1,2\n"3,4\n5,6\n', ["3: can't be split into columns", "never closed"]),
        ('mos,psnr\n1,2\n"3"x,4\n', ["3: can't be split into columns"]),
    ],
)
def test_a_row_with_more_or_fewer_cells_than_the_header_is_named_by_its_line(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    message = misfit(tmp_path, text)
    assert message.startswith(words[0])
    assert all(word in message for word in words)


def test_a_thousand_wrong_rows_are_one_message(tmp_path: Path) -> None:
    assert "; and 999 more lines (3, 4, 5, 6, 7, …)" in misfit(tmp_path, "mos,psnr\n" + "1,2,3\n" * 1000)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("mos,psnr\n1,2\n", ","),
        ("mos;psnr\n1,5;2,5\n", ";"),
        ("mos\tpsnr\n1,5\t2,5\n", "\t"),
        ("name;with, comma;mos;psnr\na, b;c;1;2\n", ";"),
        ("name;x,mos,psnr\n1;2,3,4\n", ","),  # a heading that holds another separator
        ('"a;b;c",mos,psnr\n"1;2;3",4,5\n', ","),
        ("MOS;PSNR\n1,5;2,5\n", ";"),
        ("label;score\n1,5;2,5\n", ";"),  # no wanted heading: every row has two cells
        ("label, in words;score\n1,5;2,5\n", ";"),
        ("sep=;\nmos;psnr\n1;2\n", ";"),  # as Excel tells itself
        ('"sep=;"\nmos;psnr\n1;2\n', ";"),
        ("mos|psnr\n3,5|2;1\n", "|"),
        ("mos\n1\n", ","),
    ],
)
def test_separators_are_recognised_and_said(tmp_path: Path, text: str, separator: str) -> None:
    table = load(tmp_path, text)
    assert table.separator == separator
    assert len(table.records) == 1
    assert not table.problems
    words = {
        ",": "",
        ";": "Columns of t.csv are separated by semicolons.",
        "\t": "Columns of t.csv are separated by tabs.",
        "|": "Columns of t.csv are separated by bars.",
    }
    assert table.note == words[separator]


@pytest.mark.parametrize(
    "text", ['"mos" "psnr"\n"1" 3.5 30\n', "mos psnr\n1 2\n", "mos \t psnr\n1 2\n", "mos  psnr\n1  2\n"]
)
def test_columns_separated_by_blanks_are_refused_as_such_unless_said(tmp_path: Path, text: str) -> None:
    if "\t" not in text:
        with pytest.raises(DataError, match=r"t\.csv:1: columns seem to be separated by blanks"):
            load(tmp_path, text)
    if text.count('"') < 6:
        table = load(tmp_path, f"  {text.rstrip()} ", separator=separator_of("blanks"))
        assert table.header.cells == ["mos", "psnr"]
        assert table.records == [(2, ["1", "2"])]
        assert table.note == "Columns of t.csv are separated by blanks."


@pytest.mark.parametrize(
    ("option", "text"), [("~", "mos~psnr\n3,5~2"), ("tab", "mos\tpsnr\n3,5\t2"), ("Bars", "mos|psnr\n3,5|2")]
)
def test_any_separator_may_be_said(tmp_path: Path, option: str, text: str) -> None:
    assert load(tmp_path, text, separator=separator_of(option)).records == [(2, ["3,5", "2"])]


@pytest.mark.parametrize("option", ["", "::", "a", "1", '"', ".", "/", "-", "\n"])
def test_what_can_be_no_separator_is_refused(option: str) -> None:
    with pytest.raises(ConfigError, match=r"separator: .* can't separate columns"):
        separator_of(option)


def test_empty_rows_of_a_spreadsheet_do_not_count(tmp_path: Path) -> None:
    table = load(tmp_path, "mos;psnr;\n;;\n3,5;2;\n;\n;;;;\n")
    assert table.records == [(3, ["3,5", "2", ""])]
    assert not table.problems
    check_header(table)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_text_in_another_encoding_is_read_where_it_is_said(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes("mos\tpsnr\tname\r\n3,5\t2\tgrün.png\r\n".encode(encoding))
    table = read(tmp_path / "t.csv", WANTED, encoding=encoding)
    assert (table.header.cells, table.records) == (["mos", "psnr", "name"], [(2, ["3,5", "2", "grün.png"])])


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("latin-x", "'latin-x' is unknown"), ("ascii", "no text in 'ascii'"), ("utf-16", "no text in 'utf-16'")],
)
def test_an_encoding_that_does_not_fit_is_one_line(tmp_path: Path, encoding: str, words: str) -> None:
    (tmp_path / "t.csv").write_bytes("mos,psnr,ü".encode())
    with pytest.raises(DataError, match=f"encoding: .*{words}"):
        read(tmp_path / "t.csv", WANTED, encoding=encoding)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_numbers_are_true_after_blank_lines_and_quoted_line_breaks(tmp_path: Path, ending: str) -> None:
    lines = ["", "mos,psnr,text", "", '1,2,"a', "", 'b"', "   ", "3,4,c"]
    table = load(tmp_path, ending.join(lines))
    assert table.header.line == 2
    assert [record.line for record in table.records] == [4, 8]
    assert table.records[0].cells == ["1", "2", "a\n\nb"]


def test_blanks_around_headings_and_cells_are_taken_off(tmp_path: Path) -> None:
    table = load(tmp_path, '\ufeff mos , "psnr" \n'.replace('" ', '"') + ' 1 , " 2"\n')
    assert table.header.cells == ["mos", "psnr"]
    assert table.records[0].cells == ["1", "2"]


def test_cells_below_no_heading_are_refused_but_for_row_names(tmp_path: Path) -> None:
    check_header(load(tmp_path, ",mos,psnr\n1,2,3\n"))
    check_header(load(tmp_path, "mos,psnr,\n1,2,\n"))
    with pytest.raises(DataError, match=r"t\.csv:3: '30' stands in column 3, which has no heading"):
        check_header(load(tmp_path, "mos,psnr,\n3,5,\n3,5,30\n"))


def test_comments_count_only_where_they_are_wanted(tmp_path: Path) -> None:
    text = "# made elsewhere\nmos,psnr\n#1,2\n3,4\n"
    assert [record.line for record in load(tmp_path, text, comments=True).records] == [4]


def test_utf_16_read_as_eight_bits_is_one_line(tmp_path: Path) -> None:
    """Every second byte is zero, which no 8-bit text holds."""
    (tmp_path / "t.csv").write_bytes("mos,psnr\n1,2\n".encode("utf-16-le"))
    with pytest.raises(DataError, match="it holds zero bytes"):
        read(tmp_path / "t.csv", WANTED, encoding="cp1252")
