"""Reads single BibTeX entries, as plug-ins and users state them, and writes them safely. Standard library only.

An entry that LaTeX could stumble over is none: BibTeX has no comments, so that a broken one would spoil those after it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmark.report.text import latex, one_line

_HEAD = re.compile(r"@([A-Za-z]+)\s*\{\s*([^\s,{}%#~\\\"]+)\s*,")
_NAME = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*")
_KEY = re.compile(r"[A-Za-z0-9:._/+-]+")
_LINE = re.compile(r"(?P<authors>[^\d]+?),? (?P<year>(19|20)\d\d), (?P<title>.+), (?P<venue>[^,]+)")
_ACCENTS = {"'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307"}
_ACCENTS |= {"v": "\u030c", "c": "\u0327", "u": "\u0306", "H": "\u030b", "r": "\u030a", "k": "\u0328"}
_LETTERS = {"l": "ł", "L": "Ł", "o": "ø", "O": "Ø", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å"}
_LETTERS |= {"AA": "Å", "i": "ı", "j": "ȷ"}
_ACCENT = re.compile(r"\\(['`\"^~=.]|[vcuHrk](?![A-Za-z]))\s*\{?\s*(\\?[A-Za-z])\s*\}?")
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[lLoOij])(?![A-Za-z])\s*(\{\})?")
_BARE = re.compile(r"(?<!\\)([&%#_])")


@dataclass(frozen=True, slots=True)
class BibEntry:
    """A BibTeX entry.

    Attributes:
        kind: ``article``, ``misc`` …
        key: by which it is cited.
        fields: values as LaTeX, without the outer braces, by lower-case name.
    """

    kind: str
    key: str
    fields: Mapping[str, str]

    @property
    def author_year(self) -> str:
        """Authors and year as a text cites them: ``Wang et al. 2004``; empty where there are no authors."""
        names = [_surname(name) for name in re.split(r"\s+and\s+", self.fields.get("author", "").strip()) if name]
        if not names:
            return ""
        two = f"{names[0]} and {names[1]}" if len(names) == 2 and names[1] != "others" else f"{names[0]} et al."
        return f"{names[0] if len(names) == 1 else two} {plain(self.fields.get('year', ''))}".strip()

    def to_bibtex(self) -> str:
        """The entry, a field a line."""
        lines = [f"  {name} = {{{_safe(name, value)}}}" for name, value in self.fields.items()]
        return f"@{self.kind}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def entry_of(text: str) -> BibEntry | None:
    """The entry that a text is; ``None`` where it isn't one, or is damaged."""
    line = one_line(text)
    head = _HEAD.match(line)
    if head is None or _KEY.fullmatch(head[2]) is None or not line.endswith("}"):
        return None
    fields = dict(_fields(line[head.end() : -1]))
    damaged = "" in fields or not fields.get("title") or any(not _balanced(value) for value in fields.values())
    return None if damaged else BibEntry(head[1].lower(), head[2], fields)


def entry_of_line(line: str, key: str) -> BibEntry | None:
    """The entry of a line ``Surname, Surname YEAR, Title, Venue``; ``None`` where it has another form."""
    found = _LINE.fullmatch(one_line(line))
    if found is None:
        return None
    names = [f"{{{latex(name)}}}" if " " in name else latex(name) for name in re.split(r",\s*", found["authors"])]
    where = {"howpublished": latex(found["venue"])}
    return BibEntry(
        "misc",
        key,
        {"author": " and ".join(names), "title": f"{{{latex(found['title'])}}}", **where, "year": found["year"]},
    )


def plain(value: str) -> str:
    """A value without LaTeX: accents as letters, no braces."""
    text = _LETTER.sub(lambda found: _LETTERS[found[1]], value)
    text = _ACCENT.sub(_accented, text)
    text = re.sub(r"[{}]", "", text).replace("--", "–").replace("~", " ")
    return unicodedata.normalize("NFC", re.sub(r"\\([&%#_$])", r"\1", text)).strip()


def _accented(found: re.Match[str]) -> str:
    return found[2].removeprefix("\\") + _ACCENTS[found[1]]


def _surname(name: str) -> str:
    """The surname of ``Surname, First`` or ``First Surname``; in braces, the whole."""
    name = name.strip()
    if name.startswith("{") and name.endswith("}") and _balanced(name[1:-1]):
        return plain(name)
    return plain(name.partition(",")[0] if "," in name else name.split(" ")[-1])


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """The fields of an entry's inside; one without a name where it is damaged."""
    place = 0
    while text[place:].strip(" ,"):
        found = _NAME.match(text, place)
        if found is None:
            yield "", ""
            return
        end = _end(text, found.end())
        value = text[found.end() : end].strip()
        quoted = value[:1] + value[-1:] in ("{}", '""') and len(value) > 1
        if not quoted and not value.isalnum():
            yield "", ""
            return
        yield found[1].lower(), value[1:-1].strip() if quoted else value
        place = end + 1


def _end(text: str, place: int) -> int:
    """Where a value ends: at the comma outside of braces and quotes."""
    depth, quoted = 0, False
    for at in range(place, len(text)):
        letter = text[at]
        escaped = at > 0 and text[at - 1] == "\\"
        if letter == '"' and depth == 0 and not escaped:
            quoted = not quoted
        elif letter in "{}":
            depth += 1 if letter == "{" else -1
        elif letter == "," and depth == 0 and not quoted:
            return at
    return len(text)


def _balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        if depth < 0:
            return False
    return depth == 0 and not text.endswith("\\")


def _safe(name: str, value: str) -> str:
    """A value that LaTeX can set: letters that it does not know by name, and bare special characters, escaped."""
    value = "".join(letter if letter.isascii() else latex(letter) or " " for letter in value)
    return value if name in ("url", "doi", "eprint") or r"\url" in value else _BARE.sub(r"\\\1", value)
