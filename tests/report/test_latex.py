"""The LaTeX of tables through a real pdflatex: compiles, no overfull box, and the page says what the source says."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from benchmark.config.printing import TableConfig
from benchmark.report.content import ReportData
from benchmark.report.formats.latex import to_latex
from benchmark.report.grid import Grid
from benchmark.report.grid_latex import grid_latex
from benchmark.report.table import comparison_table
from benchmark.report.text import beyond_pdflatex, latex

Maker = Callable[..., ReportData]
NASTY = "a_b%c&d#e$f{g}h\\i~j^k"
OTHERS = 'Größe Ångström <script>x</script> | * ` "q" [z]'

pytestmark = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("pdftotext")),
    reason="pdflatex or pdftotext is not installed (Debian: texlive-latex-extra lmodern poppler-utils)",
)


def compiled(sources: list[str], folder: Path, columns: str = "onecolumn", encoding: str = "T1") -> tuple[str, str]:
    """The log, and the text that the pages show."""
    inputs = []
    for index, source in enumerate(sources):
        (folder / f"table{index}.tex").write_text(source, encoding="utf-8")
        inputs.append(rf"\input{{table{index}}}")
    document = [
        rf"\documentclass[{columns}]{{article}}",
        rf"\usepackage[{encoding}]{{fontenc}}\usepackage[utf8]{{inputenc}}",
        *([r"\usepackage{lmodern}"] if encoding == "T1" else []),
        r"\usepackage{booktabs,adjustbox}",
        r"\begin{document}",
        "\n\\clearpage\n".join(inputs),
        r"\end{document}",
    ]
    (folder / "paper.tex").write_text("\n".join(document), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-3000:]
    shown = subprocess.run(["pdftotext", "-layout", "paper.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return log, shown.stdout.decode("utf-8")


def letters(text: str) -> str:
    """Text without what typesetting may change: spaces and line breaks."""
    return re.sub(r"\s+", "", text)


def report(make_report: Maker, wide: str) -> ReportData:
    names = ["psnr", "ssim", "ms_ssim", "fsim", "vif", "gmsd", "lpips", "dists", "sdmp-net"]
    long_text = "the training split of this data set, backbones from ImageNet"
    return make_report(
        {name: 0.95 - 0.13 * index for index, name in enumerate(names)},
        methods={
            "lpips": {"group": "learned", "trained_on": long_text, "higher_is_better": False},
            "sdmp-net": {"group": "learned", "marks": ("checkpoint selected on the scored split",)},
            "gmsd": {
                "status": "unavailable",
                "reason": "no /very/long/path/to/some/folder/with_weights_of_gmsd-1.0.pth",
            },
        },
        missing={"gmsd": 36},
        statistics=("srcc", "plcc", "krcc", "plcc_logistic4", "rmse"),
        published={
            "sdmp-net": {"srcc": 0.807, "plcc": 0.803, "mapping": "none", "source": "Enhanced Fundus … SDMP-Net"}
        },
        simulated=True,
        tables=({"wide": wide, "caption": f"Results of 100 % & {NASTY}"},),
    )


@pytest.mark.parametrize(
    ("wide", "columns"), [("adjustbox", "onecolumn"), ("adjustbox", "twocolumn"), ("table*", "twocolumn")]
)
def test_nine_methods_compile_without_overfull_boxes(
    make_report: Maker, tmp_path: Path, wide: str, columns: str
) -> None:
    data = report(make_report, wide)
    table = comparison_table(data, data.config.tables[0])
    log, shown = compiled([to_latex(table)], tmp_path, columns)
    assert "Overfull" not in log
    assert letters(NASTY) in letters(shown)
    for row in table.rows:
        assert letters(row.title) in letters(shown)
        for cell in row.cells:
            if cell.estimate.value == cell.estimate.value:
                assert f"{abs(cell.estimate.value):.3f}" in shown


def test_three_data_sets_side_by_side_compile(make_report: Maker, tmp_path: Path) -> None:
    tables = (
        {"columns": ["srcc", "plcc"], "interval": "below"},
        {"name": "t2", "columns": ["srcc"], "conditions": "all"},
    )
    data = make_report({"dssim": 0.8, "ssimulacra": -0.6}, datasets=("TID2013", "IVC", "JPEGXR"), tables=tables)
    sources = [to_latex(comparison_table(data, config)) for config in data.config.tables]
    log, shown = compiled(sources, tmp_path)
    assert "Overfull" not in log
    assert all(name in shown for name in ("TID2013", "IVC", "JPEGXR", "clahe"))


@pytest.mark.parametrize("encoding", ["T1", "OT1"])
def test_odd_names_print_as_themselves(make_report: Maker, tmp_path: Path, encoding: str) -> None:
    methods = {"a": {"title": NASTY, "settings": {"option": OTHERS}}, "b": {"title": OTHERS, "trained_on": NASTY}}
    data = make_report({"a": 0.5, "b": 0.6}, methods=methods, notes=("α → β, — „quoted“",))
    failing = replace(data, failures=pd.DataFrame(columns=["pair", "method", "reason"]))
    _, shown = compiled([to_latex(comparison_table(failing, failing.config.tables[0]))], tmp_path, encoding=encoding)
    text = letters(shown)
    if encoding == "T1":
        assert letters(NASTY) in text
    else:  # OT1 draws the underscore as a rule and has accents for ~ and ^
        assert letters(NASTY).replace("_", "") in text.replace("˜", "~").replace("ˆ", "^")
    assert letters("<script>x</script>") in text
    if encoding == "T1":
        assert letters("Größe Ångström") in text


def test_every_printable_latin_character_compiles(tmp_path: Path) -> None:
    characters = [
        chr(code) for code in (*range(0x20, 0x250), *range(0x370, 0x400), *range(0x2010, 0x2040), 0x20AC, 0x2192)
    ]
    written = [text for character in characters if not beyond_pdflatex(text := latex(character))]
    assert len(written) > 0.6 * len(characters)
    source = "\n\n".join(text or "nothing" for text in written)
    compiled([source], tmp_path)
    (tmp_path / "ot1").mkdir()
    compiled([source], tmp_path / "ot1", encoding="OT1")


def test_efficiency_table_compiles(tmp_path: Path) -> None:
    grid = Grid(
        "efficiency", f"Cost of {NASTY}.", ("Method", "GFLOPs", "%"), ((NASTY, "1.0", ""), (OTHERS, "", "3")), ("a_b",)
    )
    log, shown = compiled([grid_latex(grid, TableConfig())], tmp_path)
    assert "Overfull" not in log
    assert letters(NASTY) in letters(shown)
