r"""LaTeX as people write it: what a reader of the paper sees in each cell, and where it stands in the file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase

import pytest

from benchmark.audit.printed_table import PrintedTable
from benchmark.audit.read_printed import read
from benchmark.core.errors import UserError
from tests.audit.grids import replace_numbers, rows_of

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
    (r"\textbf{ }0.891", "0.891", NOTHING),
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
    (r"\B 0.891", "0.891", {"macro:B"}),
    (r"{\color{red}0.8}\xmark", "0.8", {"colour:red", "macro:xmark"}),
    (r"$0.891^{+0.01}_{-0.02}$", "0.891 +0.01-0.02", NOTHING),
    (r"A$^1$", "A", NOTHING),
    (r"\parbox[t]{2cm}{\centering Mean\\SRCC}", "Mean SRCC", NOTHING),
    (r"\(0.5\)", "0.5", NOTHING),
    (r"0.9 {\scriptsize (+1.2\%)}", "0.9 (+1.2%)", NOTHING),
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


PAPER = r"""\documentclass{article}
\newcommand{\best}[1]{\textbf{#1}}
\newcommand{\ours}{SDMP-Net}
\newcommand\goldmedal{\includegraphics[height=1em]{gold}}
\newcommand{\rank}[2][red]{\textcolor{#1}{#2}}
\def\mr#1#2{\multirow{#1}{*}{#2}}
\newcommand{\thickrule}{\specialrule{1pt}{0pt}{0pt}}
\begin{document}
\[ \begin{array}{l} x \\ y \end{array} \]
\begin{equation} \left\{ \begin{array}{ll} a & b \\ c & d \end{array} \right. \end{equation}
\begin{table}
\caption[short]{Results on \emph{EFID} {\small (\%)}\label{tab:a}, SRCC$\uparrow$}
\resizebox{\textwidth}{!}{%
\begin{tabular}{@{}l*{2}{c}r@{}} \thickrule
\mr{2}{Method} & \multicolumn{2}{c}{\textbf{EFID}} & \multirow{2}[4]{*}[-2pt]{Size} \\ \cmidrule(lr){2-3}
 & SRCC & PLCC & \\*[2pt] \hline\hline
\rowcolor{gray!10} \ours & \best{0.891} & 0.88 & \rank{5}\goldmedal \\
PSNR & 0.1 & \rank[blue]{0.2} \tabularnewline[3pt]
% a comment & \\
SSIM & 0.3 & 0.4 & 5 \cr
\midrule[0.5pt] \addlinespace \noalign{\smallskip}
\multicolumn{4}{l}{\textit{Deep}} \\
& 1 & 2 & $\checkmark$ \\
\multirow{-2}{*}{LPIPS} & 3 & 4 & 5
\end{tabular}}
\end{table}
\end{document}
\begin{tabular}{cc} after & 1 \\ the & end \end{tabular}
"""


def test_a_paper_with_its_own_macros(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    (table,) = tables(PAPER)
    assert table.caption == "Results on EFID (%), SRCC↑"
    assert table.line == 14
    assert rows_of(table) == [
        ["Method", "EFID", "", "Size"],
        ["", "SRCC", "PLCC", ""],
        ["SDMP-Net", "0.891", "0.88", "5"],
        ["PSNR", "0.1", "0.2", ""],
        ["SSIM", "0.3", "0.4", "5"],
        ["Deep", "", "", ""],
        ["LPIPS", "1", "2", "✓"],
        ["", "3", "4", "5"],
    ]
    assert table.rules == (2, 5)
    spans = {cell.text: (cell.row, cell.rows, cell.columns) for cell in table.cells if cell.rows + cell.columns > 2}
    assert spans == {
        "Method": (0, 2, 1), "EFID": (0, 1, 2), "Size": (0, 2, 1), "Deep": (5, 1, 4), "LPIPS": (6, 2, 1)
    }  # fmt: skip
    marks = {cell.text: set(cell.marks) for cell in table.cells if cell.marks}
    assert marks == {
        "EFID": {"bold"}, "0.891": {"bold"}, "0.2": {"colour:blue"}, "5": {"colour:red", "macro:goldmedal"},
        "Deep": {"italic"},
    }  # fmt: skip
    ours = next(cell for cell in table.cells if cell.text == "SDMP-Net")
    assert set(ours.offsets) == {-1}


def test_numbers_of_a_paper_are_replaced_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "paper.tex"
    file.write_bytes(PAPER.replace("\n", "\r\n").encode())
    assert replace_numbers(file) == 13


LONG = r"""\begin{longtable}{lr}
\caption{Long}\\ \toprule A & B \\ \midrule \endfirsthead
\caption[]{Long (continued)} \\ \toprule A & B again \\ \midrule \endhead
\midrule \multicolumn{2}{r}{Continued} \\ \endfoot
\midrule mean & 1.5 \\ \bottomrule \endlastfoot
x & 1 \\ y & 2 \\
\end{longtable}"""


def test_a_long_table_has_its_head_once(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    (table,) = tables(LONG)
    assert (table.caption, table.rules) == ("Long", (1, 3))
    assert rows_of(table) == [["A", "B"], ["x", "1"], ["y", "2"], ["mean", "1.5"]]


BESIDE = r"""\begin{table*}
\begin{minipage}{.5\linewidth}\captionof{table}{Left}
\begin{tabular}{cc} a & 1 \\ b & 2 \end{tabular}\end{minipage}
\begin{minipage}{.5\linewidth}
\begin{tabular*}{\linewidth}{cc} a & 3 \\ b & 4 \\ \end{tabular*}\captionof{table}{Right}\end{minipage}
\end{table*}
\begin{sidewaystable}\caption{Both}
\begin{tabular}{cc}
\begin{tabular}{cc} a & 5 \\ b & 6 \end{tabular} & \begin{tabularx}{9cm}{cc} a & 7 \\ b & 8 \end{tabularx}
\end{tabular}\end{sidewaystable}
\begin{tblr}[caption = {In {tblr}}]{colspec={ccc}} \SetCell[c=2]{c} a & & 9 \\ b & 10 & 11 \\ \end{tblr}
\begin{NiceTabular}{ccc} \Block{2-1}{a} & \Block{1-2}{12} & \\ & b & 13 \\ \end{NiceTabular}
\begin{tabular}{c} an \\ author \end{tabular}"""


def test_several_tables_and_their_captions(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    found = tables(BESIDE)
    assert [table.caption for table in found] == ["Left", "Right", "Both", "Both", "In tblr", ""]
    assert [table.number for table in found] == [1, 2, 3, 4, 5, 6]
    assert [rows_of(table)[0] for table in found] == [
        ["a", "1"], ["a", "3"], ["a", "5"], ["a", "7"], ["a", "", "9"], ["a", "12", ""]
    ]  # fmt: skip
    assert [cell.columns for cell in found[4].cells] == [2, 1, 1, 1, 1]
    assert [(cell.rows, cell.columns) for cell in found[5].cells] == [(2, 1), (1, 2), (1, 1), (1, 1)]


@pytest.mark.parametrize(
    "spanning",
    [
        r"\multicolumn{2}{c|}{\multirow{2}{*}{X}}",
        r"\multirow{2}{*}{\multicolumn{2}{c}{X}}",
        r"\cellcolor{red}\multicolumn{2}{c}{\multirow[t]{2}*{X}}",
        r"\multicolumn{2}c{{\multirow{2}{1cm}{X}}}",
    ],
)
def test_rows_and_columns_spanned_at_once(tables: Callable[[str], tuple[PrintedTable, ...]], spanning: str) -> None:
    (table,) = tables(tabular(spanning + r" & a \\", r"\multicolumn{2}{c}{} & b \\", r"1 & 2 & 3 \\"))
    assert [(cell.text, cell.row, cell.column, cell.rows, cell.columns) for cell in table.cells] == [
        ("X", 0, 0, 2, 2), ("a", 0, 2, 1, 1), ("b", 1, 2, 1, 1), ("1", 2, 0, 1, 1), ("2", 2, 1, 1, 1), ("3", 2, 2, 1, 1)
    ]  # fmt: skip


def test_a_span_ends_where_text_stands(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    (table,) = tables(tabular(r"\multirow{9}{*}{X} & 1 \\", r"& 2 \\", r"Y & 3 \\"))
    assert [(cell.text, cell.row, cell.rows) for cell in table.cells if cell.column == 0] == [("X", 0, 2), ("Y", 2, 1)]


def test_rows_of_another_length(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    (table,) = tables(tabular(r"a & b \\", r"1 & 2 & 3 & 4 \\", r"[-2ex] \\", r"\\[-2ex]", r"5", columns="cc"))
    assert rows_of(table) == [["a", "b", "", ""], ["1", "2", "3", "4"], ["5", "", "", ""]]


def test_lines_across_and_lines_in_part(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    rows = [r"\hline a & b \\ \cline{2-2}", r"c & d \\ \cmidrule[1pt](lr{.5em}){1-2}", r"e & f \\ \Xhline{2pt}"]
    rows += [
        r"g & h \\ \hdashline[2pt/2pt]",
        r"i & j \\ \shline",
        r"k & l \\ \noalign{\hrule height 1pt}",
        r"m & n \\ \hline",
    ]
    (table,) = tables(tabular(*rows))
    assert table.rules == (2, 3, 4, 5, 6)


DOUBLING = (
    "".join(rf"\newcommand{{\x{one}}}[1]{{\x{two}{{#1#1}}}}" for one, two in pairwise(ascii_lowercase)) + r"\xa{xx}"
)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("\\begin{tabular}{cc}\na & \\textbf{b \\\\\n\\end{tabular}", ":2: a brace `{` is never closed in tabular; add `}`"),
        ("\\begin{tabular}{cc}\na & b} \\\\\n\\end{tabular}", ":2: a brace `}` closes nothing in tabular"),
        ("\n\\begin{tabular}{cc}\na & b \\\\", r":2: \begin{tabular} has no \end{tabular}; add it"),
        ("a\r\n\\begin{tabular}{cc}\r\na & b \\\\\r\n\\end{table}\n\\end{document}", r":2: \begin{tabular} has no \end"),
        ("a & b \\\\\n\\end{tabular}", r":2: \end{tabular} has no \begin{tabular}; add it"),
        (r"\begin{tabular}{c} a \\ b \end{tabular}", ": no tabular with two columns or more"),
        ("\\documentclass{article}\n\\input{tables/main}", "; this one takes tables/main in, which may"),
        ("\\begin{tabular}{cc}\n\na & \\multirow{x}{*}{b}\\end{tabular}", r":3: \multirow needs a number of rows"),
        (DOUBLING, "macros expand to more"),
        (tabular("a & " + "{" * 200 + "1" + "}" * 200), "braces are nested deeper than"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said(tmp_path: Path, source: str, said: str) -> None:
    file = tmp_path / "table.tex"
    file.write_bytes(source.encode())
    with pytest.raises(UserError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}:")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_macro_that_calls_itself_ends(tables: Callable[[str], tuple[PrintedTable, ...]]) -> None:
    loop = r"\let\old\textbf \renewcommand{\textbf}[1]{\old{#1}} \newcommand{\x}{\y}\newcommand{\y}{\x 1}"
    (table,) = tables(loop + tabular(r"a & \textbf{0.5} & \x \\"))
    assert [cell.text for cell in table.cells] == ["a", "0.5", "1"]
    assert table.cells[1].marks == {"bold"}
