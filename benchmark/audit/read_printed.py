"""Reads a file of printed tables: finds out what it is and gives it to its reader. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from benchmark.audit import csv_tables, html_tables, latex_tables, markdown_tables
from benchmark.audit.ink import MisfitError, line_of
from benchmark.audit.printed_table import PrintedFile, PrintedTable
from benchmark.core.errors import UserError
from benchmark.data import recognise
from benchmark.data.labels import beside

MAX_BYTES = 32 * 2**20
FORMS = "LaTeX (.tex), Markdown (.md), HTML (.html) or CSV (.csv, .tsv, .txt)"
SUFFIXES = {
    ".tex": "latex",
    ".ltx": "latex",
    ".latex": "latex",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
}
READERS: dict[str, Callable[[str], list[PrintedTable]]] = {
    "latex": latex_tables.read_tables,
    "markdown": markdown_tables.read_tables,
    "html": html_tables.read_tables,
    "csv": csv_tables.read_tables,
}
NEEDED = {
    "latex": r"no tabular with two columns or more; give the file that holds \begin{tabular}",
    "markdown": "no pipe table; under its header stands a line such as `| --- | --- |`",
    "html": "no <table> with two columns or more; save the page that shows it as HTML",
    "csv": "no rows with two columns or more; columns are separated by commas, semicolons, tabs or bars",
}
_LATEX = re.compile(r"\\begin\s*\{|\\documentclass|\\multicolumn|\\(?:top|mid|bottom)rule|\\hline")
_HTML = re.compile(r"<(?:!doctype html|html|table|tr|td)[\s>]", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$|^[ \t>]*\|[ \t]*:?-+:?[ \t]*\|[ \t]*$", re.M
)
_INPUT = re.compile(r"^[^%\n]*\\(?:input|include)\s*\{([^}]+)\}", re.M)


def read(path: Path) -> PrintedFile:
    """All tables of a file.

    Args:
        path: of LaTeX, Markdown, HTML, or cells separated by commas, semicolons, tabs or bars; UTF-8 or UTF-16 with or
            without a byte order mark, else Latin-1.

    Raises:
        UserError: it can't be read, is no text, holds no table, or its parts do not fit together; names file and line.
    """
    data = _bytes(path)
    text, encoding = decode(data, path)
    kind = kind_of(path, text)
    try:
        tables = READERS[kind](text)
    except MisfitError as error:
        raise UserError(f"{path}:{line_of(text, error.at)}: {error}") from None
    if not tables:
        raise UserError(f"{path}: {NEEDED[kind]}{_elsewhere(kind, text)}")
    return PrintedFile(name=path.name, kind=kind, text=text, encoding=encoding, tables=tuple(tables))


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """Text and the encoding that gives its bytes back; a byte order mark of UTF-16 stays as the first character.

    Raises:
        UserError: it is no text.
    """
    marked = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2])
    candidates = [marked] if marked else ["utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8", "latin-1"]
    if not marked and (other := recognise.no_text(data, path.suffix, markup=True)):
        raise UserError(f"{path}: {other}")
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and text.encode(encoding) == data:
            return text, encoding
    raise UserError(f"{path}: is no text; give the table as {FORMS}")


def kind_of(path: Path, text: str) -> str:
    """What a file is: by its name's ending, and where that says nothing, by its content."""
    known = SUFFIXES.get(path.suffix.casefold())
    if known:
        return known
    if _LATEX.search(text):
        return "latex"
    if _HTML.search(text):
        return "html"
    return "markdown" if _MARKDOWN.search(text) else "csv"


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UserError(f"{path}: is a folder; give a file with the table as {FORMS}")
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: is larger than {MAX_BYTES >> 20} MiB: no paper's table; give that alone")
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such file{beside(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror or error})") from None


def _elsewhere(kind: str, text: str) -> str:
    inputs = _INPUT.findall(text) if kind == "latex" else []
    return f"; this one takes {', '.join(inputs[:3])} in, which may" if inputs else ""
