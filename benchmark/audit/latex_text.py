"""What a reader sees of LaTeX's tokens: text with places and marks, in reading order. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.audit import latex_symbols as names
from benchmark.audit.ink import Ink, MisfitError
from benchmark.audit.latex_macros import take
from benchmark.audit.latex_tokens import Stream, Token, plain

NO_MARKS: frozenset[str] = frozenset()
_LENGTH = re.compile(
    r"\s*=?\s*[-+]?[0-9.]+\s*(?:pt|em|ex|mm|cm|in|mu|bp|sp)(?:\s*(?:plus|minus)\s*[0-9.]+\s*(?:pt|em|ex|mm|cm|fil+))*"
)
_CITES = re.compile(r"[a-zA-Z]*[cC]ite[a-zA-Z]*")
_RULES = re.compile(r"[a-zA-Z]*(?:line|rule|rulewd)")


@dataclass(slots=True)
class TextState:
    """What holds until the group ends: marks, and whether this is mathematics, where blanks are not seen."""

    marks: frozenset[str] = NO_MARKS
    math: bool = False

    def with_mark(self, mark: str) -> TextState:
        """The state inside a command that sets its argument off."""
        return TextState(self.marks | {mark}, self.math)


def typeset(found: Sequence[Token], *, math: bool = False) -> Ink:
    """What is seen of some tokens.

    Raises:
        MisfitError: a brace is not closed, or a span has no number.
    """
    ink = Ink()
    _typeset(found, ink, TextState(math=math))
    return ink


def _typeset(found: Sequence[Token], ink: Ink, state: TextState) -> None:
    stream = Stream(found)
    for token in stream:
        if token.kind == "command":
            _command(token, stream, ink, state)
        elif token.kind == "begin":
            _typeset(stream.group(token), ink, TextState(state.marks, state.math))
        elif token.kind == "end":
            raise MisfitError("a brace `}` closes nothing; remove it or add `{`", token.at)
        elif token.kind == "math":
            state.math = not state.math
        elif token.kind == "sup":
            ink.raise_(_aside(stream.argument(), math=True))
        elif token.kind == "sub":
            lowered = _aside(stream.argument(), math=True)
            lowered.marks -= {"italic"}
            ink.lower(lowered)
        elif token.kind in ("blank", "cell"):
            if not state.math or token.kind == "cell":
                ink.put(" ", token.at if token.own and token.kind == "blank" else -1)
        elif not (state.math and token.is_char("'")):
            ink.put(token.text, token.at if token.own else -1, state.marks)


def _aside(found: Sequence[Token], *, math: bool = False) -> Ink:
    ink = Ink()
    _typeset(found, ink, TextState(math=math))
    return ink


def _command(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    name = token.text
    special = _SPECIAL.get(name)
    if special is not None:
        special(token, stream, ink, state)
    elif name in names.ACCENTS and (len(name) > 1 or not name.isalpha() or _letter_next(stream)):
        _accent(names.ACCENTS[name], stream, ink, state)
    elif name in names.ESCAPED:
        ink.put(name, token.at + 1 if token.own else -1, state.marks)
    elif name in names.SYMBOLS:
        ink.put(names.SYMBOLS[name], -1, state.marks)
    elif name in names.BLANKS:
        ink.put(" ", -1)
    elif name in names.LINE_ENDS:
        stream.star()
        stream.option()
        ink.put(" ", -1)
    elif name in names.WRAPPED:
        _typeset(stream.argument(), ink, state.with_mark(names.WRAPPED[name]))
    elif name in names.SWITCHES:
        mark, on = names.SWITCHES[name]
        state.marks = state.marks | {mark} if on else state.marks - {mark}
    elif name in names.SHOWN:
        _shown(name, stream, ink, state)
    else:
        _unseen(token, stream, ink)


def _letter_next(stream: Stream) -> bool:
    """Whether an accent's argument is one letter: a macro of the same name may have been defined elsewhere."""
    argument = stream.argument()
    stream.put_back([Token("begin", "{", -1), *argument, Token("end", "}", -1)])
    return len(argument) == 1 and (argument[0].text.isalpha() or argument[0].kind == "command")


def _accent(accent: str, stream: Stream, ink: Ink, state: TextState) -> None:
    under = _aside(stream.argument(), math=state.math).text
    under = {"ı": "i", "ȷ": "j"}.get(under, under)
    ink.put(unicodedata.normalize("NFC", under[:1] + accent + under[1:]) if under else "", -1, state.marks)


def _shown(name: str, stream: Stream, ink: Ink, state: TextState) -> None:
    math = name in ("ensuremath", "mathrm", "mathsf", "mathtt", "mathcal", "frac", "tfrac", "dfrac", "operatorname")
    contents = 0
    for kind in names.SHOWN[name]:
        if kind != "v":
            take(stream, kind)
            continue
        if contents:
            ink.put("/" if name.endswith("frac") else " ", -1)
        contents += 1
        _typeset(stream.argument(), ink, TextState(state.marks, math))


def _unseen(token: Token, stream: Stream, ink: Ink) -> None:
    """Commands of which nothing is seen, and unknown ones: these leave their names; content in braces follows."""
    name = token.text
    if name in names.SKIPS and (match := _LENGTH.match(stream.ahead(40))):
        stream.skip(match.end())
    elif name in names.UNSEEN:
        take(stream, names.UNSEEN[name])
    elif name in (rules := {**names.FULL_RULES, **names.PART_RULES, **names.BETWEEN}):
        take(stream, rules[name])
    elif _CITES.fullmatch(name):
        take(stream, "soom")
    elif not (_RULES.fullmatch(name) or name.startswith("if") or not name.isalpha()):
        stream.option(near=True)
        ink.marks.add(f"macro:{name}")


def _text_colour(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    colour = _colour(stream)
    _typeset(stream.argument(), ink, state.with_mark(colour))


def _colour_switch(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    state.marks = state.marks | {_colour(stream)}


def _cell_colour(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    ink.marks.add(_colour(stream))
    take(stream, "oo")


def _framed_colour(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    stream.argument()
    _text_colour(token, stream, ink, state)


def _colour(stream: Stream) -> str:
    model = stream.option()
    colour = plain(stream.argument())
    return f"colour:{plain(model)} {colour}" if model else f"colour:{colour}"


def _superscript(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    ink.raise_(_aside(stream.argument()))


def _subscript(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    ink.lower(_aside(stream.argument()))


def _multicolumn(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    ink.columns = max(1, _count(stream.argument(), token))
    stream.argument()
    _typeset(stream.argument(), ink, state)


def _multirow(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    stream.option()
    ink.rows = _count(stream.argument(), token) or 1
    stream.option()
    stream.argument()
    stream.option()
    _typeset(stream.argument(), ink, state)


def _count(found: Sequence[Token], token: Token) -> int:
    text = plain(found).replace("\\", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,4}(?:\.0*)?", text):
        raise MisfitError(rf"\{token.text} needs a number of rows or columns, not {text[:20]!r}", token.at)
    return int(float(text))


def _set_cell(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    spans = plain(stream.option() or [])
    stream.argument()
    for key, number in re.findall(r"([rc])\s*=\s*([0-9]+)", spans):
        if key == "r":
            ink.rows = max(1, int(number))
        else:
            ink.columns = max(1, int(number))
    ink.overlay = True


def _block(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    stream.option()
    rows, _, columns = plain(stream.argument()).partition("-")
    ink.rows = int(rows) if rows.isdecimal() and int(rows) else 1
    ink.columns = int(columns) if columns.isdecimal() and int(columns) else 1
    ink.overlay = True
    stream.option("<>")
    _typeset(stream.argument(), ink, state)


def _begin(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    name = plain(stream.argument())
    take(stream, names.TABLES.get(name, {"minipage": "ooom", "adjustbox": "m"}.get(name, "")))


def _end(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    stream.argument()


def _picture(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    take(stream, "soom")
    ink.marks.add("macro:includegraphics")


def _ding(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    number = plain(stream.argument())
    if number in names.DINGBATS:
        ink.put(names.DINGBATS[number], -1, state.marks)
    else:
        ink.marks.add("macro:ding")


def _delimiter(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    if stream.ahead(1) == ".":
        stream.skip(1)


def _series(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    bold = plain(stream.argument()).startswith(("b", "eb", "sb"))
    state.marks = state.marks | {"bold"} if bold else state.marks - {"bold"}


def _mathematics(token: Token, stream: Stream, ink: Ink, state: TextState) -> None:
    state.math = token.text in "(["


_SPECIAL = {
    "textcolor": _text_colour,
    "colorbox": _text_colour,
    "fcolorbox": _framed_colour,
    "color": _colour_switch,
    "cellcolor": _cell_colour,
    "textsuperscript": _superscript,
    "sp": _superscript,
    "textsubscript": _subscript,
    "sb": _subscript,
    "multicolumn": _multicolumn,
    "multirow": _multirow,
    "SetCell": _set_cell,
    "Block": _block,
    "begin": _begin,
    "end": _end,
    "includegraphics": _picture,
    "ding": _ding,
    "left": _delimiter,
    "right": _delimiter,
    "fontseries": _series,
    "(": _mathematics,
    ")": _mathematics,
    "[": _mathematics,
    "]": _mathematics,
}
