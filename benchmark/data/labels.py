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
from benchmark.data.name_matching import is_image

MAX_BYTES = 256 * 2**20
MAX_LINES = 2_000_000
MAX_LINE = 4096
MAX_PROBLEMS = 1000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_PACKED = re.compile(r"\.(zip|7z|rar|tgz|tar|(tar\.)?(gz|bz2|xz))$", re.IGNORECASE)
_AGAIN = re.compile(r" ?\([0-9]+\)(\.[^.]*)?$")
OTHER_SHEETS = (".csv", ".xls", ".xlsx", ".xlsm", ".ods")
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
        if not labels and not problems and is_heading(line):
            wrong = f"{short(line)} is a heading, which this list must not have: remove the line"
        if isinstance(parsed, str) or wrong:
            problems.append(Problem("error", wrong, f"{file}:{number}"))
            continue
        first[parsed[0]] = number
        labels.append(Label(parsed[0], parsed[1], number))
    if not labels and not problems:
        raise DataError(Problem("error", "holds no labels (lines of `enhanced_name,score`)", str(file)))
    return LabelList(file, labels, problems + _differing_in_case(file, first))


def is_heading(line: str) -> bool:
    """Whether the first line of a list names its columns (``name,score``): it holds words, no number and no image."""
    cells = [cell.strip().strip('"') for cell in re.split(r"[,;\t ]", line) if cell.strip()]
    words = all(re.fullmatch(r"[A-Za-z_][A-Za-z_ /().-]*", cell) for cell in cells)
    return len(cells) > 1 and words and not any(is_image(cell) or _NOT_FINITE.fullmatch(cell) for cell in cells)


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
    comma = "; write a decimal point for the comma" if _DECIMAL_COMMA.fullmatch(text) else ""
    raise ValueError(f"is not a number ({short(text)}){comma}")


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


def beside(path: Path, *, folder: bool = False) -> str:
    """A hint for a path that does not exist: another case or ending, packed, a folder above or below; or nothing.

    Args:
        path: what was looked for.
        folder: whether it is a folder: then no file would do but an archive.
    """
    near = nearly(path, folder=folder)
    if near:
        return near
    places = [*(path.parent / name / path.name for name in _inside(path.parent)), path.parent.parent / path.name]
    elsewhere = next((place for place in places if place.exists()), None)
    return f"; there is {elsewhere}" if elsewhere is not None else ""


def nearly(path: Path, *, folder: bool = False) -> str:
    """The part of ``beside`` about the same place: another case or ending, packed; or nothing."""
    wanted = {path.name.casefold(), path.stem.casefold()}
    near = [name for name in _inside(path.parent) if name != path.name and wanted & _names_without_ending(name)]
    near = [name for name in near if _may_be(path.with_name(name), path, folder=folder)]
    if not near:
        return ""
    what_to_do = _what_to_do(path.with_name(near[0]), path)
    return f"; there is {' and '.join(repr(name) for name in near[:3])}: {what_to_do}"


def _inside(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _names_without_ending(name: str) -> set[str]:
    """A name, and what it is without the number that browsers add, without an archive's ending and without its own."""
    plain = _PACKED.sub("", _AGAIN.sub(r"\1", name.casefold()))
    return {name.casefold(), plain, Path(plain).stem}


def _may_be(there: Path, wanted: Path, *, folder: bool) -> bool:
    """Whether a name may be meant: no folder in place of a file with another name, no file in place of a folder."""
    if folder:
        return there.is_dir() or _PACKED.search(there.name) is not None
    return there.name.casefold() == wanted.name.casefold() or not (wanted.suffix and there.is_dir())


def _what_to_do(there: Path, wanted: Path) -> str:
    """How the file that is there becomes the one that is wanted."""
    if there.is_file() and _PACKED.search(there.name):
        return "unpack it"
    if there.suffix.casefold() in OTHER_SHEETS and wanted.suffix in (".xlsx", ".csv") and there.suffix != wanted.suffix:
        return f"save it as {wanted.suffix}"
    if _AGAIN.search(there.name):
        return f"rename it to {wanted.name!r}"
    return "names must be equal in case and extension"


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
