"""What tags inside a cell do to its text: in HTML, and in Markdown, which may hold them. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.audit.ink import Ink

MARKS = {
    "b": "bold",
    "strong": "bold",
    "u": "underline",
    "ins": "underline",
    "em": "italic",
    "i": "italic",
    "cite": "italic",
}
RAISED = ("sup", "sub")
BREAKS = ("br", "p", "div", "li", "hr", "td", "th", "tr", "ul", "ol")
VOID = ("br", "hr", "img", "input", "wbr", "col", "link", "meta", "source", "mspace", "mprescripts", "none")
HIDDEN = (
    "script",
    "style",
    "annotation",
    "annotation-xml",
    "noscript",
    "template",
    "title",
    "mphantom",
    "head",
    "select",
)
SCRIPTS = {"msup": "sup", "msub": "sub", "mover": "sup", "munder": "sub"}
"""Elements of MathML whose second child is raised or lowered."""
CLASSES = {
    "ltx_font_bold": "font-weight:bold",
    "ltx_font_italic": "font-style:italic",
    "ltx_framed_underline": "text-decoration:underline",
    "ltx_ulem_uline": "text-decoration:underline",
    "ltx_note": "display:none",
    "ltx_ERROR": "display:none",
}
"""Classes that LaTeXML writes (pages of arXiv); their style sheet is another file."""
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"(?:[a-z]+)?([#.][\w-]+)")
_BOLD = re.compile(r"bold(?:er)?|[6-9]00")


@dataclass(slots=True)
class _Open:
    """A tag that is open: what it adds, and where text goes until it closes."""

    tag: str
    marks: frozenset[str]
    ink: Ink
    hidden: bool
    script: str = ""
    children: int = 0


class Tags:
    """Takes text and tags in the file's order and puts down what is seen."""

    def __init__(self, ink: Ink, styles: Mapping[str, str] | None = None) -> None:
        self.ink = ink
        self._styles = {f".{name}": style for name, style in CLASSES.items()} | dict(styles or {})
        self._open = [_Open("", frozenset(), ink, False)]

    def put(self, text: str, at: int) -> None:
        """Text that stands at a place as one (an entity) or whose characters follow each other."""
        top = self._open[-1]
        if not top.hidden:
            top.ink.put(text, at, top.marks)

    def put_all(self, text: str, at: int) -> None:
        """Text whose characters stand one after the other in the file."""
        for step, char in enumerate(text):
            self.put(char, at + step)

    def put_ink(self, ink: Ink) -> None:
        """What was set elsewhere (mathematics)."""
        top = self._open[-1]
        if not top.hidden:
            top.ink.add(ink)
            if ink.text.strip():
                top.ink.marks |= top.marks

    def open(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        """A tag begins."""
        top = self._open[-1]
        top.children += 1
        if tag in BREAKS:
            top.ink.put(" ", -1)
        if tag in VOID:
            return
        marks, hidden = self.style(tag, attributes)
        script = SCRIPTS.get(top.tag, "") if top.children == 2 else ""
        if top.tag == "msubsup" and top.children > 1:
            script = "sub" if top.children == 2 else "sup"
        script = tag if tag in RAISED else script
        ink = Ink() if script else top.ink
        self._open.append(_Open(tag, top.marks | marks, ink, top.hidden or hidden, script))

    def close(self, tag: str) -> None:
        """A tag ends, and with it those inside that were left open; one that was never open is no matter."""
        if tag in BREAKS:
            self._open[-1].ink.put(" ", -1)
        if not any(opened.tag == tag for opened in self._open[1:]):
            return
        while self._end() != tag:
            pass

    def finish(self) -> Ink:
        """All that was put down; tags still open end."""
        while len(self._open) > 1:
            self._end()
        return self.ink

    def _end(self) -> str:
        closed = self._open.pop()
        if closed.script == "sup":
            self._open[-1].ink.raise_(closed.ink)
        elif closed.script == "sub":
            self._open[-1].ink.lower(closed.ink)
        return closed.tag

    def style(self, tag: str, attributes: Mapping[str, str | None]) -> tuple[frozenset[str], bool]:
        """The marks that a tag sets, and whether its content is hidden."""
        selectors = [f"#{attributes.get('id')}", *(f".{name}" for name in (attributes.get("class") or "").split())]
        styles = [self._styles.get(selector, "") for selector in selectors] + [attributes.get("style") or ""]
        marks, hidden = _declared(";".join(styles))
        if tag in MARKS:
            marks.add(MARKS[tag])
        for name in ("color", "bgcolor", "mathcolor", "mathbackground"):
            if value := attributes.get(name):
                marks.add(f"colour:{value.strip()}")
        if (attributes.get("mathvariant") or "").startswith("bold"):
            marks.add("bold")
        return frozenset(marks), hidden or tag in HIDDEN or "hidden" in attributes


def _declared(style: str) -> tuple[set[str], bool]:
    """Marks of a style's declarations, and whether it hides."""
    marks: set[str] = set()
    hidden = False
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        key, value = key.casefold(), value.removesuffix("!important").strip()
        if key == "font-weight" and _BOLD.fullmatch(value):
            marks.add("bold")
        elif key in ("text-decoration", "text-decoration-line") and "underline" in value:
            marks.add("underline")
        elif key == "font-style" and value.startswith(("italic", "oblique")):
            marks.add("italic")
        elif key in ("color", "background", "background-color") and value not in ("inherit", "initial", "transparent"):
            marks.add(f"colour:{value}")
        hidden |= (key, value) in (("display", "none"), ("visibility", "hidden"))
    return marks, hidden


def style_sheet(text: str) -> dict[str, str]:
    """Declarations by selector, of selectors that are an id or a class alone (as pandas writes them)."""
    styles: dict[str, str] = {}
    for selectors, declarations in _RULE.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
        for selector in selectors.split(","):
            if match := _SIMPLE.fullmatch(selector.strip()):
                styles[match[1]] = f"{styles.get(match[1], '')};{declarations}"
    return styles
