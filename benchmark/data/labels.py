"""Reads label lists (lines of ``enhanced_name,score``) from strangers: every bad line is named, none is dropped silently.

Standard library only; for data sets.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmark.core.errors import DataError, Problem
from benchmark.data import recognise

MAX_BYTES = 256 * 2**20
MAX_LINES = 2_000_000
MAX_LINE = 4096
MAX_PROBLEMS = 1000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")


class Label(NamedTuple):
    r"""One line of a label list.

    Attributes:
        name: of the enhanced image, with ``/`` for ``\``; stays inside the folder of enhanced images.
        score: the label, finite.
        line: its number, from 1.
    """

    name: str
    score: float
    line: int


@dataclass(frozen=True, slots=True)
class LabelList:
    """A label list as read.

    Attributes:
        file: where it came from.
        labels: the correct lines, in order.
        problems: what is wrong with the others.
    """

    file: Path
    labels: list[Label]
    problems: list[Problem]


def read_labels(file: Path) -> LabelList:
    """Read a label list: one ``name,score`` per line, split at the last comma; blank lines are skipped; no header.

    Line endings may be LF, CRLF or CR, the last one may be missing; a UTF-8 byte order mark and spaces around name and
    score are ignored. A name that is repeated or leaves its folder is a problem, and so is a score that is not finite.

    Raises:
        DataError: the file as a whole is not a label list (missing, not text in UTF-8, too large, no labels).
    """
    labels: list[Label] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for number, line in enumerate(split_lines(read_text(file)), 1):
        if not line or line.isspace():
            continue
        if number > MAX_LINES:
            raise DataError(Problem("error", f"more than {MAX_LINES:,} lines: no label list", str(file)))
        if len(problems) >= MAX_PROBLEMS:
            problems.append(Problem("error", "reading stops here after so many wrong lines", f"{file}:{number}"))
            break
        parsed = parse_line(line)
        wrong = parsed if isinstance(parsed, str) else _twice(parsed[0], first)
        if isinstance(parsed, str) or wrong:
            problems.append(Problem("error", wrong, f"{file}:{number}"))
            continue
        first[parsed[0]] = number
        labels.append(Label(parsed[0], parsed[1], number))
    if not labels and not problems:
        raise DataError(Problem("error", "holds no labels (lines of `enhanced_name,score`)", str(file)))
    return LabelList(file, labels, problems + _differing_in_case(file, first))


def parse_line(line: str) -> tuple[str, float] | str:
    """Name and score of one line, or what is wrong with it."""
    if len(line) > MAX_LINE:
        return f"the line has {len(line):,} characters; no label line is longer than {MAX_LINE:,}"
    name, comma, score = line.rpartition(",")
    name = name.strip().replace("\\", "/")
    if not comma:
        return f"{short(line)} is no label line; it must read `enhanced_name,score`"
    try:
        value = parse_number(score)
    except ValueError as error:
        return f"the label of {short(name)} {error}"
    return refuse_name(name) or (name, value)


def parse_number(text: str) -> float:
    """A finite decimal number, spaces around it ignored.

    Raises:
        ValueError: it is not one; the message completes a sentence ("… is not a number").
    """
    text = text.strip()
    if not text:
        raise ValueError("is missing")
    if _NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return value
        raise ValueError(f"is too large ({short(text)})")
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"is {text}, not a finite number")
    raise ValueError(f"is not a number ({short(text)})")


def refuse_name(name: str) -> str:
    """Why a name from a list can't be used (empty where it can): it must stay inside the folder it is looked up in.

    Only the name counts: links inside the folder are followed wherever they lead.
    """
    if not name:
        return "the image's name is missing"
    if not name.isprintable():
        return f"the name {short(name)} holds characters that can't be printed"
    parts = name.replace("\\", "/").split("/")
    if ".." in parts:
        return f"the name {short(name)} leaves the data folder (`..`); refused"
    if parts[0] == "" or _DRIVE.match(parts[0]):
        return f"the name {short(name)} is an absolute path; it must be relative to the data folder; refused"
    if "" in parts or "." in parts:
        return f"the name {short(name)} has an empty part or `.` between its slashes"
    return ""


def beside(path: Path) -> str:
    """A hint for a path that does not exist: another case or ending, a folder above or below; or nothing."""
    try:
        inside = sorted(os.listdir(path.parent))
    except OSError:
        return ""
    wanted = (path.name.casefold(), path.stem.casefold())
    near = [name for name in inside if name.casefold() == wanted[0] or Path(name.casefold()).stem == wanted[1]]
    near = [name for name in near if name != path.name]
    if near:
        return f"; there is {' and '.join(repr(name) for name in near[:3])}: names must be equal in case and extension"
    places = [*(path.parent / name / path.name for name in inside), path.parent.parent / path.name]
    elsewhere = next((place for place in places if place.exists()), None)
    return f"; there is {elsewhere}" if elsewhere is not None else ""


def read_text(file: Path, *, pipes: bool = False, json: bool = False, encoding: str = "") -> str:
    """The text of a list or table, without a byte order mark.

    Args:
        file: the file.
        pipes: whether it may be the output of another process (``<(…)`` in a shell).
        json: whether JSON is expected instead of a list or table.
        encoding: of the text, as Python names it; empty for UTF-8.

    Raises:
        DataError: it is missing, not a regular file, too large, or not text in UTF-8; one line, which says what it is.
    """
    data = _read_bytes(file, pipes)
    if encoding:
        return _decode(data, file, encoding)
    other = recognise.no_text(data, file.suffix) or ("" if json else recognise.structured(data))
    if other:
        raise DataError(Problem("error", other, str(file)))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.split(rb"\r\n|\r|\n", error.object[: error.start]))
        what = f"is {recognise.encoding(data)}; {recognise.UTF8}"
        raise DataError(Problem("error", what, f"{file}:{line}")) from None


def _decode(data: bytes, file: Path, encoding: str) -> str:
    """Text in the encoding that the user named."""
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError) as error:
        known = "" if isinstance(error, UnicodeError) else "; usual ones are utf-8, utf-16, cp1252 and gbk"
        what = (
            f"encoding: this is no text in {encoding!r}" if not known else f"encoding: {encoding!r} is unknown{known}"
        )
        raise DataError(Problem("error", what, str(file))) from None
    if "\0" in text:
        raise DataError(Problem("error", f"encoding: this is no text in {encoding!r}: it holds zero bytes", str(file)))
    return text.removeprefix("\ufeff")


def _read_bytes(file: Path, pipes: bool) -> bytes:
    """The content of a file that is no larger than a table can be."""
    try:
        state = os.stat(file)
        if not stat.S_ISREG(state.st_mode) and not (pipes and stat.S_ISFIFO(state.st_mode)):
            raise DataError(Problem("error", "is no regular file", str(file)))
        if state.st_size > MAX_BYTES:
            too_large = f"is larger than {MAX_BYTES >> 20} MiB: no list of labels, no table of scores"
            raise DataError(Problem("error", too_large, str(file)))
        return file.read_bytes()
    except FileNotFoundError:
        raise DataError(Problem("error", f"no such file{beside(file)}", str(file))) from None
    except OSError as error:
        raise DataError(Problem("error", f"can't be read ({error.strerror or error})", str(file))) from None


def split_lines(text: str) -> list[str]:
    """The lines, which end in LF, CRLF or CR only, not in Unicode's other line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def at_most(problems: Sequence[Problem], where: str, limit: int = MAX_PROBLEMS) -> list[Problem]:
    """The first problems, and the number of the others."""
    if len(problems) <= limit:
        return list(problems)
    more = f"… and {len(problems) - limit:,} more problems of this list"
    return [*problems[:limit], Problem("error", more, where)]


def short(text: str, limit: int = 60) -> str:
    """A piece of someone's file as a message can show it: quoted, escaped, cut."""
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def _twice(name: str, first: dict[str, int]) -> str:
    return f"the name {short(name)} already stands in line {first[name]}" if name in first else ""


def _differing_in_case(file: Path, lines: dict[str, int]) -> list[Problem]:
    """Warnings about names that differ in case only: on Windows and macOS they are one file."""
    folded: dict[str, str] = {}
    problems = []
    for name, line in lines.items():
        other = folded.setdefault(name.casefold(), name)
        if other != name:
            message = f"the name {short(name)} differs from {short(other)} (line {lines[other]}) only in case"
            problems.append(Problem("warning", message, f"{file}:{line}"))
    return at_most(problems, str(file))
