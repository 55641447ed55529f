"""Makes text from users safe for LaTeX, Markdown, CSV and file names. Standard library only.

HTML is escaped by jinja2 itself.
"""

from __future__ import annotations

import re
import unicodedata

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "\u00a0": "~",
    "\u00ad": r"\-",
    "«": r"\textless\textless{}",
    "»": r"\textgreater\textgreater{}",
    "–": "--",
    "—": "---",
    "−": "$-$",
    "…": r"\ldots{}",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "„": ",,",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "€": r"\texteuro{}",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "∞": r"$\infty$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "·": r"$\cdot$",
    "°": r"$^\circ$",
    "¬": r"$\neg$",
    "µ": r"$\mu$",
    "¹": r"$^1$",
    "²": r"$^2$",
    "³": r"$^3$",
}
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
        _GREEK_NAMES.split(),
        strict=True,
    )
)
_GREEK |= dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοςϕϵ", [*"ABEZHIKMNOPTYXo", "varsigma", "phi", "epsilon"], strict=True))
# Characters beside ASCII that pdflatex's utf8 input can set in any text font encoding.
_PLAIN_LATIN = frozenset(
    "¡¿£©ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿĀāĂăĆćĈĉĊċČčĎďĒēĔĕĖėĚěĜĝĞğĠġĤĥĨĩĪīĬĭİıŁłŃńŇňŌōŎŏŐőŒœŔŕŘřŚśŜŝ"
    "ŞşŠšŢţŤťŨũŪūŬŭŮůŰűŴŵŶŷŸŹźŻżŽž"
)
_MARKDOWN = re.compile(r"([\\`*_\[\]#|~$^])")


def one_line(text: str, limit: int = 0) -> str:
    """The text without line ends and control characters; shortened with an ellipsis if it exceeds ``limit`` characters."""
    kept = "".join(" " if character.isspace() else character for character in text if _printable(character))
    line = " ".join(kept.split())
    return f"{line[: limit - 1].rstrip()}…" if limit and len(line) > limit else line


def _printable(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def latex(text: str, *, breakable: bool = False) -> str:
    """Text for LaTeX with any usual font encoding: every special character is printed as itself.

    Other scripts keep their characters, which need XeLaTeX or LuaLaTeX.

    Args:
        text: any text; line ends become spaces.
        breakable: whether to allow line breaks inside long words such as paths.
    """
    escaped = []
    for word in one_line(text).split(" "):
        pieces = [_latex_character(character) for character in word]
        if breakable and len(word) > 20:
            pieces = _with_breaks(word, pieces)
        escaped.append("".join(_unligated(pieces)))
    return " ".join(escaped)


def _latex_character(character: str) -> str:
    if character in _LATEX:
        return _LATEX[character]
    if character in _GREEK:
        name = _GREEK[character]
        return f"$\\{name}$" if len(name) > 1 else name
    if character.isascii() or character in _PLAIN_LATIN:
        return character
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if plain and unicodedata.category(character)[0] in "LN":
        return "".join(_LATEX.get(part, part) for part in plain)
    return character  # pdfLaTeX does not know it: ``beyond_pdflatex`` tells


def beyond_pdflatex(text: str) -> list[str]:
    """The characters of a LaTeX text that only XeLaTeX and LuaLaTeX set, in order of appearance."""
    return [each for each in dict.fromkeys(text) if not each.isascii() and each not in _PLAIN_LATIN]


def _with_breaks(word: str, pieces: list[str]) -> list[str]:
    """Allow a line break after punctuation, and inside long runs without any."""
    broken, run = [], 0
    for character, piece in zip(word, pieces, strict=True):
        run += 1
        pause = not character.isalnum() or run >= 12
        run = 0 if pause else run
        broken.append(piece + r"\allowbreak{}" if pause else piece)
    return broken


def _unligated(pieces: list[str]) -> list[str]:
    """Prevent the ligatures of ``--``, ``,,`` and ``''``."""
    following = [*pieces[1:], ""] if pieces else []
    return [
        piece + "{}" if piece in {"-", ",", "'"} and piece == after else piece
        for piece, after in zip(pieces, following, strict=True)
    ]


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts numbers inside text by their value."""
    parts = re.split(r"(\d+)", text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part] + [(2, 0, text)]


def markdown(text: str) -> str:
    """Text for a cell of a Markdown table: no markup, no HTML, no column break."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", line)


def csv_cell(text: str) -> str:
    """Text that spreadsheets don't take for a formula: an apostrophe is put before ``= + - @``, even after blanks."""
    line = one_line(text)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r", "\n")) else line
