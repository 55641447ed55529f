"""EXIF orientation: reads how a file says its picture is to be turned, and turns it. NumPy, Pillow's EXIF reader.

Pixels are read as stored, whatever the format. Pillow and OpenCV turn TIFF files without being asked, so they get a copy
that is marked as upright.
"""

from __future__ import annotations

import math
import os
import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags
from PIL import Image as Pillow

TAG = int(ExifTags.Base.Orientation)
UPRIGHT = 1
_XMP = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')
_XMP_NAME, _XMP_OTHER_NAME = b"tiff:Orientation", b"tiff:0rientation"
_RAW_PROFILES = (b"Raw profile type exif", b"Raw profile type APP1")
_SAME_SHAPE = 0.02
_MOST_TEXT = 1 << 20
_MOST_ENTRIES = 4096
_FORMS = {1: "B", 3: "H", 4: "I"}


def upright(image: NDArray[np.float32], orientation: int) -> NDArray[np.float32]:
    """The picture turned upright; (3, H, W), C-contiguous. Orientations from 5 on swap width and height.

    Args:
        image: as stored, (3, H, W).
        orientation: 1 to 8 (EXIF 2.32, 4.6.4 A).
    """
    if orientation >= 5:
        image = image.transpose(0, 2, 1)
    if orientation in (3, 4, 7, 8):
        image = image[:, ::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, :, ::-1]
    return np.ascontiguousarray(image)


def turned_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height after an orientation is applied or undone."""
    return (size[1], size[0]) if orientation >= 5 else size


def why_sizes_differ(
    sizes: tuple[tuple[int, int], tuple[int, int]], orientations: tuple[int, int], policy: str
) -> tuple[str, str]:
    """Evidence that one of two pictures is turned by 90°, and what to do; both empty if there is none.

    Args:
        sizes: width and height of the enhanced image and of its reference, as decoded.
        orientations: of the same two images.
        policy: ``ignore`` or ``apply``, as they were decoded.
    """
    if not lie_across(*sizes):
        return "", ""
    other = "apply" if policy == "ignore" else "ignore"
    swapped = (turned_size(sizes[0], orientations[0]), turned_size(sizes[1], orientations[1]))
    if not lie_across(*swapped):
        done = "ignored" if policy == "ignore" else "applied"
        stated = f"{orientations[0]} and {orientations[1]}"
        return f"they lie across each other because EXIF orientation ({stated}) is {done}", f"set orientation: {other}"
    (width, height), (other_width, other_height) = sizes
    alike = abs(math.log(width * other_width / (height * other_height))) < _SAME_SHAPE
    if alike and abs(math.log(width / height)) > _SAME_SHAPE:
        return "one of them seems to be turned by 90°, which no EXIF orientation explains", "turn the files"
    return "", ""


def notes(pairs: Iterable[tuple[str, str]], orientations: Mapping[str, int], policy: str) -> tuple[str, ...]:
    """What tables must say about EXIF orientation; nothing if every image is upright.

    Args:
        pairs: files of reference and enhanced image.
        orientations: of each file; a file that is not in it is upright.
        policy: ``ignore`` or ``apply``.
    """
    turned = sum(value != UPRIGHT for value in orientations.values())
    if not turned:
        return ()
    differing = [
        enhanced
        for reference, enhanced in pairs
        if orientations.get(reference, UPRIGHT) != orientations.get(enhanced, UPRIGHT)
    ]
    done = "ignored, as other readers do" if policy == "ignore" else "applied"
    what = "to be turned by it" if policy == "ignore" else "turned by it"
    pair = ""
    if differing:
        pair = (
            f"; in {len(differing)} {'pair' if len(differing) == 1 else 'pairs'} reference and enhanced image differ in it "
            f"({os.path.basename(differing[0])}{', …' if len(differing) > 1 else ''})"
        )
    return (
        f"EXIF orientation is {done} (orientation: {policy}): {turned} of {len(orientations)} images are {what}{pair}.",
    )


def lie_across(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one picture is landscape and the other portrait."""
    return (one[0] - one[1]) * (other[0] - other[1]) < 0


def stated(exif: bytes, xmp: bytes, texts: Sequence[tuple[bytes, bytes]] = ()) -> int:
    """The orientation that EXIF, else XMP, states, 1 to 8; 1 if they state none or are corrupt.

    Args:
        exif: an EXIF block.
        xmp: an XMP packet.
        texts: name and content of a PNG's text chunks, where older programs store EXIF and XMP.
    """
    try:
        for kind, content in texts:
            exif, xmp = _png_text(kind, content, exif, xmp)
        return _of_exif(exif) or _of_xmp(xmp) or UPRIGHT
    except Exception:  # Pillow raises whatever its readers raise; the picture itself is sound
        return UPRIGHT


def _of_exif(exif: bytes) -> int:
    if not exif:
        return 0
    block = Pillow.Exif()
    block.load(exif)
    value = block.get(TAG, 0)
    return value if isinstance(value, int) and 1 <= value <= 8 else 0


def _of_xmp(text: bytes) -> int:
    match = _XMP.search(text)
    return int(match[1]) if match else 0


def _png_text(kind: bytes, content: bytes, exif: bytes, xmp: bytes) -> tuple[bytes, bytes]:
    """EXIF and XMP from a text chunk, or unchanged if it holds neither."""
    keyword, _, rest = content.partition(b"\0")
    if keyword in _RAW_PROFILES and kind in (b"tEXt", b"zTXt"):
        text = _inflated(rest[1:]) if kind == b"zTXt" else rest
        exif = exif or bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    elif keyword == b"XML:com.adobe.xmp" and kind == b"iTXt":
        text = rest[2:].split(b"\0", 2)[-1]  # after two flags come language and translated keyword
        xmp = xmp or (_inflated(text) if rest[:1] == b"\1" else text)
    return exif, xmp


def _inflated(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _MOST_TEXT)


def of_tiff(data: bytes) -> tuple[int, bytes]:
    """A TIFF file's orientation, and the same file marked as upright.

    Raises:
        struct.error: the file ends before its first directory does.
    """
    place, form = _tiff_value(data)
    if not place:
        value = _of_xmp(data)
        return (value, data.replace(_XMP_NAME, _XMP_OTHER_NAME)) if value else (UPRIGHT, data)
    value = struct.unpack_from(form, data, place)[0]
    if value == UPRIGHT:
        return UPRIGHT, data
    lying = data[:place] + struct.pack(form, UPRIGHT) + data[place + struct.calcsize(form) :]
    return (value if 1 <= value <= 8 else UPRIGHT), lying


def _tiff_value(data: bytes) -> tuple[int, str]:
    """The position of the orientation in a TIFF file's first directory, and its form; 0 if there is none.

    TIFF 6.0, section 2; BigTIFF has the same with wider numbers.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    (start,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    (entries,) = struct.unpack_from(order + ("Q" if big else "H"), data, start)
    first, length = start + (8 if big else 2), 20 if big else 12
    for place in range(first, first + length * min(entries, _MOST_ENTRIES), length):
        tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, place)
        if tag == TAG and count == 1 and kind in _FORMS:
            return place + (12 if big else 8), order + _FORMS[kind]
    return 0, ""
