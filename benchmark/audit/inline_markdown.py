r"""Markdown inside a cell: emphasis, escapes, code, links, footnotes, tags, ``$mathematics$``. Standard library only."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from benchmark.audit.ink import Ink, MisfitError
from benchmark.audit.latex_text import typeset
from benchmark.audit.latex_tokens import tokens
from benchmark.audit.tags import Tags

_PARTS = re.compile(
    r"""(?P<escape>\\[!-/:-@\[-`{-~])
    |(?P<code>(?P<ticks>`++)(?P<coded>.+?)(?<!`)(?P=ticks)(?!`))
    |(?P<math>\$(?![\s$])(?P<formula>[^$\s0-9]+(?=\$)|(?:\\.|[^$\\])+?(?<!\s)(?=\$(?![0-9])))\$)
    |(?P<note>\[\^[^\]\s]+\])
    |(?P<image>!\[[^\]]*\]\([^)]*\))
    |(?P<link>\[(?P<label>(?:\\.|[^\[\]])*)\](?:\([^()\s]*(?:\s+"[^"]*")?\)|\[[^\]]*\]))
    |(?P<address><(?P<url>[a-z]+:[^<>\s]+)>)
    |(?P<tag></?[A-Za-z][^<>]*>)
    |(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);)
    |(?P<medal>:(?:1st_place_medal|2nd_place_medal|3rd_place_medal|trophy|star|fire|crown):)
    |(?P<arrow>:arrow_(?:up|down):)
    |(?P<run>\*+|_+)
    |(?P<char>`+|.)""",
    re.VERBOSE | re.DOTALL,
)
_EMPHASIS = {1: "em", 2: "strong"}


@dataclass(slots=True)
class _Run:
    """Stars or underscores that may open or close emphasis; tags that they turn out to be, in their order."""

    char: str
    at: int
    left: int
    opens: bool
    closes: bool
    length: int
    closing: list[int]
    opening: list[int]


def put_down(text: str, start: int, end: int) -> Ink:
    """What a reader sees of a part of a file's text."""
    found: list[re.Match[str] | _Run] = []
    for match in _PARTS.finditer(text, start, end):
        found.append(_run(match, text, start, end) if match.lastgroup == "run" else match)
    _pair([part for part in found if isinstance(part, _Run)])
    tags = Tags(Ink())
    for part in found:
        if isinstance(part, _Run):
            _put_run(part, tags)
        else:
            _put(part, tags, text)
    return tags.finish()


def _run(match: re.Match[str], text: str, start: int, end: int) -> _Run:
    """Whether a run opens or closes: what is before and behind it decides (CommonMark 0.31, 6.2)."""
    before = text[match.start() - 1] if match.start() > start else " "
    behind = text[match.end()] if match.end() < end else " "
    left = not behind.isspace() and (not _punctuation(behind) or before.isspace() or _punctuation(before))
    right = not before.isspace() and (not _punctuation(before) or behind.isspace() or _punctuation(behind))
    char, length = match[0][0], len(match[0])
    if char == "_":
        opens = left and (not right or _punctuation(before))
        closes = right and (not left or _punctuation(behind))
    else:
        opens, closes = left, right
    return _Run(char, match.start(), length, opens, closes, length, [], [])


def _punctuation(char: str) -> bool:
    return not char.isalnum() and not char.isspace()


def _pair(runs: list[_Run]) -> None:
    """Find for each run that closes the nearest before it that opens, and what they are together."""
    for index, closer in enumerate(runs):
        at = index - 1
        while closer.closes and closer.left and at >= 0:
            opener = runs[at]
            both = (opener.closes or closer.opens) and (opener.length + closer.length) % 3 == 0
            odd = both and not (opener.length % 3 == 0 and closer.length % 3 == 0)
            if not (opener.opens and opener.left and opener.char == closer.char) or odd:
                at -= 1
                continue
            size = 2 if min(opener.left, closer.left) >= 2 else 1
            opener.left -= size
            closer.left -= size
            opener.opening.insert(0, size)
            closer.closing.append(size)
            for between in runs[at + 1 : index]:
                between.opens = between.closes = False


def _put_run(run: _Run, tags: Tags) -> None:
    for size in run.closing:
        tags.close(_EMPHASIS[size])
    tags.put_all(run.char * run.left, run.at)
    for size in run.opening:
        tags.open(_EMPHASIS[size], {})


def _put(match: re.Match[str], tags: Tags, text: str) -> None:
    kind, at = match.lastgroup, match.start()
    if kind == "code":
        _put_code(match, tags)
    elif kind == "math":
        _put_formula(match, tags, text)
    elif kind == "link":
        tags.put_ink(put_down(text, *match.span("label")))
    elif kind == "tag":
        _Tag(tags).feed(match[0])
    elif kind == "medal":
        tags.put_ink(Ink(marks={f"macro:{match[0].strip(':')}"}))
    elif kind not in ("note", "image"):
        _put_characters(match, tags, at)


def _put_characters(match: re.Match[str], tags: Tags, at: int) -> None:
    """Characters, as they stand or by a name."""
    char = html.unescape(match[0]) if match.lastgroup == "entity" else match[0]
    if match.lastgroup == "escape":
        tags.put(match[0][1], at + 1)
    elif match.lastgroup == "address":
        tags.put_all(match["url"], match.start("url"))
    elif match.lastgroup == "arrow":
        tags.put("↑" if "up" in match[0] else "↓", -1)
    elif char != match[0]:
        tags.put(char, at)
    else:
        tags.put_all(char, at)


def _put_code(match: re.Match[str], tags: Tags) -> None:
    coded, begin = match["coded"], match.start("coded")
    for step, char in enumerate(coded):
        if not (char == "\\" and coded[step + 1 : step + 2] == "|"):
            tags.put(char, begin + step)


def _put_formula(match: re.Match[str], tags: Tags, text: str) -> None:
    start = match.start("formula")
    try:
        found = [token._replace(at=token.at + start) for token in tokens(match["formula"])]
        tags.put_ink(typeset(found, math=True))
    except MisfitError:
        tags.put_all(match[0], match.start())


class _Tag(HTMLParser):
    """One tag, as a page's parser takes it."""

    def __init__(self, tags: Tags) -> None:
        super().__init__(convert_charrefs=False)
        self._tags = tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tags.open(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._tags.close(tag)
