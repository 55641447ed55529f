"""Escaping, judged by parsers that we did not write: markdown-it, csv, and the file system's rules."""

import csv
import io
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from benchmark.core import file_names
from benchmark.report import text

NASTY = "a_b%c&d#e$f{g}h\\i~j^k ü <script>alert(1)</script> | * ` [x](y) \"q\" 'r'"
words = st.text(max_size=40)


def cells_of(markdown: str) -> list[str]:
    """The plain text of each cell of a one-row Markdown table; fails on markup inside a cell."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(f"| h | i |\n| --- | --- |\n| {markdown} | end |\n")
    inline = [token for token in tokens if token.type == "inline"][2:]
    assert all(child.type in {"text", "text_special"} for token in inline for child in token.children or [])
    return ["".join(child.content for child in token.children or []) for token in inline]


@given(words)
@example(NASTY)
@example("\\|")
def test_markdown_cell_reads_back(given_text: str) -> None:
    assert cells_of(text.markdown(given_text)) == [text.one_line(given_text), "end"]


@given(words)
@example(NASTY)
@example("=1+1")
@example("\t=cmd|' /C calc'!A0")
@example("  @SUM(A1)")
@example("\r'")
def test_csv_cell_is_no_formula_and_reads_back(given_text: str) -> None:
    cell = text.csv_cell(given_text)
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow([cell, "end"])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [[cell, "end"]]
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    line = text.one_line(given_text)
    assert cell in (line, f"'{line}")


@given(st.lists(words, unique=True, max_size=8))
@example(["a/b", "a\\b", "../../etc/passwd", "..", "", "CON", "con.txt", "A_B", "a_b", "ä", "中文", "x" * 300])
@example(["a_b", "A_B", "A_b"])
def test_file_stems_are_safe_and_differ(labels: list[str]) -> None:
    stems = file_names.file_stems(labels)
    assert list(stems) == labels
    assert len({stem.casefold() for stem in stems.values()}) == len(labels)
    for stem in stems.values():
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", stem)
        assert ".." not in stem or "/" not in stem
        assert len(stem) < 80
        assert stem.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}


@given(words)
@example(NASTY)
def test_latex_has_no_bare_special_character(given_text: str) -> None:
    escaped = text.latex(given_text)
    assert escaped.isprintable() or not escaped
    left = re.sub(r"\\(?:[a-zA-Z]+(?:\{\})?|[{}$&#%_])|\$[^$]*\$", "", escaped)
    assert not set(left) & set("\\$&#%_^") - {""}
    assert left.count("{") == left.count("}")


def test_latex_of_each_special_character() -> None:
    assert text.latex("50 % & a_b") == r"50 \% \& a\_b"
    assert text.latex("\\~^") == r"\textbackslash{}\textasciitilde{}\textasciicircum{}"
    assert text.latex("[*] --") == r"{[}{*}{]} -{}-"
    assert text.latex("Größe → α") == r"Größe $\rightarrow$ $\alpha$"
    assert text.latex("中") == "中"
    assert text.beyond_pdflatex(r"ä 中文 \alpha 中") == ["中", "文"]


def test_long_words_may_break_in_notes_only() -> None:
    path = "/a/very/long/folder/name/with/weights.pth"
    assert r"\allowbreak" not in text.latex(path)
    assert text.latex(path, breakable=True).replace(r"\allowbreak{}", "") == path


def test_one_line_shortens() -> None:
    assert text.one_line(" a\n b\tc\x00 ") == "a b c"
    assert text.one_line("abcdef", 4) == "abc…"
