"""Everything from users that a report's figures print, so that fonts are found that have its characters. Pandas."""

from __future__ import annotations

from benchmark.report.content import ReportData
from benchmark.report.plots import fonts
from benchmark.report.plots.look import Appearance, look_of


def look_for(data: ReportData) -> Appearance:
    """How the figures of a report look."""
    return look_of(data.config.figures, printed_texts(data))


def printed_texts(data: ReportData) -> list[str]:
    """Titles of methods, and names of conditions, groups, data sets and splits; each once."""
    texts: dict[str, None] = {}
    for method in data.methods:
        texts |= dict.fromkeys(text for one in (method, *method.single) for text in (one.title, one.label))
    tables = (data.scores, data.summary, *(analysis.table for analysis in data.analyses.values()))
    for table in tables:
        for column in {"dataset", "split", "condition", "group"} & set(table.columns):
            texts |= dict.fromkeys(str(text) for text in table[column].dropna().unique())
    return list(texts)


def font_notes(data: ReportData) -> tuple[str, ...]:
    """What readers must know of the fonts of figures: a font that is not installed, characters that no font has."""
    look = look_for(data)
    notes = []
    if look.fonts.not_installed:
        notes.append(
            f"Figures: the font {look.fonts.not_installed!r} is not installed; {look.fonts.families[0]} stands in its place."
        )
    if look.fonts.missing:
        notes.append(
            f"Figures: no installed font has {fonts.names(look.fonts.missing)}; ▯ stands in its place. Install one that "
            "does (for East Asian characters Noto CJK), then make the report again."
        )
    return tuple(notes)
