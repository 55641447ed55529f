r"""Tables of a LaTeX file, whole papers too: rows, rules, heads of long tables, captions. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmark.audit import latex_symbols as names
from benchmark.audit import printed_grid
from benchmark.audit.ink import Ink, MisfitError, line_of
from benchmark.audit.latex_macros import expand, take
from benchmark.audit.latex_text import typeset
from benchmark.audit.latex_tokens import Stream, Token, plain, tokens
from benchmark.audit.printed import PrintedTable

_HEADS = ("endfirsthead", "endhead", "endfoot", "endlastfoot")
_WHOLE = ("document", "")
_RANGE = re.compile(r"(\d+)\s*-\s*(\d*)")


@dataclass(slots=True)
class _Environment:
    """An environment around tables, and the captions in it."""

    name: str
    captions: list[list[Token]] = field(default_factory=list)
    tables: int = 0


@dataclass(slots=True)
class _Found:
    """A table's content, and the environments around it with its number in each."""

    name: str
    at: int
    content: list[Token]
    around: list[tuple[_Environment, int]]
    caption: list[Token]


@dataclass(slots=True)
class _Rows:
    """Rows of a table as they are split."""

    rows: list[list[Ink]] = field(default_factory=list)
    rules: list[int] = field(default_factory=list)
    parts: list[tuple[int, str]] = field(default_factory=list)


def read_tables(text: str) -> list[PrintedTable]:
    r"""All tables with two columns or more; of an outer table that only arranges others, those.

    Args:
        text: the file.

    Raises:
        MisfitError: braces or ``\begin`` and ``\end`` do not fit together.
    """
    tables: list[PrintedTable] = []
    for found in _find(expand(tokens(text))):
        math = found.name in ("array", "NiceArray")
        rows = _split(_one_head(found.content), math=math)
        if max((len(row) for row in rows.rows), default=0) < 2:
            continue
        made = printed_grid.table(
            rows.rows,
            number=len(tables) + 1,
            caption=_caption(found),
            line=line_of(text, found.at),
            rules=rows.rules,
            reserved=True,
        )
        tables.append(_with_parts(made, rows.parts))
    return tables


def _find(found: Sequence[Token]) -> list[_Found]:
    stream = Stream(found)
    stack = [_Environment("")]
    tables: list[_Found] = []
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
                tables.append(_Found(name, token.at, content, around, _own_caption(name, whole)))
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


def _one_head(content: Sequence[Token]) -> list[Token]:
    """A long table with its first head and its last foot only."""
    parts: dict[str, list[Token]] = {}
    current: list[Token] = []
    for token in content:
        if token.is_command(*_HEADS):
            parts[token.text] = current
            current = []
        else:
            current.append(token)
    head = parts.get("endfirsthead", parts.get("endhead", []))
    foot = parts.get("endlastfoot", parts.get("endfoot", []))
    return [*head, *current, *foot]


def _split(content: Sequence[Token], *, math: bool) -> _Rows:
    """Rows and cells: split at ``&`` and line ends outside of braces and inner environments."""
    result = _Rows()
    for raw in _raw_rows(content):
        first = Stream(raw[0])
        _lead(first, result)
        raw[0] = list(first)
        row = [typeset(cell, math=math) for cell in raw]
        if len(row) > 1 or not row[0].blank or row[0].columns > 1:
            result.rows.append(row)
    while result.rows and all(ink.blank for ink in result.rows[-1]):
        del result.rows[-1]
    return result


def _raw_rows(content: Sequence[Token]) -> Iterator[list[list[Token]]]:
    stream = Stream(content)
    row: list[list[Token]] = [[]]
    depth = 0
    for token in stream:
        if token.kind == "begin" or token.is_command("begin"):
            depth += 1
        elif token.kind == "end" or token.is_command("end"):
            depth -= 1
        if not depth and token.kind == "cell":
            row.append([])
        elif not depth and token.is_command(*names.LINE_ENDS):
            stream.star()
            stream.option()
            yield row
            row = [[]]
        else:
            row[-1].append(token)
    yield row


def _lead(stream: Stream, result: _Rows) -> None:
    """Take rules and other things between rows off a row's beginning."""
    at = len(result.rows)
    for token in stream:
        if token.kind == "blank" or token.is_command("par"):
            continue
        if token.kind == "command" and token.text in names.FULL_RULES:
            take(stream, names.FULL_RULES[token.text])
            result.rules.append(at)
        elif token.kind == "command" and token.text in names.PART_RULES:
            arguments = take(stream, names.PART_RULES[token.text])
            result.parts += [(at, plain(argument)) for argument in arguments if _RANGE.fullmatch(plain(argument))]
        elif token.kind == "command" and token.text in names.BETWEEN:
            arguments = take(stream, names.BETWEEN[token.text])
            if any(part.is_command("hrule") for argument in arguments for part in argument):
                result.rules.append(at)
        elif (
            token.kind == "command"
            and re.fullmatch(r"[A-Za-z]+(?:rule|line)", token.text)
            and token.text != "underline"
        ):
            stream.option(near=True)
            result.rules.append(at)
        else:
            stream.put_back([token])
            return


def _with_parts(table: PrintedTable, parts: Sequence[tuple[int, str]]) -> PrintedTable:
    """The table with rules that are given by columns, where they run across all of them."""
    across = set(table.rules)
    for row, columns in parts:
        match = _RANGE.fullmatch(columns)
        whole = match and match[1] == "1" and (not match[2] or int(match[2]) >= table.columns)
        if whole and 0 < row < table.rows:
            across.add(row)
    return PrintedTable(
        number=table.number,
        caption=table.caption,
        line=table.line,
        cells=table.cells,
        rows=table.rows,
        columns=table.columns,
        rules=tuple(sorted(across)),
    )


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


def _caption(found: _Found) -> str:
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
