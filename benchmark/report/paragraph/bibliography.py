r"""Collects what a paragraph cites, and prints citations: as author and year in plain text, as ``\cite`` in LaTeX.

Sentences hold citations as keys between two control characters, which no text of a user has (``one_line`` drops them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from benchmark.report.paragraph.bibtex_entry import BibEntry, entry_of, entry_of_line
from benchmark.report.paragraph.procedures import PROCEDURES, SOFTWARE
from benchmark.report.text import latex, one_line

BEGIN, END = "\x01", "\x02"
_TOKEN = re.compile(f"{BEGIN}([^{END}]*){END}")


@dataclass(slots=True)
class Bibliography:
    """The entries that are cited, in the order of their citation.

    Attributes:
        entries: by key.
        lacking: for what no entry is at hand, with the words that there are.
    """

    entries: dict[str, BibEntry] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)

    def cite(self, what: str, stated: str) -> str:
        """The citation of what a plug-in or a user states; empty, and noted as lacking, where that is no entry.

        Args:
            what: what is cited, for the note.
            stated: a BibTeX entry, or ``Surname, Surname YEAR, Title, Venue``.
        """
        name = re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-") or "source"
        entry = entry_of(stated) or entry_of_line(stated, name)
        if entry is None:
            self.lacking.setdefault(what, one_line(stated, 300))
            return ""
        return self._taken(entry)

    def of_software(self, distribution: str) -> str:
        """The citation of a distribution; empty where none is known."""
        return self._known(SOFTWARE.get(distribution, ""))

    def of_procedure(self, name: str) -> str:
        """The citation of a statistical procedure; empty where none is known."""
        return self._known(PROCEDURES.get(name, ""))

    def _known(self, text: str) -> str:
        entry = entry_of(text) if text else None
        return "" if entry is None else self._taken(entry)

    def add(self, entry: BibEntry) -> str:
        """The citation of an entry."""
        return self._taken(entry)

    def _taken(self, entry: BibEntry) -> str:
        """Another entry of the same key gets a letter behind it; the same one is taken once, whatever its key."""
        for key, known in self.entries.items():
            if known.fields == entry.fields:
                return f"{BEGIN}{key}{END}"
        letters = iter("bcdefghijklmnopqrstuvwxyz")
        key = entry.key
        taken = {known.casefold() for known in self.entries}  # BibTeX takes keys that differ in case for one
        while key.casefold() in taken:
            key = f"{entry.key}{next(letters, 'x')}"
        self.entries[key] = replace(entry, key=key)
        return f"{BEGIN}{key}{END}"

    def to_bibtex(self) -> str:
        """All entries; what lacks one is named by a comment, which BibTeX skips as long as it has no at sign."""
        comments = [
            f"% No BibTeX entry is at hand for {one_line(what)}{f': {words}' if words else ''}".replace("@", "(at)")
            for what, words in self.lacking.items()
        ]
        return "\n\n".join([*comments, *(entry.to_bibtex() for entry in self.entries.values())]) + "\n"

    def as_text(self, sentence: str) -> str:
        """A sentence with authors and years in parentheses."""

        def shown(found: re.Match[str]) -> str:
            known = [self.entries[key] for key in found[1].split(",") if key in self.entries]
            names = [entry.author_year for entry in known if "year" in entry.fields]
            return f" ({'; '.join(filter(None, names))})" if any(names) else ""

        return _TOKEN.sub(shown, _joined(sentence))

    def as_latex(self, sentence: str) -> str:
        r"""A sentence as LaTeX, with ``~\cite{…}``."""
        parts = _TOKEN.split(_joined(sentence))
        return "".join(_escaped(part) if place % 2 == 0 else f"~\\cite{{{part}}}" for place, part in enumerate(parts))


def _joined(sentence: str) -> str:
    """Citations beside each other are one."""
    return sentence.replace(f"{END}{BEGIN}", ",")


def _escaped(text: str) -> str:
    """Text as LaTeX, keeping the spaces at its ends."""
    inside = text.strip()
    if not inside:
        return " " if text else ""
    begin, end = (" " if text[0].isspace() else ""), (" " if text[-1].isspace() else "")
    return f"{begin}{latex(inside)}{end}"
