"""Finds the fonts of figures: the one that was asked for, and others for characters that it does not have. matplotlib.

matplotlib draws boxes where the first font lacks a character, and its list of fonts is as old as its cache: a font that was
installed since is not in it. Here every installed font is looked at, but only where characters are missing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

SANS, SERIF = "DejaVu Sans", "STIXGeneral"
"""Both come with matplotlib, so that figures are the same on every machine."""
BUILT_IN = {"sans": SANS, "serif": SERIF}
LAST_RESORT = ("lastresort", "color", "colour")
"""In the names of fonts that have every character as a frame, or pictures that are not drawn."""
NOT_REGULAR = ("bold", "black", "light", "thin", "medium", "italic", "oblique", "mono", "demi", "condensed", "math")


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of a report's figures.

    Attributes:
        families: names in the order in which a character is looked for.
        files: the files of those that matplotlib may not know.
        missing: characters that no installed font has.
        not_installed: the font that was asked for, if there is none of this name.
    """

    families: tuple[str, ...] = (SANS,)
    files: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    not_installed: str = ""


def find_fonts(wanted: str, texts: Iterable[str]) -> Fonts:
    """The fonts that have the characters of texts.

    Args:
        wanted: ``sans``, ``serif`` or the name of a font.
        texts: everything from users that figures print.
    """
    named = BUILT_IN.get(wanted) or _installed(wanted)
    families = tuple(dict.fromkeys([named or SANS, SANS]))
    files = _files_of(families)
    letters = {letter for text in texts for letter in text if _is_drawn(letter)}
    missing = {letter for letter in letters if not any(_has(file, letter) for file in files)}
    more = []
    for path in _by_preference(serif=wanted == "serif") if missing else ():
        found = {letter for letter in missing if _has(path, letter)}
        if found:
            more.append(path)
            missing -= found
        if not missing:
            break
    language = _face(letters)
    families = tuple(dict.fromkeys([*families, *(_family(path, language) for path in more)]))
    known = {*map(str, files), *more} - {_path(SANS), _path(SERIF)}
    return Fonts(families, tuple(sorted(known)), frozenset(missing), "" if named else wanted)


def register(files: Iterable[str]) -> None:
    """Let matplotlib know fonts in this process, where it does not yet."""
    for file in files:
        if not any(str(entry.fname) == file for entry in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(file)


def names(letters: Iterable[str], most: int = 6) -> str:
    """Characters by name, for people who see boxes in their place: ``U+4E2D (中)``."""
    ordered = sorted(letters)
    listed = [
        f"{letter} (U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')})" for letter in ordered[:most]
    ]
    more = len(ordered) - most
    return ", ".join(listed) + (f" and {more} more" if more > 0 else "")


def _is_drawn(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace() and unicodedata.category(letter)[0] != "C"


def _installed(name: str) -> str:
    """The name as the font spells it; empty if there is none. Case and spaces do not matter."""

    def plain(text: str) -> str:
        return text.casefold().replace(" ", "").replace("-", "")

    for entry in font_manager.fontManager.ttflist:
        if plain(entry.name) == plain(name):
            return str(entry.name)
    for path in _by_preference(serif=False):
        if plain(name)[:4] in plain(Path(path).stem):  # opening hundreds of fonts takes seconds
            register([path])
    found = (str(entry.name) for entry in font_manager.fontManager.ttflist if plain(entry.name) == plain(name))
    return next(found, "")


def _files_of(families: Iterable[str]) -> list[str]:
    return [_path(family) for family in families]


@lru_cache(maxsize=64)
def _path(family: str) -> str:
    return str(font_manager.findfont(family))


@lru_cache(maxsize=256)
def _charmap(path: str) -> frozenset[int]:
    try:
        font = FT2Font(path)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (OSError, RuntimeError, ValueError):  # a font that can't be read is no font
        return frozenset()


def _has(path: str, letter: str) -> bool:
    return ord(letter) in _charmap(path)


def _by_preference(*, serif: bool) -> list[str]:
    """Installed fonts: upright ones of normal weight first, then those with serifs, or without; then by name."""

    def order(path: str) -> tuple[bool, bool, str, str]:
        name = Path(path).stem.casefold()
        return any(word in name for word in NOT_REGULAR), ("serif" in name) != serif, name, path

    every = [str(path) for path in font_manager.findSystemFonts()]
    return sorted(
        (path for path in every if not any(word in Path(path).name.casefold() for word in LAST_RESORT)), key=order
    )


def _face(letters: Iterable[str]) -> str:
    """The end of the name of the face for East Asian text: Japanese, Korean or simplified Chinese."""
    texts = [unicodedata.name(letter, "") for letter in letters]
    if any(text.startswith(("HIRAGANA", "KATAKANA")) for text in texts):
        return " JP"
    return " KR" if any(text.startswith("HANGUL") for text in texts) else " SC"


def _family(path: str, language: str) -> str:
    """The name under which matplotlib finds a file's font: of a collection, the face for the language."""
    register([path])
    found = [str(entry.name) for entry in font_manager.fontManager.ttflist if str(entry.fname) == path]
    regular = [name for name in found if "mono" not in name.casefold()] or found
    return next((name for name in regular if name.endswith(language)), regular[0])
