"""Tables in the classes of IEEE, CVPR, Elsevier and Springer: nothing overfull, at 8 pt or more, three lines of notes."""

import functools
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.config.latex_keys import Style
from benchmark.config.printing import TableConfig
from benchmark.report.content import ReportData
from benchmark.report.formats.latex import to_latex
from benchmark.report.formats.latex_notes import to_notes
from benchmark.report.grid import Grid
from benchmark.report.grid_latex import grid_latex, grid_notes
from benchmark.report.latex_layout import PaperLayout, estimate, lay_out, lines_of
from benchmark.report.latex_styles import STYLES
from benchmark.report.table import comparison_table
from tests.report.paper_classes import PREAMBLES, compile_tables, lacking

Maker = Callable[..., ReportData]
NAMES = (
    *("psnr", "ssim", "ms-ssim", "fsim", "vsi", "vif", "gmsd", "mdsi", "haarpsi", "nlpd", "cw-ssim", "iw-ssim"),
    *("lpips", "dists", "pieapp", "ahiq", "topiq", "sdmp-net", "reference-quality", "enhancer-mean"),
)
STYLES_HERE: Sequence[Style] = tuple(PREAMBLES)  # type: ignore[arg-type]


def strengths(names: Sequence[str]) -> dict[str, float]:
    return {name: 0.95 - 0.9 * index / max(len(names) - 1, 1) for index, name in enumerate(names)}


def demo(make: Maker) -> ReportData:
    learned = {"group": "learned", "trained_on": "the training split of this data set, backbones from ImageNet"}
    return make(
        strengths(NAMES),
        methods={"lpips": {"group": "learned", "trained_on": "BAPPS"}, "sdmp-net": learned},
        statistics=("srcc", "plcc", "krcc", "plcc_logistic4", "rmse"),
        simulated=True,
    )


def six(make: Maker) -> ReportData:
    sets = ("LIVE", "CSIQ", "TID2013", "KADID-10k", "PIPAL", "EFID")
    return make(strengths(NAMES[:9]), datasets=sets, tables=({"columns": ["srcc", "plcc"]},))


def distortions(make: Maker) -> ReportData:
    conditions = ("additive Gaussian noise", "JPEG", "JPEG2000", "contrast change", "blur", "chromatic aberrations")
    return make(strengths(NAMES[:8]), conditions=conditions, tables=({"columns": ["srcc"], "conditions": "all"},))


def ablation(make: Maker) -> ReportData:
    variants = {
        "sdmp-net": {"offsets": "learned", "difference": "true"},
        "no offsets": {"offsets": "none", "difference": "true"},
        "no difference": {"offsets": "learned", "difference": "false"},
        "neither": {"offsets": "none", "difference": "false"},
    }
    methods = {label: {"name": "sdmp-net", "options": options} for label, options in variants.items()}
    return make(strengths(list(variants)), methods=methods, tables=({"kind": "ablation", "columns": ["srcc", "plcc"]},))


def published(make: Maker) -> ReportData:
    reason = "OSError: /home/someone/weights.pth: no such file"
    paper = {"srcc": 0.807, "plcc": 0.803, "mapping": "none", "source": "Zhou et al., TIP"}
    return make(
        strengths(NAMES[:6]),
        methods={"vif": {"status": "unavailable", "reason": reason}},
        missing={"vif": 36},
        published={"vif": paper, "ssim": paper, "CVRKD": paper},
    )


TABLES: dict[str, Callable[[Maker], ReportData]] = {
    "demo": demo, "six": six, "distortions": distortions, "ablation": ablation, "published": published,
}  # fmt: skip


@functools.cache
def made_once(name: str, make: Maker) -> ReportData:
    """A table's data: computed once, printed in many ways."""
    return TABLES[name](make)


def sources(make: Maker, style: Style, **keys: Any) -> dict[str, tuple[str, PaperLayout, float, str]]:
    """Each table's LaTeX, its layout, its estimated width, and its notes."""
    found = {}
    for name in TABLES:
        data = made_once(name, make)
        config = data.config.tables[0].model_copy(update={"style": style, "name": name, **keys})
        table = comparison_table(data, config)
        layout = lay_out(table)
        found[name] = (to_latex(table), layout, estimate(table, layout), to_notes(table))
    return found


@pytest.mark.heavy
@pytest.mark.parametrize("style", STYLES_HERE)
def test_five_tables_fit_each_class_at_eight_points(make_report: Maker, tmp_path: Path, style: Style) -> None:
    reason = lacking(style)
    if reason:
        pytest.skip(reason)
    made = sources(make_report, style)
    log, widths = compile_tables(style, [source for source, *_ in made.values()], tmp_path)
    assert "Overfull" not in log
    paper = STYLES[style]
    column, text = (float(found) for found in re.findall(r"(?:COLUMN|TEXT) ([\d.]+)pt", log)[:2])
    assert (column, text) == pytest.approx((paper.column, paper.text), abs=0.5)
    for (name, (_, layout, estimated, _)), width in zip(made.items(), widths, strict=True):
        assert paper.points[layout.size] >= 8
        assert width <= estimated, f"{name}: widths are estimated from above"
        if layout.fits:
            assert width <= layout.line
    shrunk = {name for (name, (_, layout, *_)), width in zip(made.items(), widths, strict=True) if width > layout.line}
    assert shrunk <= (set() if paper.two_columns else {"six"}), "twelve columns have no room in one of 12 cm"


@pytest.mark.heavy
@pytest.mark.parametrize("keys", [
    {"siunitx": True}, {"transpose": True}, {"highlight": 3, "highlight_with": "colour"}, {"row_groups": "rules"},
    {"ci": "below"}, {"ci": "none"}, {"notes": "full"}, {"notes": "none"}, {"notes": "file"}, {"width": "column"},
    {"siunitx": True, "highlight_with": "colour", "ci": "none"}, {"trained_on": False}, {"size": "scriptsize"},
], ids=str)  # fmt: skip
def test_every_choice_compiles_without_an_overfull_box(
    make_report: Maker, tmp_path: Path, keys: dict[str, Any]
) -> None:
    if lacking("ieee"):
        pytest.skip(lacking("ieee"))
    made = sources(make_report, "ieee", **keys)
    below = [rf"\begin{{table*}}\input{{notes{number}}}\end{{table*}}" for number in range(len(made))]
    for number, (*_, notes) in enumerate(made.values()):
        (tmp_path / f"notes{number}.tex").write_text(notes, encoding="utf-8")
    log, _ = compile_tables("ieee", [source for source, *_ in made.values()], tmp_path, "\n".join(below))
    assert "Overfull" not in log


def test_notes_below_are_three_lines_at_most_and_all_of_them_are_in_the_file(make_report: Maker) -> None:
    for style in STYLES_HERE:
        for name, (source, layout, _, notes) in sources(make_report, style).items():
            below = source.split(r"\begin{minipage}")[-1]
            characters = len(re.sub(r"\\[a-z]+|[{}$]", "", below))
            assert characters * 0.4 * 8 <= 3 * layout.line, name
            assert "textsuperscript{a}" not in source, "a mark that nothing explains"
            assert "Brackets: 95" in notes or name == "ablation"


def test_no_place_of_the_machine_stands_in_a_table_and_a_method_has_one_row(make_report: Maker) -> None:
    data = published(make_report)
    table = comparison_table(data, data.config.tables[0])
    assert [row.title for row in table.rows if row.label == "vif"] == ["VIF (reported)"]
    assert [row.title for row in table.rows if row.label == "ssim"] == ["SSIM", "SSIM (reported)"]
    made = sources(make_report, "ieee", notes="full")["published"]
    assert "/home" not in made[0] + made[3]
    alone = replace(data, published={})
    table = comparison_table(alone, data.config.tables[0])
    assert table.rows[-1].label == "vif"
    assert dict(table.footnotes)[table.rows[-1].marks[0]] == "unavailable"


def test_colours_differ_in_lightness_and_places_up_to_the_third_are_marked(make_report: Maker) -> None:
    from benchmark.report.formats.latex import BACKGROUNDS

    grey = [
        sum(w * float(part) for w, part in zip((0.299, 0.587, 0.114), BACKGROUNDS[place].split(","), strict=True))
        for place in (1, 2, 3)
    ]
    assert grey[1] - grey[0] > 0.08
    assert grey[2] - grey[1] > 0.04
    data = make_report(strengths(NAMES[:5]))
    config = data.config.tables[0]

    def marks(**keys: Any) -> str:
        return to_latex(comparison_table(data, config.model_copy(update={"notes": "none", **keys})))

    assert r"\textit{" not in marks()
    assert r"\textit{" in marks(highlight=3)
    assert r"\underline" not in marks(highlight=1)
    assert r"\textbf" not in marks(highlight=0)
    assert marks(highlight_with="colour").count("cellcolor") == 8
    assert r"[table]{xcolor}" in marks(highlight_with="colour").splitlines()[0]


def test_a_transposed_table_has_methods_as_columns(make_report: Maker) -> None:
    data = six(make_report)
    config = data.config.tables[0].model_copy(update={"transpose": True, "ci": "none"})
    lines = [line for line in to_latex(comparison_table(data, config)).splitlines() if " & " in line]
    assert lines[0].count(r"$\uparrow$") == 9
    assert lines[1].startswith(r"LIVE: SRCC $\uparrow$ & \textbf{")
    assert len(lines) == 13


def test_siunitx_gets_numbers_and_keeps_the_rest_in_braces(make_report: Maker) -> None:
    data = make_report({"a": 0.9, "b": 0.5, "c": -0.7}, missing={"b": 3})
    config = data.config.tables[0].model_copy(update={"siunitx": True, "columns": ("srcc", "rmse")})
    text = to_latex(comparison_table(data, config))
    assert r"\usepackage{siunitx}" in text.splitlines()[0]
    assert "S[table-format=-1.3" in text
    first = next(line for line in text.splitlines() if line.startswith("A "))
    assert re.fullmatch(
        r"A \$\\uparrow\$ & not declared & \\bfseries (-?\d\.\d{3}) & \\bfseries (\d\.\d{3}) \\\\", first
    ), first
    assert re.search(r"^ &  & \{\[\S+, \S+\]\} & \{\[", text, re.M)
    assert "Bold: best, italic: second." in text, "siunitx cannot underline"
    full = to_latex(comparison_table(data, config.model_copy(update={"notes": "full"})))
    assert "second italic" in full
    assert "underlined" not in full


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"siunitx": True, "ci": "beside"}, "intervals stand `below`"),
        ({"siunitx": True, "transpose": True}, "a transposed table does not have"),
        ({"ci": "none", "interval": "below"}, "keep `ci`"),
        ({"highlight": 4}, "at most 3"),
        ({"style": "acm"}, "style"),
    ],
)
def test_choices_that_contradict_each_other_are_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(Exception, match=re.escape(words)):
        TableConfig(**keys)


@pytest.mark.heavy
def test_chinese_names_keep_their_characters_and_compile_where_the_comment_says(
    make_report: Maker, tmp_path: Path
) -> None:
    data = make_report({"a": 0.9, "b": 0.5}, methods={"a": {"title": "深度方法"}, "b": {"title": "Größe – μ"}})
    config = data.config.tables[0]
    text = to_latex(comparison_table(data, config))
    assert "U+" not in text
    assert "深度方法" in text
    assert text.splitlines()[1].startswith("% needs XeLaTeX or LuaLaTeX, and a font that has 深 度 方 法")
    plain = to_latex(comparison_table(make_report({"b": 0.5, "c": 0.1}, methods={"b": {"title": "Größe – μ"}}), config))
    assert "XeLaTeX" not in plain
    font = (
        subprocess.run(["fc-match", "-f", "%{family}", "Noto Sans CJK SC"], capture_output=True, check=False)
        if lacking("plain") == ""
        else None
    )
    if font is None or b"CJK" not in font.stdout:
        pytest.skip("XeLaTeX or a font with Chinese is not installed (Debian: texlive-xetex fonts-noto-cjk)")
    (tmp_path / "t.tex").write_text(text, encoding="utf-8")
    document = [
        r"\documentclass{article}\usepackage{fontspec}\setmainfont{Noto Sans CJK SC}",
        r"\usepackage{booktabs,adjustbox}\begin{document}\input{t}\end{document}",
    ]
    (tmp_path / "p.tex").write_text("\n".join(document), encoding="utf-8")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "p.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=240)
    log = (tmp_path / "p.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert "Missing character" not in log


def analysis(columns: int) -> Grid:
    """A table as analyses print them: intervals beside values, and more notes than have room."""
    header = ("Method", *(f"camera {number}" for number in range(columns)))
    rows = tuple((name, *["-0.512 [-0.701, -0.233]"] * columns) for name in NAMES[:6])
    notes = tuple(f"Sentence {number} explains at some length what stands in the columns above." for number in range(9))
    return Grid(f"by_camera_{columns}", "Correlations by camera.", header, rows, notes)


@pytest.mark.heavy
@pytest.mark.parametrize("style", STYLES_HERE)
def test_tables_of_analyses_fit_each_class_too(tmp_path: Path, style: Style) -> None:
    if lacking(style):
        pytest.skip(lacking(style))
    spec, paper = TableConfig(style=style), STYLES[style]
    numbers = (1, 3, 6) if paper.two_columns else (1, 2, 4)
    sources = [grid_latex(analysis(columns), spec) for columns in numbers]
    log, widths = compile_tables(style, sources, tmp_path)
    assert "Overfull" not in log
    for source, width in zip(sources, widths, strict=True):
        assert width <= (paper.text if "table*" in source else paper.column)
    assert ["begin{tabular}[t]" in source for source in sources] == [False, paper.two_columns, True], (
        "beside, else below"
    )
    assert "table*" not in sources[1]
    assert ("table*" in sources[2]) == paper.two_columns, "two columns where one has no room"


def test_notes_of_analyses_are_three_lines_at_most_and_all_in_their_file() -> None:
    grid = analysis(3)
    short, full = (grid_latex(grid, TableConfig(style="ieee", notes=kind)) for kind in ("short", "full"))
    assert "Sentence 0" in short
    assert "Sentence 8" not in short
    assert "Sentence 8" in full
    assert "Sentence" not in grid_latex(grid, TableConfig(notes="file"))
    assert grid_notes(grid).startswith("% notes of by_camera_3.tex\n")
    assert all(f"Sentence {number} " in grid_notes(grid) for number in range(9))


def test_a_width_of_one_column_counts_more_than_a_table_for_both() -> None:
    column, text = STYLES["ieee"].column, STYLES["ieee"].text
    assert lines_of(TableConfig(style="ieee", wide="table*", width="column")) == [(column, False)]
    assert lines_of(TableConfig(style="ieee", wide="table*")) == [(text, True)]
    assert lines_of(TableConfig(style="ieee")) == [(column, False), (text, True)]
