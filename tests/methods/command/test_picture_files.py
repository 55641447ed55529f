"""The files that programs get hold the pixels that methods get: read back by decoders that are not ours."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from benchmark.images.read import decode, read_image
from benchmark.images.sizes import resize
from benchmark.plugins.methods.command.picture_files import Bits, Format, Picture, encoded


def stored(white: int) -> NDArray[Any]:
    """Every value that a file of this depth can hold, or 4,096 of them; an odd width."""
    values = np.random.default_rng(0).permutation(white + 1)[: 3 * 37 * 23]
    return np.resize(values, (3, 23, 37))


def as_decoded(values: NDArray[Any], white: int) -> NDArray[np.float32]:
    """Values as the engine's reader gives them."""
    return values.astype(np.float32) / np.float32(white)


@pytest.mark.parametrize(("bits", "white"), [(8, 255), (16, 65535)])
@pytest.mark.parametrize("kind", ["png", "ppm"])
def test_nothing_is_lost(bits: Bits, white: int, kind: Format) -> None:
    import cv2

    values = stored(white)
    picture = Picture(as_decoded(values, white), kind)
    assert picture.fits_8_bits == (bits == 8)
    data = picture.file(bits)
    bgr: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert bgr.dtype == (np.uint8 if bits == 8 else np.uint16)
    np.testing.assert_array_equal(bgr[:, :, ::-1].transpose(2, 0, 1), values)  # red is red
    if kind == "png":
        np.testing.assert_array_equal(decode(data, name="x"), as_decoded(values, white))


def test_a_png_is_sound_and_plain() -> None:
    """Pillow checks every checksum; no chunk changes what values mean."""
    data = encoded(as_decoded(stored(255), 255), 8, "png")
    image = Pillow.open(io.BytesIO(data))
    image.verify()
    image = Pillow.open(io.BytesIO(data))
    image.load()
    assert (image.mode, image.size, image.info) == ("RGB", (37, 23), {})


def test_eight_bits_in_sixteen_are_the_same_value() -> None:
    values = stored(255)
    data = encoded(as_decoded(values, 255), 16, "png")
    np.testing.assert_array_equal(decode(data, name="x"), as_decoded(257 * values, 65535))
    assert Picture(as_decoded(257 * values, 65535), "png").fits_8_bits


def test_resized_images_lose_less_than_half_a_step_of_16_bits() -> None:
    image = resize(as_decoded(stored(255), 255), (64, 64))
    assert not Picture(image, "png").fits_8_bits
    for bits, most in ((16, 0.5 / 65535), (8, 0.5 / 255)):
        back = decode(encoded(image, bits, "png"), name="x")
        assert 0 < np.abs(back.astype(float) - image).max() <= most * 1.01


def test_twelve_bits_in_sixteen() -> None:
    """`bit_depth: 12` divides by 4095: what 8 bits don't hold goes into 16, to the nearest."""
    image = as_decoded(stored(4095), 4095)
    back = decode(Picture(image, "png").file(16), name="x")
    np.testing.assert_array_equal(np.rint(back * 4095), stored(4095))


def test_a_photograph(shared: Callable[[str], Path]) -> None:
    image = read_image(shared("fundus/00010.jpg"))[:, 900:1200, 1500:1801]
    picture = Picture(image, "png")
    assert picture.fits_8_bits
    assert len(np.unique(image)) > 100
    np.testing.assert_array_equal(decode(picture.file(8), name="x"), image)
