"""Decoding: equal to Pillow where Pillow is right, 16 bit kept, odd formats read, damaged ones refused in one line."""

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from benchmark.images.read import ImageError, decode, image_header, parse_header, read_image

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
DEEP = RNG.integers(0, 65536, (20, 30, 3), dtype=np.uint16)


def by_pillow(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / np.float32(255)


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("a.png", "RGB", {}),
        ("a.png", "L", {}),
        ("a.png", "LA", {}),
        ("a.png", "P", {}),
        ("a.png", "1", {}),
        ("a.png", "RGBA", {}),
        ("a.bmp", "RGB", {}),
        ("a.bmp", "L", {}),
        ("a.jpg", "RGB", {"quality": 90}),
        ("a.jpg", "RGB", {"quality": 90, "progressive": True}),
        ("a.jpg", "L", {"quality": 90}),
        ("a.jpg", "CMYK", {"quality": 90}),
        ("a.tif", "RGB", {}),
        ("a.tif", "L", {}),
        ("a.tif", "RGB", {"compression": "tiff_lzw"}),
        ("a.tif", "CMYK", {}),
        ("a.tif", "RGBA", {}),
    ],
)
def test_eight_bit_formats_equal_pillow(tmp_path: Path, name: str, mode: str, options: dict[str, Any]) -> None:
    path = tmp_path / name
    picture = Image.fromarray(RGB)
    (picture.convert("RGBA") if mode == "RGBA" else picture.convert(mode)).save(path, **options)
    got = read_image(path)
    assert got.dtype == np.float32
    assert got.shape == (3, 20, 30)
    assert got.flags.c_contiguous
    np.testing.assert_array_equal(got, by_pillow(path))


def test_lossless_values_are_k_over_255_in_rgb_order(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), RGB.transpose(2, 0, 1).astype(np.float32) / 255)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_sixteen_bits_are_kept_in_rgb_order(tmp_path: Path, name: str) -> None:
    cv2.imwrite(str(tmp_path / name), DEEP[..., ::-1])
    np.testing.assert_array_equal(read_image(tmp_path / name), DEEP.transpose(2, 0, 1).astype(np.float32) / 65535)
    cv2.imwrite(str(tmp_path / name), DEEP[..., 0])
    grey = read_image(tmp_path / name)
    np.testing.assert_array_equal(grey, np.repeat(DEEP[None, ..., 0].astype(np.float32) / 65535, 3, axis=0))
    assert image_header(tmp_path / name).bits == 16


def test_sixteen_bit_colour_with_alpha_drops_the_alpha(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.dstack([DEEP[..., ::-1], DEEP[..., 0]]))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), DEEP.transpose(2, 0, 1).astype(np.float32) / 65535)


def test_real_photographs_equal_pillow(shared: Callable[[str], Path]) -> None:
    for relative in ("fundus/00001.jpg", "oracles/tid2013_pairs/reference/I03.bmp"):
        path = shared(relative)
        np.testing.assert_array_equal(read_image(path), by_pillow(path))


def test_orientation_and_alpha_are_noted_and_not_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RGB).save(tmp_path / "turned.jpg", exif=exif)
    assert read_image(tmp_path / "turned.jpg").shape == (3, 20, 30)
    assert "EXIF orientation (6)" in image_header(tmp_path / "turned.jpg").notes[0]
    Image.fromarray(RGB).convert("RGBA").save(tmp_path / "alpha.png")
    assert "alpha" in image_header(tmp_path / "alpha.png").notes[0]
    Image.fromarray(RGB).save(tmp_path / "plain.png")
    header = image_header(tmp_path / "plain.png")
    assert (header.format, header.width, header.height, header.bits, header.notes) == ("PNG", 30, 20, 8, ())


def test_corrupt_profiles_and_exif_do_not_stop_a_sound_picture(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.png", icc_profile=b"no profile at all")
    Image.fromarray(RGB).save(tmp_path / "b.jpg", exif=b"Exif\0\0garbage", icc_profile=b"\0" * 40)
    Image.fromarray(RGB).save(
        tmp_path / "c.png", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("a.png", "b.jpg", "c.png"):
            assert read_image(tmp_path / name).shape == (3, 20, 30)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG file by its specification; each row begins with its filter, 0."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """A small PNG file that says it is 50,000 × 50,000."""
    return png(50_000, 50_000, 8, 2, b"\0" * 1000)


def tiff(values: np.ndarray, *, photometric: int, order: str = "<") -> bytes:
    """An uncompressed 16-bit grey TIFF file of one strip, by TIFF 6.0."""
    height, width = values.shape
    pixels = values.astype(f"{order}u2").tobytes()
    tags = [(256, width), (257, height), (258, 16), (259, 1), (262, photometric), (273, 122), (277, 1), (278, height)]
    tags.append((279, len(pixels)))
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags)
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags))
    return start + entries + b"\0" * 4 + pixels


def encoded(**options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(RGB).save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


PNG, JPEG, BMP, TIFF = (encoded(format=name) for name in ("PNG", "JPEG", "BMP", "TIFF"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"this is no picture", "not a PNG, JPEG, BMP or TIFF file"),
        (b"GIF89a" + b"\0" * 50, "not a PNG, JPEG, BMP or TIFF file"),
        (PNG[:40], "PNG"),
        (PNG[: len(PNG) // 2], "damaged or cut off"),
        (JPEG[: len(JPEG) - 100], "damaged or cut off"),
        (JPEG[: len(JPEG) // 2], "JPEG"),
        (BMP[: len(BMP) // 2], "damaged or cut off"),
        (TIFF[: len(TIFF) // 2], "damaged"),
        (TIFF[:6], "damaged"),
        (bomb(), "max_pixels"),
    ],
)
def test_what_is_no_sound_picture_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(ImageError) as caught:
        read_image(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_cut_of_a_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content in (PNG, BMP, TIFF):
        whole = None
        for cut in range(0, len(content) - 40, 37):
            path.write_bytes(content[:cut])
            with pytest.raises(ImageError):
                read_image(path)
        path.write_bytes(content)
        whole = read_image(path)
        np.testing.assert_array_equal(whole, RGB.transpose(2, 0, 1).astype(np.float32) / 255)


def test_frames_floats_folders_and_pipes_are_refused(tmp_path: Path) -> None:
    frames = [Image.fromarray(RGB), Image.fromarray(255 - RGB)]
    frames[0].save(tmp_path / "two.png", save_all=True, append_images=frames[1:])
    frames[0].save(tmp_path / "two.tif", save_all=True, append_images=frames[1:])
    Image.fromarray(RNG.random((8, 8)).astype(np.float32)).save(tmp_path / "float.tif")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.png").mkdir()
    expected = {
        "two.png": "frames",
        "two.tif": "pages",
        "float.tif": "floating-point",
        "pipe.png": "pipe",
        "folder.png": "folder",
        "absent.png": "no such file",
    }
    for name, words in expected.items():
        with pytest.raises(ImageError, match=words):
            read_image(tmp_path / name)


def test_extreme_shapes_and_links(tmp_path: Path) -> None:
    for shape in ((1, 1), (1, 20_000), (20_000, 1)):
        Image.fromarray(np.full((*shape, 3), 7, np.uint8)).save(tmp_path / "a.png")
        assert read_image(tmp_path / "a.png").shape == (3, *shape)
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    assert read_image(tmp_path / "link.png").shape == (3, 20_000, 1)
    with pytest.raises(ImageError, match="max_pixels"):
        read_image(tmp_path / "a.png", max_pixels=19_999)


def values(content: bytes) -> np.ndarray:
    return decode(content, name="it")


def grey(stored: np.ndarray, white: int) -> np.ndarray:
    return np.repeat((stored.astype(np.float32) / np.float32(white))[None], 3, axis=0)


def test_kinds_written_by_their_specification_have_known_values() -> None:
    deep, alpha = DEEP[..., 0], DEEP[..., 1]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in np.dstack([deep, alpha]))
    np.testing.assert_array_equal(values(png(30, 20, 16, 4, rows)), grey(deep, 65535))
    np.testing.assert_array_equal(values(png(4, 1, 2, 0, b"\0\x1b")), grey(np.array([[0, 1, 2, 3]]), 3))
    np.testing.assert_array_equal(values(png(8, 1, 1, 0, b"\0\xa5")), grey(np.array([[1, 0, 1, 0, 0, 1, 0, 1]]), 1))
    for order in "<>":
        np.testing.assert_array_equal(values(tiff(deep, photometric=1, order=order)), grey(deep, 65535))
    np.testing.assert_array_equal(values(tiff(deep, photometric=0)), grey(65535 - deep, 65535))  # 0 is white
    np.testing.assert_array_equal(values(encoded(format="TIFF", big_tiff=True)), values(PNG))


def test_adobes_inverted_cmyk_is_not_negative() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (16, 16), (0, 0, 0, 0)).save(out, "JPEG")
    assert b"Adobe" in out.getvalue()
    assert values(out.getvalue()).min() > 0.98  # no ink is white


@pytest.mark.parametrize("content", [PNG, JPEG, BMP, TIFF], ids=["PNG", "JPEG", "BMP", "TIFF"])
def test_another_packages_tolerance_of_truncated_files_changes_nothing(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for cut in (len(content) // 2, len(content) * 3 // 4):
        with pytest.raises(ImageError, match="cut off"):
            values(content[:cut])
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_an_image_decoded_while_a_method_tolerates_truncated_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    load = ImageFile.ImageFile.load

    def tolerant(image: ImageFile.ImageFile) -> Any:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", tolerant)
    with pytest.raises(ImageError, match="told to accept truncated files"):
        values(PNG)
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_every_flipped_bit_of_a_png_is_noticed() -> None:
    smooth = np.add.outer(np.arange(60), np.arange(80)).astype(np.uint8)[..., None].repeat(3, axis=2)
    out = io.BytesIO()
    Image.fromarray(smooth + RNG.integers(0, 3, smooth.shape, dtype=np.uint8)).save(out, "PNG")
    whole, sound = out.getvalue(), values(out.getvalue())
    for place, bit in zip(RNG.integers(8, len(whole), 300), RNG.integers(0, 8, 300), strict=True):
        content = bytearray(whole)
        content[place] ^= 1 << bit
        try:
            got = values(bytes(content))
        except ImageError:
            continue
        np.testing.assert_array_equal(got, sound, err_msg=f"byte {place}")


def test_damaged_profile_text_and_exif_of_a_png_harm_nothing() -> None:
    deep = cv2.imencode(".png", DEEP[..., ::-1])[1].tobytes()
    junk = chunk(b"iCCP", b"x\0\0junk")
    for extra in (
        junk,
        junk[:-1] + b"?",
        chunk(b"eXIf", b"MM\0*j"),
        chunk(b"zTXt", b"k\0\0" + zlib.compress(b" " * 10**8)),
    ):
        for content in (PNG, deep):
            np.testing.assert_array_equal(values(content[:33] + extra + content[33:]), values(content))


def test_decoders_are_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    deep = cv2.imencode(".png", DEEP[..., ::-1])[1].tobytes()
    for content in (PNG, JPEG, deep, deep[:33] + chunk(b"iCCP", b"x\0\0junk") + deep[33:]):
        for cut in (content, content[: len(content) // 2], content[:-300] + bytes(300)):
            with suppress(ImageError):
                values(cut)
    assert capfd.readouterr() == ("", "")


def test_max_pixels_may_exceed_pillows_own_limit() -> None:
    content = png(20_000, 20_000, 1, 0, b"")
    assert parse_header(content, name="it").width == 20_000
    with pytest.raises(ImageError, match=r"400,000,000 pixels are more than max_pixels \(100,000,000\)"):
        values(content)
    with pytest.raises(ImageError, match="damaged or cut off"):
        decode(content, name="it", max_pixels=400_000_000)


def test_names_stay_one_line_and_impossible_ones_are_said(tmp_path: Path) -> None:
    for name in ("a\nb.png", "a\0b.png"):
        with pytest.raises(ImageError) as caught:
            read_image(tmp_path / name)
        assert str(caught.value).isprintable()


def test_a_file_too_large_for_its_pixels_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "a.png", "wb") as file:
        file.truncate(100 << 20)  # a hole: takes no room
    with pytest.raises(ImageError, match="bytes are more"):
        read_image(tmp_path / "a.png", max_pixels=1000)
