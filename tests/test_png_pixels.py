"""Pixels stored uncompressed are those of the file, for every kind of PNG; what is unusual is left to Pillow."""

import io
import struct
import tracemalloc
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmark import png_pixels
from benchmark.image_files import open_image
from benchmark.images import decode

needs_isal = pytest.mark.skipif(png_pixels._fast is None, reason="isal has no wheel for this platform")
SIDE = 300
SMOOTH = np.add.outer(np.arange(SIDE), np.arange(SIDE))[..., None] * np.array([0.2, 0.3, 0.4])
COLOUR = (SMOOTH + np.random.default_rng(0).integers(0, 40, (SIDE, SIDE, 3))).clip(0, 255).astype(np.uint8)


def saved(mode: str) -> bytes:
    """A PNG of the mode; ``deep`` is 16-bit colour."""
    if mode == "deep":
        return bytes(cv2.imencode(".png", COLOUR.astype(np.uint16) * 257 - 3)[1])
    file = io.BytesIO()
    picture = Image.fromarray(COLOUR)
    (Image.fromarray(COLOUR[..., 0].astype(np.uint16) * 200) if mode == "I;16" else picture.convert(mode)).save(
        file, "PNG"
    )
    return file.getvalue()


def parts(content: bytes) -> tuple[bytes, bytes]:
    """What IHDR holds, and what all IDAT chunks hold."""
    place, header, pixels = 8, b"", b""
    while place < len(content):
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        data = content[place + 8 : place + 8 + length]
        header, pixels = (data, pixels) if kind == b"IHDR" else (header, pixels + data * (kind == b"IDAT"))
        place += 12 + length
    return header, pixels


@needs_isal
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16", "deep"])
def test_the_same_pixels_in_a_sound_chunk(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(mode)
    header, compressed = parts(content)
    chunk = png_pixels.stored(header, compressed)
    assert chunk is not None
    assert struct.unpack(">I", chunk[:4])[0] == len(chunk) - 12
    assert chunk[4:8] == b"IDAT"
    assert struct.unpack(">I", chunk[-4:])[0] == zlib.crc32(chunk[4:-4])
    assert zlib.decompress(chunk[8:-4]) == zlib.decompress(compressed)
    opened = open_image(content, "it", whole=True, max_pixels=SIDE * SIDE)
    assert chunk in opened.data
    assert chunk not in open_image(content, "it", whole=True, max_pixels=SIDE * SIDE - 1).data
    fast = decode(content, name="it")
    monkeypatch.setattr(png_pixels, "_fast", None)
    np.testing.assert_array_equal(fast, decode(content, name="it"))


def damaged() -> dict[str, Any]:
    """Header and stream of pictures that are not as they should be."""
    header, compressed = parts(saved("RGB"))
    pixels = zlib.decompress(compressed)
    return {
        "interlaced": (header[:-1] + b"\1", compressed),
        "of an unknown kind": (header[:9] + b"\7" + header[10:], compressed),
        "without pixels": (b"\0" * 4 + header[4:], zlib.compress(b"")),
        "cut off": (header, compressed[:-100]),
        "without its checksum": (header, compressed[:-4]),
        "with a wrong checksum": (header, compressed[:-1] + bytes([compressed[-1] ^ 1])),
        "no stream": (header, b"pixels"),
        "too short": (header, zlib.compress(pixels[:-1])),
        "too long": (header, zlib.compress(pixels + b"\0")),
    }


@needs_isal
@pytest.mark.parametrize("kind", damaged())
def test_what_is_unusual_is_left_to_pillow(kind: str) -> None:
    assert png_pixels.stored(*damaged()[kind]) is None


@needs_isal
def test_a_bomb_takes_no_more_memory_than_the_header_says() -> None:
    header, _ = parts(saved("RGB"))
    bomb = zlib.compress(bytes(300_000_000))
    tracemalloc.start()
    try:
        assert png_pixels.stored(header, bomb) is None
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
