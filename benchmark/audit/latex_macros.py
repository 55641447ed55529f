r"""Macros that a LaTeX file defines for itself: expands them, each argument keeping its place. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.audit.ink import MEDALS, MisfitError
from benchmark.audit.latex_tokens import Stream, Token, plain

MAX_TOKENS = 1_000_000
NEW = ("newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "newrobustcmd", "renewrobustcmd")
DEF = ("def", "gdef", "edef", "xdef")
DOCUMENT = ("NewDocumentCommand", "RenewDocumentCommand", "ProvideDocumentCommand", "DeclareDocumentCommand")
OPERATOR = ("DeclareMathOperator",)
SKIPPED = {
    "newcolumntype": "mom",
    "newenvironment": "smoomm",
    "renewenvironment": "smoomm",
    "newlength": "m",
    "newcounter": "mo",
    "newtheorem": "smomo",
    "definecolor": "mmm",
    "colorlet": "mm",
    "DeclareUnicodeCharacter": "mm",
}
_DRAWN = ("includegraphics", "tikz", "tikzpicture", "faIcon")
_WRAPPERS = ("math", "begin", "end", "blank")


@dataclass(frozen=True, slots=True)
class Macro:
    """A definition.

    Attributes:
        arguments: one entry an argument: ``None`` where it must be given, else its default; the default ``*`` is a star.
        body: what it expands to.
    """

    arguments: tuple[tuple[Token, ...] | None, ...]
    body: tuple[Token, ...]


def expand(found: Sequence[Token]) -> list[Token]:
    """All tokens with the file's own macros expanded and their definitions gone.

    A macro whose body draws a picture or a raised mark is left as it is: its name says more.

    Raises:
        MisfitError: the macros expand without end, or a brace is never closed.
    """
    macros: dict[str, Macro] = {}
    stream = Stream(found)
    expanded: list[Token] = []
    for token in stream:
        if token.kind == "command" and _define(token, stream, macros):
            continue
        macro = macros.get(token.text) if token.kind == "command" and token.text not in token.hidden else None
        if macro is None:
            expanded.append(token)
        else:
            stream.put_back(_expansion(token, macro, stream))
        if len(expanded) > MAX_TOKENS + len(found):
            raise MisfitError("macros expand to more than a table can hold", token.at)
    return expanded


def _define(token: Token, stream: Stream, macros: dict[str, Macro]) -> bool:
    """Whether a token begins a definition, which is taken then."""
    name = token.text
    macro: Macro | None
    if name in SKIPPED:
        take(stream, SKIPPED[name])
        return True
    if name in NEW:
        stream.star()
        key, macro = _new(stream)
    elif name in DEF:
        key, macro = _def(stream)
    elif name in DOCUMENT:
        key, signature = plain(stream.argument()), _signature(stream.argument())
        macro = Macro(signature, tuple(stream.argument()))
    elif name in OPERATOR:
        stream.star()
        key, macro = plain(stream.argument()), Macro((), tuple(stream.argument()))
    elif name == "let":
        key = plain(stream.argument())
        stream.blanks()
        ahead = stream.peek()
        if ahead is not None and ahead.is_char("="):
            stream.skip(1)
        macro = Macro((), tuple(stream.argument()))
    else:
        return False
    if macro is not None and _is_drawn(macro):
        macros.pop(key.removeprefix("\\"), None)
    elif macro is not None:
        macros[key.removeprefix("\\")] = macro
    return True


def take(stream: Stream, shape: str) -> list[list[Token]]:
    """Arguments of a command: ``m`` must be there, ``o`` in brackets, ``p`` in parentheses, ``s`` a star."""
    taken = []
    for kind in shape:
        if kind == "s":
            stream.star()
        elif kind == "m":
            taken.append(stream.argument())
        else:
            taken.append(stream.option("[]" if kind == "o" else "()", near=kind == "o" and shape[-1] == "o") or [])
    return taken


def _new(stream: Stream) -> tuple[str, Macro]:
    key = plain(stream.argument())
    count = plain(stream.option() or [])
    default = stream.option()
    body = tuple(stream.argument())
    needed: list[tuple[Token, ...] | None] = [None] * (int(count) if count.isdecimal() else 0)
    if needed and default is not None:
        needed[0] = tuple(default)
    return key, Macro(tuple(needed), body)


def _def(stream: Stream) -> tuple[str, Macro | None]:
    key, count = plain(stream.argument()), 0
    simple = True
    for token in stream:
        if token.kind == "begin":
            stream.put_back([token])
            break
        count += token.kind == "param"
        simple &= token.kind in ("param", "blank")
    body = tuple(stream.argument())
    return key, Macro((None,) * count, body) if simple else None


def _signature(found: Sequence[Token]) -> tuple[tuple[Token, ...] | None, ...]:
    kinds: list[tuple[Token, ...] | None] = []
    stream = Stream(found)
    for token in stream:
        if token.text in ("m", "r", "v"):
            kinds.append(None)
        elif token.text in ("o", "O"):
            kinds.append(tuple(stream.argument()) if token.text == "O" else ())
        elif token.text == "s":
            kinds.append((Token("char", "*", token.at, own=False),))
    return tuple(kinds)


def _is_drawn(macro: Macro) -> bool:
    """Whether a body shows a medal or a raised mark and no text."""
    if any(token.is_command(*_DRAWN) or token.text in MEDALS for token in macro.body):
        return not any(token.kind in ("cell", "param") or token.is_command("\\") for token in macro.body)
    first = next((token for token in macro.body if token.kind not in _WRAPPERS), None)
    raised = first is not None and (first.kind == "sup" or first.is_command("textsuperscript"))
    return raised and not macro.arguments


def _expansion(call: Token, macro: Macro, stream: Stream) -> list[Token]:
    arguments: list[Sequence[Token]] = []
    for default in macro.arguments:
        if default is None:
            arguments.append(stream.argument())
        elif len(default) == 1 and default[0].is_char("*"):
            arguments.append(default if stream.star() else [])
        else:
            option = stream.option()
            arguments.append(default if option is None else option)
    hidden = call.hidden | {call.text}
    result: list[Token] = []
    for token in macro.body:
        if token.kind == "param":
            at = int(token.text) - 1
            result += arguments[at] if at < len(arguments) else []
        else:
            result.append(token._replace(at=call.at, own=False, hidden=token.hidden | hidden))
        if len(result) > MAX_TOKENS:
            raise MisfitError("macros expand to more than a table can hold", call.at)
    return result
