"""The paragraph of methods through a real pdflatex and BibTeX: it compiles, citations are found, the page says it all."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.report.content import ReportData
from benchmark.report.paragraph import Paragraph, paragraph

Maker = Callable[..., ReportData]
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("pdflatex", "bibtex", "pdftotext"))),
    reason="pdflatex, bibtex or pdftotext is not installed (Debian: texlive-latex-extra lmodern poppler-utils)",
)
NASTY = r'a_b%c&d#e$f{g}h\i~j^k Größe <x> | * ` "q" [z] α ≤ −1 ± „x“ …'
CITATIONS = {
    "psnr": '@article{a_b, author={M{\\"u}ller, K. and Łukasz, Z. and Ben Baruch}, '
    "title={50 % of A & B_1 – # done}, year={2004}}",
    "ssim": "@broken{ never closed, title={",
    "lpips": "Lin, Hosu, Saupe 2019, KADID-10k: A large-scale & odd_one 100 %, QoMEX",
    "gmsd": r"@misc{gmsd, author={A, B}, title={Title}, howpublished={\url{http://a.b/c_d%20e}}, year={2001}}",
}


@pytest.fixture(scope="module")
def made(make_report: Maker) -> Paragraph:
    settings = {"some_option": NASTY}
    methods = {
        name: {
            "title": f"{name} {NASTY}",
            "citation": text,
            "settings": settings,
            "trained_on": NASTY,
            "marks": (NASTY,),
        }
        for name, text in CITATIONS.items()
    }
    record = {
        "tool": {"version": "0.2.0", "commit": "0123456789abcdef"},
        "dataset": {"name": "efid", "title": NASTY, "labels": "opinions", "label_name": NASTY, "citation": NASTY},
        "versions": {"numpy": "2.0.0"},
        "statistics": {"multiplicity": "max-t"},
    }
    return paragraph(
        make_report({name: 0.3 + 0.1 * place for place, name in enumerate(methods)}, methods=methods, record=record)
    )


@pytest.mark.parametrize(
    ("document", "style", "encoding"),
    [("article", "plain", "T1"), ("article", "plain", "OT1"), ("IEEEtran", "IEEEtran", "T1")],
)
def test_it_compiles_with_its_bibliography(
    made: Paragraph, tmp_path: Path, document: str, style: str, encoding: str
) -> None:
    found = subprocess.run(
        ["kpsewhich", f"{document}.cls", f"{style}.bst"], capture_output=True, text=True, check=False
    )
    if len(found.stdout.split()) < 2:
        pytest.skip(f"{document}.cls is not installed (Debian: texlive-publishers)")
    for name, text in made.files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    lines = [
        rf"\documentclass{{{document}}}",
        rf"\usepackage[{encoding}]{{fontenc}}\usepackage[utf8]{{inputenc}}\usepackage{{url}}",
        *([r"\usepackage{lmodern}"] if encoding == "T1" else []),
        r"\begin{document}\sloppy",
        r"\input{methods}",
        rf"\bibliographystyle{{{style}}}\bibliography{{references}}",
        r"\end{document}",
    ]
    (tmp_path / "paper.tex").write_text("\n".join(lines), encoding="utf-8")
    for command in ("pdflatex", "bibtex", "pdflatex", "pdflatex"):
        more = ["-interaction=nonstopmode", "-halt-on-error"] if command == "pdflatex" else []
        done = subprocess.run([command, *more, "paper"], cwd=tmp_path, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]
    log = (tmp_path / "paper.log").read_text(encoding="utf-8", errors="replace")
    assert "undefined" not in log
    shown = subprocess.run(
        ["pdftotext", "paper.pdf", "-"], cwd=tmp_path, capture_output=True, check=True
    ).stdout.decode()
    flat = re.sub(r"\s+", "", shown.replace("\u00ad", ""))
    assert "[?]" not in flat
    assert "fourmethodswereevaluated" in flat.lower()
    if encoding == "OT1":  # draws underscores and braces as rules and symbols, which pdftotext does not know
        return
    for words in ("50%ofA&B_1", "a_b%c&d#e$f{g}h", "Saupe"):
        assert words.lower() in flat.lower(), words
