"""Puts the paragraph of methods together, as plain text, as LaTeX, and its references as BibTeX."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmark.core.places import PARAGRAPH
from benchmark.report import booktabs
from benchmark.report.content import ReportData
from benchmark.report.paragraph.bibliography import Bibliography
from benchmark.report.paragraph.of_analyses import of_analyses
from benchmark.report.paragraph.of_data import of_data
from benchmark.report.paragraph.of_methods import of_methods
from benchmark.report.paragraph.of_software import of_software
from benchmark.report.paragraph.of_statistics import of_statistics
from benchmark.report.paragraph.of_study import of_study
from benchmark.report.paragraph.origins import origins

TEXT, LATEX, REFERENCES = PARAGRAPH


@dataclass(frozen=True, slots=True)
class Paragraph:
    r"""The paragraph.

    Attributes:
        text: plain text on one line.
        latex: LaTeX with ``\\cite``, a sentence a line.
        bibtex: what it cites; what could not be cited is named by a comment.
    """

    text: str
    latex: str
    bibtex: str

    def files(self) -> dict[str, str]:
        """Its files by name."""
        return {TEXT: self.text, LATEX: self.latex, REFERENCES: self.bibtex}


def paragraph(data: ReportData) -> Paragraph:
    """What a run did, from its scores, statistics and record; nothing that it did not do."""
    sources = Bibliography()
    sentences = list(_sentences(data, sources))
    stem = REFERENCES.removesuffix(".bib")
    bibtex = sources.to_bibtex()
    url = "; \\usepackage{url}" if r"\url" in bibtex else ""
    head = f"% needs \\bibliography{{{stem}}} and a \\bibliographystyle{url}; T1 or OT1 fonts, utf8 input"
    text = " ".join(map(sources.as_text, sentences))
    sentences_in_latex = list(map(sources.as_latex, sentences))
    engine = booktabs.needs([], "\n".join(sentences_in_latex))
    latex = "\n".join([head, *([engine] if engine else []), *sentences_in_latex])
    return Paragraph(f"{text}\n", f"{latex}\n", bibtex)


def _sentences(data: ReportData, sources: Bibliography) -> Iterator[str]:
    found = origins(data)
    yield from of_data(data, found, sources)
    yield from of_study(data, found)
    yield from of_methods(data, found, sources)
    yield from of_statistics(data, found, sources)
    yield from of_analyses(data)
    yield from of_software(data, found, sources)
