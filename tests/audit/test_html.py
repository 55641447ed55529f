"""Pages with tables: as people and programs write them; pandas is one of these."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.audit.printed_table import PrintedTable
from benchmark.audit.read_printed import read
from benchmark.core.errors import UserError
from tests.audit.grids import Grid, check_round_trip, grids, replace_numbers, rows_of

NOTHING: set[str] = set()
Parse = Callable[[str], tuple[PrintedTable, ...]]


@pytest.fixture
def tables(tmp_path: Path) -> Parse:
    def parse(text: str) -> tuple[PrintedTable, ...]:
        file = tmp_path / "table.html"
        file.write_bytes(text.encode())
        return read(file).tables

    return parse


CELLS = [
    ("0.891", "0.891", NOTHING),
    ("<b>0.891</b>", "0.891", {"bold"}),
    ("<strong>0.891</strong>", "0.891", {"bold"}),
    ("<u>0.891</u>", "0.891", {"underline"}),
    ("<em>0.8</em>91", "0.891", {"italic"}),
    ('<span style="font-weight: 700; text-decoration:underline">0.891</span>', "0.891", {"bold", "underline"}),
    ('<span style="color: #F00">0.891</span>', "0.891", {"colour:#F00"}),
    ('<span style="font-weight:normal;color:inherit">0.891</span>', "0.891", NOTHING),
    ('<span style="display:none">9</span>0.891', "0.891", NOTHING),
    ('<font color="red">0.891</font>', "0.891", {"colour:red"}),
    ('<span class="ltx_text ltx_font_bold">0.891</span>', "0.891", {"bold"}),
    ('<b id="best">0.891</b>', "0.891", {"bold", "colour:green"}),
    ("0.891<sup>*</sup>", "0.891", NOTHING),
    ("0.891<sup><a href='#f'>1</a></sup> x", "0.891 x", NOTHING),
    ("R<sup>2</sup>", "R^2", NOTHING),
    ("&minus;0.5 &plusmn; 0&#46;1&#x25;", "-0.5 ± 0.1%", NOTHING),
    ("A&amp;B &lt; C & D &nosuch; &nosuch", "A&B < C & D &nosuch; &nosuch", NOTHING),
    ("SRCC&uarr;&nbsp;(mean)", "SRCC↑ (mean)", NOTHING),
    ("Mean<br>SRCC<br/>x", "Mean SRCC x", NOTHING),
    ("<p>Mean<p>SRCC", "Mean SRCC", NOTHING),
    ("<div>Mean</div>SRCC", "Mean SRCC", NOTHING),
    ("<b>0.891", "0.891", {"bold"}),
    ("0.891</b></i>", "0.891", NOTHING),
    ("<b></b>0.891", "0.891", NOTHING),
    ("<b> </b>0.891", "0.891", NOTHING),
    ("0.8<!-- 7 -->91", "0.891", NOTHING),
    ("<script>var x = 1;</script>0.891", "0.891", NOTHING),
    ("<table><tr><td>Mean<tr><td>SRCC</table>", "Mean SRCC", NOTHING),
    (
        "<math alttext='0.891\\pm 1'><semantics><mrow><mn mathvariant='bold'>0.891</mn><mo>±</mo><mn>1</mn></mrow>"
        "<annotation encoding='application/x-tex'>0.891\\pm 1</annotation></semantics></math>",
        "0.891±1", {"bold"},
    ),
    ("<math><msup><mn>0.891</mn><mo>∗</mo></msup></math>", "0.891", NOTHING),
    ("<math><msub><mi>r</mi><mi>s</mi></msub></math>", "rs", NOTHING),
    ("", "", NOTHING),
]  # fmt: skip
STYLE = "<style>#best, td .other { color: green }</style>"


@pytest.mark.parametrize(("source", "text", "marks"), CELLS, ids=[case[0][:30] or "nothing" for case in CELLS])
@pytest.mark.parametrize("closed", [True, False])
def test_a_cell_reads_as_it_is_shown(tables: Parse, source: str, text: str, marks: set[str], closed: bool) -> None:
    document = (
        f"{STYLE}<table><tr><td>1</td><td>{source}</td><td>2</td></tr><tr><td>a</td><td>b</td><td>c</td></tr></table>"
    )
    if not closed:
        before, _, after = document.partition(f"<td>{source}</td>")
        before, after = (part.replace("</td>", "").replace("</tr>", "") for part in (before, after))
        document = f"{before}<td>{source}{after}"
    (table,) = tables(document)
    cell = table.cells[1]
    assert (cell.text, set(cell.marks)) == (text, marks)
    assert [other.text for other in table.cells if other is not cell] == ["1", "2", "a", "b", "c"]
    for char, at in zip(cell.text, cell.offsets, strict=True):
        assert at < 0 or document[at] in (char, "&")


PAGE = """<!DOCTYPE html><html><head><title>x</title></head><body><h2>Results of <i>all</i></h2>
<table>
  <caption>Table&nbsp;1: <b>EFID</b></caption>
  <thead>
    <tr><th rowspan="2">Method</th><th colspan="2">Real</th><th rowspan=0>n</th></tr>
    <tr><th>SRCC</th><th>PLCC</th></tr>
  </thead>
  <tbody>
    <tr><th>PSNR</th><td>0.1</td><td style="font-weight:bold">0.2</td><td>5</td></tr>
    <tr></tr>
    <tr><th>SSIM<td rowspan="2" colspan="2">0.3<td>6
    <tr><td>LPIPS<td>7
  </tbody>
</table>
<table><tr><td><table><tr><td>a<td>1<tr><td>b<td>2</table><td><table><tr><td>a<td>3</table></table>
<figure><table><tr><th>M</th><th>S</th></tr><tr><td>c</td><td colspan="x">4</td></tr></table>
<figcaption>Table 2: below</figcaption></figure>
<table><tr><td>one column</table>
</body></html>"""


def test_a_page_with_several_tables(tables: Parse) -> None:
    found = tables(PAGE)
    assert [table.caption for table in found] == ["Table 1: EFID", "Results of all", "Results of all", "Table 2: below"]
    assert [table.line for table in found] == [2, 15, 15, 16]
    assert rows_of(found[0]) == [
        ["Method", "Real", "", "n"], ["", "SRCC", "PLCC", ""], ["PSNR", "0.1", "0.2", "5"],
        ["SSIM", "0.3", "", "6"], ["LPIPS", "", "", "7"],
    ]  # fmt: skip
    assert [table.rules for table in found] == [(2,), (), (), (1,)]
    spans = {cell.text: (cell.rows, cell.columns) for cell in found[0].cells if cell.rows + cell.columns > 2}
    assert spans["Method"] == (2, 1)
    assert spans["n"] == (2, 1)
    assert spans["Real"] == (1, 2)
    assert spans["0.3"] == (2, 2)
    assert [cell.text for cell in found[0].cells if cell.marks] == ["0.2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_numbers_are_replaced_one_by_one(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(PAGE.replace("EFID", "é").replace("\n", "\r\n").encode(encoding))
    assert replace_numbers(file) == 10


def test_a_page_that_pandas_wrote(tmp_path: Path) -> None:
    columns = pd.MultiIndex.from_product([["Real", "Synthetic"], ["SRCC", "PLCC"]])
    index = pd.MultiIndex.from_tuples([("deep", "LPIPS"), ("deep", "A&B <x>"), ("classic", "PSNR")])
    values = [[0.891, -0.25, 0.5, 0.125], [0.75, 0.625, 0.0625, 0.375], [0.1, 0.2, 0.3, 0.4]]
    frame = pd.DataFrame(values, index=index, columns=columns)
    grid = [
        ["", "", "Real", "", "Synthetic", ""], ["", "", "SRCC", "PLCC", "SRCC", "PLCC"],
        ["deep", "LPIPS", "0.891", "-0.250", "0.500", "0.125"], ["", "A&B <x>", "0.750", "0.625", "0.062", "0.375"],
        ["classic", "PSNR", "0.100", "0.200", "0.300", "0.400"],
    ]  # fmt: skip
    table = check_round_trip(tmp_path / "plain.html", frame.to_html(float_format="{:.3f}".format), grid)
    assert table.rules == (2,)
    styled = frame.style.format(precision=3, escape="html").format_index(escape="html")
    written = styled.highlight_max(props="font-weight:bold").set_caption("By pandas").to_html()
    table = check_round_trip(tmp_path / "styled.html", written, grid)
    assert table.caption == "By pandas"
    assert [cell.text for cell in table.cells if cell.marks] == ["0.891", "0.500", "0.625", "0.400"]


def test_no_table_is_said(tmp_path: Path) -> None:
    file = tmp_path / "page.htm"
    file.write_text("<p>none</p>")
    with pytest.raises(UserError, match=r"page\.htm: no <table> with two columns or more"):
        read(file)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    grids(),
    st.sampled_from(["<td>{}</td>", "<td>{}", "<th><b>{}</b></th>", '<td class="x"><p>{}', "<td>{}<sup>1</sup>"]),
)
def test_whatever_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, grid: Grid, form: str) -> None:
    rows = ["".join(form.format(cell.replace("&", "&amp;")) for cell in row) for row in grid]
    written = f"<table>\n<tr>{'<tr>'.join(rows)}\n</table>"
    check_round_trip(tmp_path_factory.getbasetemp() / "grid.html", written, grid)
