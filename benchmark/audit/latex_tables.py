r"""Tables of a LaTeX file, whole papers too: rows, rules, heads of long tables, captions. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmark.audit import latex_symbols as names
from benchmark.audit import printed_grid
from benchmark.audit.ink import Ink, line_of
from benchmark.audit.latex_environments import caption_of, find
from benchmark.audit.latex_macros import expand, take
from benchmark.audit.latex_text import typeset
from benchmark.audit.latex_tokens import Stream, Token, plain, tokens
from benchmark.audit.printed_table import PrintedTable

_HEADS = ("endfirsthead", "endhead", "endfoot", "endlastfoot")
_RANGE = re.compile(r"(\d+)\s*-\s*(\d*)")


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
    for found in find(expand(tokens(text))):
        math = found.name in ("array", "NiceArray")
        rows = _split(_one_head(found.content), math=math)
        if max((len(row) for row in rows.rows), default=0) < 2:
            continue
        made = printed_grid.table(
            rows.rows,
            number=len(tables) + 1,
            caption=caption_of(found),
            line=line_of(text, found.at),
            rules=rows.rules,
            reserved=True,
        )
        tables.append(_with_parts(made, rows.parts))
    return tables


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
