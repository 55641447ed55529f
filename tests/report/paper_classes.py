"""Compiles tables in the classes of papers, and measures them there."""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PREAMBLES: Mapping[str, Sequence[str]] = {
    "plain": [r"\documentclass{article}"],
    "ieee": [r"\documentclass{IEEEtran}"],
    "cvpr": [
        r"\documentclass[10pt,twocolumn,letterpaper]{article}",
        r"\usepackage{times}",
        r"\setlength{\textheight}{8.875in}\setlength{\textwidth}{6.875in}\setlength{\columnsep}{0.3125in}",
        r"\setlength{\oddsidemargin}{-0.1875in}\setlength{\topmargin}{-0.5in}",
    ],
    "elsevier": [r"\documentclass[final,5p,times]{elsarticle}"],
    "springer": [r"\documentclass{llncs}"],
}
FILES = {"ieee": "IEEEtran.cls", "elsevier": "elsarticle.cls", "springer": "llncs.cls"}
PACKAGES = [
    r"\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}",
    r"\usepackage{booktabs,adjustbox,amssymb,siunitx}\usepackage[table]{xcolor}",
]


def lacking(style: str) -> str:
    """What this machine lacks for a class; empty where it has everything."""
    if not (shutil.which("pdflatex") and shutil.which("kpsewhich")):
        return "pdflatex is not installed (Debian: texlive-latex-extra texlive-publishers texlive-science)"
    file = FILES.get(style, "siunitx.sty")
    for name in (file, "siunitx.sty", "adjustbox.sty"):
        if not subprocess.run(["kpsewhich", name], capture_output=True, check=False).stdout.strip():
            return f"{name} is not installed (Debian: texlive-publishers texlive-science texlive-latex-extra)"
    return ""


def compile_tables(style: str, sources: Sequence[str], folder: Path, measured: str = "") -> tuple[str, list[float]]:
    """The log, and the widths in points of the tabulars of all tables, unshrunk, in order.

    Args:
        style: the class.
        sources: files of tables.
        folder: where it is compiled; keeps ``paper.pdf``.
        measured: further lines before the tables.
    """
    lines = [*PREAMBLES[style], *PACKAGES, r"\newsavebox{\measured}", r"\begin{document}"]
    lines += [r"\typeout{COLUMN \the\columnwidth}\typeout{TEXT \the\textwidth}", measured]
    for number, source in enumerate(sources):
        (folder / f"table{number}.tex").write_text(source, encoding="utf-8")
        size = (re.search(r"^\\(small|footnotesize|scriptsize)$", source, re.M) or [""])[0]
        gap = (re.search(r"^\\setlength\{\\tabcolsep\}\{.*?\}$", source, re.M) or [""])[0]
        body = source[source.index(r"\begin{tabular}") : source.rindex(r"\end{tabular}")] + r"\end{tabular}"
        (folder / f"body{number}.tex").write_text(body + "%\n", encoding="utf-8")
        lines.append(
            rf"{{{size}{gap}\sbox{{\measured}}{{\input{{body{number}}}\unskip}}\typeout{{WIDTH \the\wd\measured}}}}"
        )
    lines += [rf"\input{{table{number}}}" for number in range(len(sources))]
    (folder / "paper.tex").write_text("\n".join([*lines, r"\end{document}"]), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=240)
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-3000:]
    return log, [float(width) for width in re.findall(r"WIDTH ([\d.]+)pt", log)]
