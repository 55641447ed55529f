r"""Finds LaTeX's tables: where environments begin and end, and which caption is whose. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmark.audit import latex_symbols as names
from benchmark.audit.ink import MisfitError
from benchmark.audit.latex_macros import take
from benchmark.audit.latex_text import typeset
from benchmark.audit.latex_tokens import Stream, Token, plain

_WHOLE = ("document", "")


@dataclass(slots=True)
class _Environment:
    """An environment around tables, and the captions in it."""

    name: str
    captions: list[list[Token]] = field(default_factory=list)
    tables: int = 0


@dataclass(slots=True)
class Found:
    """A table's content, and the environments around it with its number in each."""

    name: str
    at: int
    content: list[Token]
    around: list[tuple[_Environment, int]]
    caption: list[Token]


def find(found: Sequence[Token]) -> list[Found]:
    r"""All environments of tables; of an outer one that only arranges others, those.

    Args:
        found: the tokens of a file, its macros expanded.

    Raises:
        MisfitError: ``\\begin`` and ``\\end``, or braces in a table, do not fit together.
    """
    stream = Stream(found)
    stack = [_Environment("")]
    tables: list[Found] = []
    for token in stream:
        if token.is_command("caption", "captionof", "tablecaption", "topcaption", "bottomcaption"):
            _home(stack).captions.append(_caption_argument(token, stream))
        elif token.is_command("end"):
            name = plain(stream.argument())
            if name in names.TABLES:
                raise MisfitError(rf"\end{{{name}}} has no \begin{{{name}}}; add it", token.at)
            if any(environment.name == name for environment in stack[1:]):
                while stack.pop().name != name:
                    pass
            if name == "document":
                break
        elif token.is_command("begin"):
            name = plain(stream.argument())
            if name not in names.TABLES:
                stack.append(_Environment(name))
                continue
            whole = _content(name, token, stream)
            content = whole[_arguments(name, whole) :]
            if _arranges(content):
                stream.put_back(content)
            elif name != "array" or not any(item.name.rstrip("*") in names.EQUATIONS for item in stack):
                for environment in stack:
                    environment.tables += 1
                around = [(environment, environment.tables) for environment in stack]
                tables.append(Found(name, token.at, content, around, _own_caption(name, whole)))
    return tables


def _home(stack: Sequence[_Environment]) -> _Environment:
    """The environment that a caption belongs to: not one that only centres."""
    return next((item for item in reversed(stack) if item.name not in ("center", "flushleft", "flushright")), stack[0])


def _caption_argument(token: Token, stream: Stream) -> list[Token]:
    stream.star()
    if token.text == "captionof":
        stream.argument()
    stream.option()
    return stream.argument()


def _content(name: str, begin: Token, stream: Stream) -> list[Token]:
    r"""What stands between ``\begin`` and its ``\end``, its arguments included; braces in it are matched."""
    content: list[Token] = []
    inner: list[str] = []
    open_braces: list[Token] = []
    for token in stream:
        if token.kind == "begin":
            open_braces.append(token)
        elif token.kind == "end":
            if not open_braces:
                raise MisfitError(rf"a brace `}}` closes nothing in {name}; remove it or add `{{`", token.at)
            open_braces.pop()
        elif token.is_command("begin", "end"):
            argument = stream.argument()
            other = plain(argument)
            if token.text == "begin":
                inner.append(other)
            elif inner and other == inner[-1]:
                inner.pop()
            elif other == name and name not in inner:
                if open_braces:
                    raise MisfitError(f"a brace `{{` is never closed in {name}; add `}}`", open_braces[-1].at)
                return content
            elif other in names.TABLES or other == "document":
                break
            content += [token, Token("begin", "{", token.at), *argument, Token("end", "}", token.at)]
            continue
        content.append(token)
    if open_braces and not inner:
        raise MisfitError(f"a brace `{{` is never closed in {name}; add `}}`", open_braces[-1].at)
    raise MisfitError(rf"\begin{{{name}}} has no \end{{{name}}}; add it", begin.at)


def _arranges(content: Sequence[Token]) -> bool:
    """Whether an outer table only arranges others: one in it has columns and rows of its own."""
    stream = Stream(content)
    for token in stream:
        if token.is_command("begin") and (name := plain(stream.argument())) in names.TABLES:
            inner = _content(name, token, stream)
            body = _levels(inner[_arguments(name, inner) :])
            if sum(token.kind == "cell" for token in body) > 1 and any(
                token.is_command(*names.LINE_ENDS) for token in body
            ):
                return True
    return False


def _levels(found: Sequence[Token]) -> list[Token]:
    """Tokens outside of braces and inner environments."""
    depth, outer = 0, []
    for token in found:
        if token.kind == "begin" or token.is_command("begin"):
            depth += 1
        elif token.kind == "end" or token.is_command("end"):
            depth -= 1
        elif not depth:
            outer.append(token)
    return outer


def _arguments(name: str, content: Sequence[Token]) -> int:
    """How many tokens the arguments of the environment take."""
    stream = Stream(content)
    if name in ("tabu", "longtabu"):
        while (token := stream.peek()) is not None and token.kind != "begin" and not token.is_char("["):
            stream.skip(1)
    take(stream, names.TABLES[name])
    return len(content) - sum(1 for _ in stream)


def _own_caption(name: str, whole: Sequence[Token]) -> list[Token]:
    """The caption in a long table itself, or among its options."""
    stream = Stream(whole)
    option = stream.option() or [] if name.endswith("tblr") else []
    for at, token in enumerate(option):
        if token.kind == "begin" and re.search(r"(?:^|[\s,])caption\s*=\s*$", plain(option[:at])):
            return Stream(option[at:]).argument()
    for token in stream:
        if token.is_command("caption"):
            caption = _caption_argument(token, stream)
            if not typeset(caption).blank:
                return caption
    return []


def caption_of(found: Found) -> str:
    """The caption of the table itself, or that of the nearest environment which has one."""
    if found.caption:
        return typeset(found.caption).tidy()[0]
    for environment, number in reversed(found.around):
        if environment.captions:
            several = len(environment.captions) == environment.tables
            if several or environment.name not in _WHOLE:
                chosen = environment.captions[number - 1 if several else 0]
                return typeset(chosen).tidy()[0]
    return ""
