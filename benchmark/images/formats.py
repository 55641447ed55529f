"""Opens image files before their pixels are decoded: format by content, size, completeness. Uses Pillow's readers.

Files come from strangers, so every defect becomes an ``ImageError`` of one line.
"""

from __future__ import annotations

import io
import logging
import os
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import BmpImagePlugin, ImageFile, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from benchmark.core.errors import UserError
from benchmark.images import orientation

_READERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
}
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SIGNATURES = {
    _PNG_SIGNATURE[:4]: "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"BM": "BMP",
    **dict.fromkeys((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "TIFF"),
}
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_WHITE_IS_ZERO = 0
_BYTES_A_PIXEL, _BYTES_BESIDE = 8, 64 << 20


class ImageError(UserError):
    """An image file that can't be used; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class OpenedImage:
    """An image whose header was read but whose pixels were not.

    Attributes:
        name: its name in errors.
        format: ``PNG``, ``JPEG``, ``BMP`` or ``TIFF``.
        pillow: the image, undecoded; ``size`` is (width, height).
        data: the file's bytes; of a PNG only what pixels depend on, perhaps uncompressed; a TIFF's are marked as upright.
        bits: bits per channel: 1, 8 or 16; in some TIFFs 12 or 32.
        inverted: whether it is grey, of more than 8 bits, and 0 is white.
        transparent: whether it has an alpha channel or transparent colours.
        orientation: EXIF's, 1 (upright) to 8; 1 if it is absent or unreadable.
    """

    name: str
    format: str
    pillow: ImageFile.ImageFile
    data: bytes
    bits: int
    inverted: bool = False
    transparent: bool = False
    orientation: int = orientation.UPRIGHT


def shown(name: str | Path) -> str:
    """A file's name as messages print it: one printable line, whatever characters it has."""
    text = str(name)
    return text if text.isprintable() else ascii(text)


def read_bytes(path: Path, *, max_pixels: int | None = None) -> bytes:
    """A file's content. Links are followed.

    Args:
        path: the file.
        max_pixels: refuse files larger than an image of this many pixels can need, without reading them.

    Raises:
        ImageError: it is missing, empty, too large, or not a regular file (opening a pipe would wait for ever).
    """
    name = shown(path)
    try:
        state = os.stat(path)
        if stat.S_ISDIR(state.st_mode):
            raise ImageError(f"{name}: is a folder, not an image file")
        if not stat.S_ISREG(state.st_mode):
            raise ImageError(f"{name}: is a pipe or device, not an image file")
        if max_pixels is not None and state.st_size > _BYTES_A_PIXEL * max_pixels + _BYTES_BESIDE:
            raise ImageError(
                f"{name}: {state.st_size:,} bytes are more than an image of max_pixels ({max_pixels:,}) needs"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{name}: no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise ImageError(f"{name}: can't be read ({getattr(error, 'strerror', None) or error})") from None
    if not data:
        raise ImageError(f"{name}: the file is empty")
    return data


def open_image(data: bytes, name: str, *, whole: bool) -> OpenedImage:
    """Read an image's header.

    Args:
        data: the file's content.
        name: its name in errors.
        whole: read a PNG to its end and verify its checksums; needed before its pixels are decoded.

    Raises:
        ImageError: not an image of a known format, visibly damaged, or of several frames.
    """
    kind = next((value for magic, value in _SIGNATURES.items() if data.startswith(magic)), None)
    if kind is None:
        raise ImageError(f"{name}: not a PNG, JPEG, BMP or TIFF file (it begins with {data[:4]!r})")
    with decoding(name, kind):
        opened = _open_png(data, name, whole=whole) if kind == "PNG" else _open_other(data, name, kind)
    if getattr(opened.pillow, "is_animated", False):
        raise ImageError(f"{name}: holds several pages; one image a file is needed")
    return opened


class _StrictPillow:
    """Sets Pillow's process-wide switches as decoding needs them while any thread decodes, and restores them afterwards.

    Another package may have made Pillow accept truncated files (pyiqa's AVA loader does when imported): missing rows would
    be scored as black, and scores would depend on what was imported before.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._undo = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._undo.callback(setattr, ImageFile, "LOAD_TRUNCATED_IMAGES", ImageFile.LOAD_TRUNCATED_IMAGES)
                ImageFile.LOAD_TRUNCATED_IMAGES = False
                logger = logging.getLogger(TiffImagePlugin.__name__)
                self._undo.callback(setattr, logger, "disabled", logger.disabled)
                logger.disabled = True
                self._undo.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._undo.close()


_STRICT = _StrictPillow()


@contextmanager
def decoding(name: str, kind: str) -> Iterator[None]:
    """Turn all of Pillow's errors into ``ImageError``, silence its warnings and refuse truncated files."""
    try:
        with _STRICT:
            yield
            if ImageFile.LOAD_TRUNCATED_IMAGES:  # set by a method while this image was read ahead
                raise ImageError(f"{name}: Pillow was told to accept truncated files while this one was decoded")
    except UserError:
        raise
    except MemoryError:
        raise ImageError(f"{name}: there is not enough memory to decode it") from None
    except Exception as error:  # Pillow raises whatever its plug-ins raise on damaged files
        text = " ".join(str(error).split())[:200]
        reason = type(error).__name__ if not text or "BytesIO" in text else text
        raise ImageError(f"{name}: the {kind} file is damaged or cut off ({reason})") from None


def _open_other(data: bytes, name: str, kind: str) -> OpenedImage:
    turned = orientation.UPRIGHT
    if kind == "TIFF":
        turned, data = orientation.of_tiff(data)
    image = _READERS[kind](io.BytesIO(data))
    if kind == "JPEG":
        turned = orientation.stated(image.info.get("exif", b""), image.info.get("xmp", b""))
    bits, inverted = 1 if image.mode == "1" else 8, False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        stored = image.tag_v2.get(_BITS_PER_SAMPLE, 1)
        deepest = max(stored) if isinstance(stored, tuple) else stored
        bits = bits if deepest <= 8 else int(deepest)
        inverted = image.mode.startswith("I;16") and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
    return OpenedImage(name, kind, image, data, bits, inverted, "A" in image.getbands(), turned)


def _open_png(data: bytes, name: str, *, whole: bool) -> OpenedImage:
    """Open a PNG with only the chunks that pixels depend on, so that damaged profiles, EXIF and text do no harm."""
    kept: list[tuple[bytes, bytes]] = []
    chunks: dict[bytes, bytes] = {}
    texts: list[tuple[bytes, bytes]] = []
    for kind, start, end in _png_chunks(data, name, whole=whole):
        if kind in (b"IHDR", b"PLTE", b"IEND") or (kind == b"IDAT" and (whole or kind != kept[-1][0])):
            kept.append((kind, data[start - 8 : end + 4]))
        if kind in (b"IHDR", b"acTL", b"eXIf", b"tRNS"):
            chunks.setdefault(kind, data[start:end])
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            texts.append((kind, data[start:end]))
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    if not width or not height:
        raise ImageError(f"{name}: the image has no pixels ({width}×{height})")
    frames = int.from_bytes(chunks.get(b"acTL", b"")[:4], "big")
    if frames > 1:
        raise ImageError(f"{name}: holds {frames} frames; one image a file is needed")
    bare = b"".join((_PNG_SIGNATURE, *(chunk for _, chunk in kept)))
    image = PngImagePlugin.PngImageFile(io.BytesIO(bare))
    image.decodermaxblock = len(bare)  # one large block, so that other threads don't wait for many small ones
    bits = depth if depth == 16 else 1 if image.mode == "1" else 8
    transparent = colour in (4, 6) or b"tRNS" in chunks
    turned = orientation.stated(chunks.get(b"eXIf", b""), b"", texts)
    return OpenedImage(name, "PNG", image, bare, bits, False, transparent, turned)


def _png_chunks(data: bytes, name: str, *, whole: bool) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk's content, up to IEND (PNG specification, 5.3).

    Checksums of critical chunks are verified here, since Pillow skips those of pixels. Without ``whole``, they are verified
    only up to the pixels, and the file may end after these begin; reading goes on, since EXIF may follow them.
    """
    place, kind, pixels = len(_PNG_SIGNATURE), b"", False
    while kind != b"IEND":
        first, kind = not kind, data[place + 4 : place + 8]
        start = place + 8
        end = start + int.from_bytes(data[place : place + 4], "big")
        pixels = pixels or kind == b"IDAT"
        if pixels and not whole and end + 4 > len(data):
            yield b"IDAT", start, len(data) - 4
            return
        if end + 4 > len(data):
            raise ImageError(f"{name}: the PNG file is damaged or cut off (at byte {place:,} of {len(data):,})")
        if first and (data[: len(_PNG_SIGNATURE)] != _PNG_SIGNATURE or kind != b"IHDR" or end - start != 13):
            raise ImageError(f"{name}: the PNG file is damaged or cut off (no header)")
        critical = not kind[0] & 0x20 and not (pixels and not whole)
        if critical and zlib.crc32(data[place + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise ImageError(
                f"{name}: the PNG file is damaged or cut off (wrong checksum of the chunk at byte {place:,})"
            )
        yield kind, start, end
        place = end + 4
