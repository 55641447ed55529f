"""Markdown as people write it; markdown-it, which follows CommonMark, is the judge of what a cell shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from benchmark.audit.printed_table import PrintedTable
from benchmark.audit.read_printed import read
from benchmark.core.errors import UserError
from tests.audit.grids import Grid, check_round_trip, grids, replace_numbers, rows_of

NOTHING: set[str] = set()
Parse = Callable[[str], tuple[PrintedTable, ...]]


@pytest.fixture
def tables(tmp_path: Path) -> Parse:
    def parse(text: str) -> tuple[PrintedTable, ...]:
        file = tmp_path / "table.md"
        file.write_bytes(text.encode())
        return read(file).tables

    return parse


CELLS = [
    ("0.891", "0.891", NOTHING),
    ("**0.891**", "0.891", {"bold"}),
    ("__0.891__", "0.891", {"bold"}),
    ("*0.891*", "0.891", {"italic"}),
    ("_0.891_", "0.891", {"italic"}),
    ("***0.891***", "0.891", {"bold", "italic"}),
    ("**0.891** ± 0.01", "0.891 ± 0.01", {"bold"}),
    ("<b>0.891</b>", "0.891", {"bold"}),
    ("<strong><u>0.891</u></strong>", "0.891", {"bold", "underline"}),
    ('<span style="color:red">0.891</span>', "0.891", {"colour:red"}),
    ('<font color="blue">0.891</font>', "0.891", {"colour:blue"}),
    ("0.891<sup>1</sup>", "0.891", NOTHING),
    ("0.891<sub>0.002</sub>", "0.891 0.002", NOTHING),
    ("R<sup>2</sup>", "R^2", NOTHING),
    ("Mean<br>SRCC<br/>x", "Mean SRCC x", NOTHING),
    ("`a|b`", None, NOTHING),
    (r"`a\|b`", "a|b", NOTHING),
    ("`MS_SSIM` (*x*)", "MS_SSIM (x)", {"italic"}),
    (r"a\|b", "a|b", NOTHING),
    (r"a\*b\_c\\", "a*b_c\\", NOTHING),
    ("[SSIM](https://a.b/c_d 'x')", None, NOTHING),
    ("[SSIM](https://a.b/c_d)", "SSIM", NOTHING),
    ("[**SSIM**][1] [2]", "SSIM [2]", {"bold"}),
    ("0.891[^1]", "0.891", NOTHING),
    ("![medal](gold.png) 0.891", "0.891", NOTHING),
    ("MS_SSIM_x 2*3*4", "MS_SSIM_x 234", {"italic"}),
    ("0.891*", "0.891*", NOTHING),
    ("0.891\\*\\*", "0.891**", NOTHING),
    ("2 * 3 * 4", "2 * 3 * 4", NOTHING),
    ("$\\mathbf{0.891}$", "0.891", {"bold"}),
    ("SRCC $\\uparrow$", "SRCC ↑", NOTHING),
    ("$-$0.5 &plusmn; 0.1&nbsp;&percnt;", "-0.5 ± 0.1 %", NOTHING),
    ("$a}$ 0.5", "$a}$ 0.5", NOTHING),
    ("*a**b*", "a**b", {"italic"}),
    ("$5 to $6", "$5 to $6", NOTHING),
    ("−0.5", "-0.5", NOTHING),
    ("0.891†", "0.891", NOTHING),
    ("0.891 🥇", "0.891", {"symbol:🥇"}),
    ("0.891 :1st_place_medal:", "0.891", {"macro:1st_place_medal"}),
    ("&lt;0.001 &bogus; a & b", "<0.001 &bogus; a & b", NOTHING),
    ("", "", NOTHING),
]
LOCAL = ("[^1]", "$", "&bogus", "†", "🥇", ":1st", "−", "![", "<sup>", "<sub>", "][1]")
"""What is no part of CommonMark, or what footnotes and medals are taken for here."""


SHOWN = [case for case in CELLS if case[1] is not None]


@pytest.mark.parametrize(("source", "text", "marks"), SHOWN, ids=[case[0][:30] or "nothing" for case in SHOWN])
def test_a_cell_reads_as_it_is_shown(tables: Parse, tmp_path: Path, source: str, text: str, marks: set[str]) -> None:
    document = f"| a | b | c |\n|:--|:-:|--:|\n| 1 | {source} | 2 |\n"
    (table,) = tables(document)
    cell = table.cells[4]
    assert (cell.text, set(cell.marks)) == (text, marks)
    assert [other.text for other in table.cells if other is not cell] == ["a", "b", "c", "1", "2"]
    for char, at in zip(cell.text, cell.offsets, strict=True):
        assert at < 0 or document[at] in (char, "−", "&")
    if not any(mark in source for mark in LOCAL):
        shown = tmp_path / "shown.html"
        shown.write_bytes(MarkdownIt("commonmark").enable("table").render(document).encode())
        (judged,) = read(shown).tables
        assert (judged.cells[4].text, judged.cells[4].marks) == (cell.text, cell.marks)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(alphabet="ab1. *_`\\|~&;<>[]()!", max_size=14).map(str.strip))
def test_emphasis_is_what_commonmark_says(tmp_path_factory: pytest.TempPathFactory, source: str) -> None:
    document = f"| a | b |\n|---|---|\n| x | {source} |\n"
    folder = tmp_path_factory.getbasetemp()
    (folder / "cell.md").write_bytes(document.encode())
    (folder / "cell.html").write_bytes(MarkdownIt("commonmark").enable("table").render(document).encode())
    (judged,), (table,) = read(folder / "cell.html").tables, read(folder / "cell.md").tables
    if table.columns == 2 and "<" not in source and "[" not in source:
        assert (table.cells[3].text, table.cells[3].marks) == (judged.cells[3].text, judged.cells[3].marks)


README = """\
---
title: x
---
# Results

## On *EFID*

Method | SRCC | PLCC
--- | ---: | :-:
PSNR | 0.1 | **0.2**
SSIM | 0.3
Ours | 0.4 | 0.5 | 0.6

Some text | with a bar

```
| no | table |
|----|-------|
| 1  | 2     |
```

**Table 2:** On *KADID*.

> | M | S |
> |---|---|
> | a | 1 |

| M | S |
|---|---|
| b | 2 |

Table 3. Below

<!--
| M | S |
|---|---|
| hidden | 2 |
-->
Other
=====
<table><tr><th>M<th>S<tr><td>c<td>3</table>

~~~
<table><tr><th>M<th>S<tr><td>c<td>3</table>
~~~
"""


def test_several_tables_and_what_is_none(tables: Parse) -> None:
    found = tables(README)
    assert [table.caption for table in found] == ["On EFID", "Table 2: On KADID.", "Table 3. Below", "Other"]
    assert [(table.number, table.line) for table in found] == [(1, 8), (2, 24), (3, 28), (4, 41)]
    assert rows_of(found[0]) == [
        ["Method", "SRCC", "PLCC", ""], ["PSNR", "0.1", "0.2", ""], ["SSIM", "0.3", "", ""], ["Ours", "0.4", "0.5", "0.6"]
    ]  # fmt: skip
    assert [rows_of(table)[1] for table in found[1:]] == [["a", "1"], ["b", "2"], ["c", "3"]]
    assert all(table.rules == (1,) for table in found)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_numbers_are_replaced_one_by_one(tmp_path: Path, end: str) -> None:
    file = tmp_path / "readme.md"
    file.write_bytes(README.replace("\n", end).encode("utf-8-sig"))
    assert replace_numbers(file) == 9


def test_no_table_is_said(tmp_path: Path) -> None:
    file = tmp_path / "readme.md"
    file.write_text("a | b\nc | d\n")
    with pytest.raises(
        UserError, match=r"readme\.md: no pipe table; under its header stands a line such as `\| --- \|"
    ):
        read(file)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(grids(), st.booleans(), st.sampled_from(["{}", "**{}**", "<u>{}</u>", "{}[^1]", "{}<sup>a</sup>"]))
def test_whatever_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, grid: Grid, outer: bool, form: str
) -> None:
    def dressed(cell: str) -> str:
        return form.format(cell.replace("_", r"\_").replace("#", r"\#")) if cell else ""

    lines = [" | ".join(map(dressed, row)) for row in grid]
    lines.insert(1, " | ".join(["---"] * len(grid[0])))
    written = "\n".join(f"| {line} |" if outer else line for line in lines)
    check_round_trip(tmp_path_factory.getbasetemp() / "grid.md", written, grid)
