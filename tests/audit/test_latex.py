r"""LaTeX as people write it: what a reader of the paper sees in each cell, and where it stands in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.audit.printed import PrintedCell, PrintedTable
from benchmark.audit.read_printed import read
from benchmark.core.errors import UserError
from benchmark.report import booktabs
from tests.audit.grids import check_round_trip, replace_numbers, rows_of

NOTHING: set[str] = set()


@pytest.fixture
def tables(tmp_path: Path) -> Callable[[str], tuple[PrintedTable, ...]]:
    def parse(text: str) -> tuple[PrintedTable, ...]:
        file = tmp_path / "table.tex"
        file.write_bytes(text.encode())
        return read(file).tables

    return parse


def tabular(*rows: str, columns: str = "ccc") -> str:
    return "\n".join([rf"\begin{{tabular}}{{{columns}}}", *rows, r"\end{tabular}"])


CELLS = [
    (r"0.891", "0.891", NOTHING),
    (r"\textbf{0.891}", "0.891", {"bold"}),
    (r"{\bf 0.891}", "0.891", {"bold"}),
    (r"{\bfseries 0.891}", "0.891", {"bold"}),
    (r"\bfseries 0.891", "0.891", {"bold"}),
    (r"$\mathbf{0.891}$", "0.891", {"bold"}),
    (r"$\boldsymbol{0.891}$", "0.891", {"bold"}),
    (r"$\bm{0.891}$", "0.891", {"bold"}),
    (r"\textbf{}0.891", "0.891", NOTHING),
    (r"{\fontseries{b}\selectfont 0.891}", "0.891", {"bold"}),
    (r"\underline{0.891}", "0.891", {"underline"}),
    (r"\uline{\textbf{0.891}}", "0.891", {"underline", "bold"}),
    (r"\ul{0.891}", "0.891", {"underline"}),
    (r"\emph{0.891}", "0.891", {"italic"}),
    (r"{\it 0.891}", "0.891", {"italic"}),
    (r"\textcolor{red}{0.891}", "0.891", {"colour:red"}),
    (r"\textcolor[rgb]{1,0,0}{0.891}", "0.891", {"colour:rgb 1,0,0"}),
    (r"{\color{blue} 0.891}", "0.891", {"colour:blue"}),
    (r"{\color[HTML]{00FF00}0.891}", "0.891", {"colour:HTML 00FF00"}),
    (r"\cellcolor{blue!25}0.891", "0.891", {"colour:blue!25"}),
    (r"\cellcolor[gray]{0.9}[1pt][1pt]0.891", "0.891", {"colour:gray 0.9"}),
    (r"\colorbox{yellow}{0.891}", "0.891", {"colour:yellow"}),
    (r"\rotatebox[origin=c]{90}{SRCC}", "SRCC", NOTHING),
    (r"\small 0.891", "0.891", NOTHING),
    (r"{\scriptsize 0.891}", "0.891", NOTHING),
    (r"\scriptsize{0.891}", "0.891", NOTHING),
    (r"$\text{SRCC of $x$}$", "SRCC of x", NOTHING),
    (r"$\mathrm{PLCC}_{r}$", "PLCCr", NOTHING),
    (r"\phantom{0}0.891\hphantom{*}", "0.891", NOTHING),
    (r"\num{0.891}", "0.891", NOTHING),
    (r"\num[round-precision=3]{0.891}", "0.891", NOTHING),
    (r"\tablenum[table-format=1.3]{0.891}", "0.891", NOTHING),
    (r"{SRCC}", "SRCC", NOTHING),
    (r"0.891\textsuperscript{*}", "0.891", NOTHING),
    (r"0.891\footnotemark[1]", "0.891", NOTHING),
    (r"0.891\footnote{of \textbf{80} pairs}", "0.891", NOTHING),
    (r"0.891\tnote{a}", "0.891", NOTHING),
    (r"PSNR~\cite{hore2010}", "PSNR", NOTHING),
    (r"PSNR \citep[see][p.~2]{hore2010} (dB)", "PSNR (dB)", NOTHING),
    (r"\label{x}SSIM\ref{y}", "SSIM", NOTHING),
    (r"0.891$^{*}$", "0.891", NOTHING),
    (r"$0.891^\dagger$", "0.891", NOTHING),
    (r"$0.891^{\ddagger,2}$", "0.891", NOTHING),
    (r"0.891$\dagger$", "0.891", NOTHING),
    (r"$R^2$", "R^2", NOTHING),
    (r"$1.2\times10^{-3}$", "1.2×10^-3", NOTHING),
    (r"0.891$_{0.002}$", "0.891 0.002", NOTHING),
    (r"$0.891_{\pm 0.002}$", "0.891±0.002", NOTHING),
    (r"SRCC$^\uparrow$", "SRCC↑", NOTHING),
    (r"SRCC$\uparrow$ / LPIPS $\downarrow$", "SRCC↑ / LPIPS ↓", NOTHING),
    (r"$\rho$ ($\tau$)", "ρ (τ)", NOTHING),
    (r"0.89 $\pm$ 0.01", "0.89 ± 0.01", NOTHING),
    (r"12.5\,\%", "12.5 %", NOTHING),
    (r"A\&B\_C\#1\$", "A&B_C#1$", NOTHING),
    (r"--", "--", NOTHING),
    (r"---", "---", NOTHING),
    (r"\checkmark", "✓", NOTHING),
    (r"\ding{55}", "✗", NOTHING),
    (r"$-$0.5", "-0.5", NOTHING),
    (r"$ - 0.5$", "-0.5", NOTHING),
    (r"\textminus0.5", "-0.5", NOTHING),
    ("−0.5", "-0.5", NOTHING),
    (r"2$\times$", "2×", NOTHING),
    (r"1{,}234", "1,234", NOTHING),
    (r"\best{0.891}", "0.891", {"macro:best"}),
    (r"\first{\second{0.891}}", "0.891", {"macro:first", "macro:second"}),
    (r"0.891 \goldmedal", "0.891", {"macro:goldmedal"}),
    (r"0.891\checkme{}", "0.891", {"macro:checkme"}),
    (r"0.891 \includegraphics[height=1em]{gold.png}", "0.891", {"macro:includegraphics"}),
    ("0.891 🥇", "0.891", {"symbol:🥇"}),
    (r"Andr\'e Ren\'{e} G\"odel \c{c}\v{s} Stra\ss e na\"{\i}ve", "André René Gödel çš Straße naïve", NOTHING),
    (r"\makecell[c]{Mean\\[2pt]SRCC}", "Mean SRCC", NOTHING),
    (r"\shortstack{Mean\\SRCC}", "Mean SRCC", NOTHING),
    (r"\thead{Mean\\SRCC}", "Mean SRCC", NOTHING),
    (r"\begin{tabular}[c]{@{}c@{}}Mean\\SRCC\end{tabular}", "Mean SRCC", NOTHING),
    ("0.891 % & 0.5 \\\\", "0.891", NOTHING),
    (r"\verb|a&b%|", "a&b%", NOTHING),
    (r"\resizebox{1cm}{!}{0.891}", "0.891", NOTHING),
    (r"\href{https://a.b/c%20d}{SSIM}", "SSIM", NOTHING),
    (r"\hspace{1em}SSIM\hskip 2pt plus 1fil", "SSIM", NOTHING),
    (r"~~SSIM\quad IW", "SSIM IW", NOTHING),
    (r"\textbf{0.8}91", "0.891", {"bold"}),
    (r"$\underline{\mathbf{0.891}}$", "0.891", {"bold", "underline"}),
    (r"\ensuremath{\rho}", "ρ", NOTHING),
    (r"$\mathcal{L}_{\text{1}}$", "L1", NOTHING),
    (r"{\footnotesize $\left(0.5\right)$}", "(0.5)", NOTHING),
    (r"\b{0.891}", "0.891", {"macro:b"}),
    (r"$0.891\mathbin{\pm}0.01$", "0.891±0.01", NOTHING),
    ("MS-SSIM\n  (Wang)", "MS-SSIM (Wang)", NOTHING),
    ("MS-%\n  SSIM", "MS-SSIM", NOTHING),
    (r"\iffalse 0.7\else 0.8\fi", "0.8", NOTHING),
    (r"\raisebox{1pt}[0pt][0pt]{0.891}", "0.891", NOTHING),
    (r"\SI{0.5}{\percent}", "0.5 %", NOTHING),
    (r"$45^\circ$", "45°", NOTHING),
    (r"\multicolumn{1}{c}{\textbf{0.891}}", "0.891", {"bold"}),
    (r"\mathbf{0.891}", "0.891", {"bold"}),
    (r"\textbf{\textcolor{red}{0.891}}", "0.891", {"bold", "colour:red"}),
    (r"{\color{red}\underline{0.891}} (2)", "0.891 (2)", {"colour:red", "underline"}),
    (r"", "", NOTHING),
    (r"{}", "", NOTHING),
]


@pytest.mark.parametrize(("source", "text", "marks"), CELLS, ids=[case[0] or "nothing" for case in CELLS])
def test_a_cell_reads_as_it_is_printed(
    tables: Callable[[str], tuple[PrintedTable, ...]], source: str, text: str, marks: set[str]
) -> None:
    document = tabular(rf"before & {source}", r"& after \\", r"1 & 2 & 3 \\")
    (table,) = tables(document)
    cell = table.cells[1]
    assert (cell.text, set(cell.marks)) == (text, marks)
    assert [other.text for other in table.cells if other is not cell] == ["before", "after", "1", "2", "3"]
    for char, at in zip(cell.text, cell.offsets, strict=True):
        assert at < 0 or document[at] == char or document[at] == "−"
        assert at >= 0 or not char.isdigit()
