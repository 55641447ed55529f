"""Recognises files that are not text in UTF-8 by their first bytes, and says what to do. Standard library only."""

from __future__ import annotations

import re
from pathlib import Path

DOWNLOAD = "download the file itself again"
SHEET = "save the sheet as `CSV UTF-8`"
UNPACK = "unpack it first"
UTF8 = "save it as UTF-8 (spreadsheets: `CSV UTF-8`)"
MATLAB = "write it as CSV (in MATLAB: writetable(T, 'scores.csv'))"
JSON = re.compile(rb'\s*(\{\s*"[^"]*"\s*:|\[\s*(\{\s*["}]|\[\s*["\d\[-]|"))')
PANDAS = "write it as CSV (in pandas: read_{}(FILE).to_csv('scores.csv', index=False))"
NUMPY = "write it as CSV"
IMAGE = "give the list, not an image"

SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!\x1a", "a rar archive", UNPACK),
    (b"PAR1", "a Parquet file", PANDAS.format("parquet")),
    (b"ARROW1", "an Arrow (Feather) file", PANDAS.format("feather")),
    (b"FEA1", "a Feather file", PANDAS.format("feather")),
    (b"MATLAB 7.3 MAT-file", "a MATLAB file (.mat, version 7.3, HDF5)", MATLAB),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file (.mat)", MATLAB),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (.h5, or .mat of version 7.3)", MATLAB),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", SHEET),
    (b"\x93NUMPY", "a NumPy array (.npy)", NUMPY),
    (b"RDX", "an R data file", "write it as CSV (in R: write.csv(x, 'scores.csv', row.names = FALSE))"),
    (b"RDA", "an R data file", "write it as CSV (in R: write.csv(x, 'scores.csv', row.names = FALSE))"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV"),
    (b"$FL2", "an SPSS file (.sav)", "export it as CSV"),
    (b"$FL3", "an SPSS file (.sav)", "export it as CSV"),
    (b"<stata_dta>", "a Stata file (.dta)", "export it as CSV"),
    (b"\x80\x04\x95", "a Python pickle", PANDAS.format("pickle")),
    (b"\x80\x05\x95", "a Python pickle", PANDAS.format("pickle")),
    (b"%PDF", "a PDF", "give the table as CSV"),
    (b"{\\rtf", "a rich text document (.rtf)", "save it as plain text in UTF-8"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", IMAGE),
    (b"\xff\xd8\xff", "a JPEG image", IMAGE),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself", "fetch it with `git lfs pull`"),
)
SHORT = 6  # a heading may be this short too
MARKUP = ((b"<!doctype html", b"<html", b"<table"), (b"<?xml",))
WIDE = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
LOOKED_AT = 4096
MOSTLY, HARDLY = 0.4, 0.05
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_WORD_WITH_ACCENT = re.compile(rb"[A-Za-z][\x80-\xff]|[\x80-\xff][A-Za-z]")


def no_text(data: bytes, suffix: str = "", *, markup: bool = False) -> str:
    """What a file is if it can't be a list or table in plain text, and what to do; empty where it may be text.

    Args:
        data: the file's content.
        suffix: its extension, used only to explain zero bytes.
        markup: whether a web page will do.
    """
    if data.startswith(b"PK\x03\x04"):
        return _zip(data)
    for start, name, advice in SIGNATURES:
        if data.startswith(start) and (len(start) > SHORT or not start.isascii() or _CONTROL.search(data[:LOOKED_AT])):
            return f"is {name}; {advice}"
    for start, name in WIDE:
        if data.startswith(start):
            return f"is {name} text; {UTF8}"
    head = data[:LOOKED_AT].lstrip().lower()
    for starts, name in zip(MARKUP, ("a web page (HTML)", "XML"), strict=True):
        if head.startswith(starts) and not markup:
            advice = f"{DOWNLOAD}, or {SHEET}" if starts is MARKUP[0] else SHEET
            return f"is {name}, whatever its name says; {advice}"
    return _zero_bytes(data, suffix) if b"\0" in data else ""


def not_itself(file: Path) -> str:
    """What stands in place of a binary file (.mat, .xlsx) that was not downloaded or unpacked; empty where nothing tells.

    Args:
        file: a file that could not be read as what its name says.
    """
    with file.open("rb") as opened:
        head = opened.read(LOOKED_AT)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return f"is empty; {DOWNLOAD}"
    if text.startswith(MARKUP[0]):
        return f"is a web page (HTML), whatever its name says; {DOWNLOAD}"
    if text.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the file itself; fetch it with `git lfs pull`"
    packed = next((name for start, name, advice in SIGNATURES if advice == UNPACK and head.startswith(start)), "")
    if packed or (head.startswith(b"PK\x03\x04") and file.suffix.lower() not in (".xlsx", ".xlsm")):
        return f"is {packed or 'a zip archive'}; {UNPACK}"
    if head.startswith(b"\xd0\xcf\x11\xe0") and file.suffix.lower() != ".xls":
        return "is an old Excel workbook (.xls), whatever its name says; save it as .xlsx"
    return ""


def structured(data: bytes) -> str:
    """The same for text that is not a table but JSON."""
    return f"is JSON; {PANDAS.format('json')}" if JSON.match(data[:LOOKED_AT]) else ""


def encoding(data: bytes) -> str:
    """The likely encoding of text that is not UTF-8, as a clause for a message."""
    words = _WORD_WITH_ACCENT.search(data) is not None
    runs = [len(run) for run in _HIGH.findall(data)]
    chinese = _decodes(data, "gb18030") and all(length % 2 == 0 for length in runs)
    if chinese and (not words or max(runs) >= 4):
        return "not UTF-8 (GBK perhaps)"
    if _decodes(data, "cp1252"):
        return "not UTF-8 (cp1252 perhaps: Windows, Western European)"
    return "not UTF-8 (GBK perhaps)" if _decodes(data, "gb18030") else "not UTF-8"


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _zip(data: bytes) -> str:
    if b"xl/workbook" in data or b"xl/worksheets" in data:
        return f"is an Excel workbook (.xlsx); {SHEET}"
    if b"opendocument.spreadsheet" in data[:LOOKED_AT]:
        return f"is an OpenDocument spreadsheet (.ods); {SHEET}"
    if b".npy" in data[:LOOKED_AT]:
        return f"is a file of NumPy arrays (.npz); {NUMPY}"
    return f"is a zip archive; {UNPACK}"


def _zero_bytes(data: bytes, suffix: str) -> str:
    """A file with zero bytes: UTF-16 has one in every other byte; a MATLAB file of version 4 has no signature."""
    sample = data[: LOOKED_AT // 2 * 2]
    for first in (0, 1):
        zeros, others = sample[first::2].count(0), sample[1 - first :: 2].count(0)
        if zeros > MOSTLY * len(sample) / 2 and others < HARDLY * len(sample) / 2:
            return f"is UTF-16 text without a byte order mark (it holds zero bytes); {UTF8}"
    if suffix.lower() == ".mat":
        return f"is a MATLAB file (.mat); {MATLAB}"
    line = len(re.split(rb"\r\n|\r|\n", data[: data.index(b"\0")]))
    return f"is no text in UTF-8: it holds zero bytes, the first in line {line}; is the file damaged?"
