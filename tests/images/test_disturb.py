"""Small changes of images: what moved is what should have moved, in the right direction and by the right amount."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow
from scipy import ndimage

from benchmark.images.disturb import DISTURBANCES, WORDS, Disturbance, disturb
from benchmark.images.sizes import Preparer, SizePolicy, resize

Image = np.ndarray


def picture(height: int = 40, width: int = 60) -> Image:
    """A smooth picture with an edge, different in each channel, of 8-bit values."""
    y, x = np.mgrid[:height, :width] / 60
    planes = [0.5 + 0.4 * np.sin(9 * x + shift) * np.cos(5 * y) for shift in (0.0, 1.0, 2.0)]
    image = np.stack(planes)
    image[:, 10:20, 10:20] = [[[0.9]], [[0.2]], [[0.1]]]
    return (np.round(image * 255) / 255).astype(np.float32)


@pytest.mark.parametrize("how", DISTURBANCES)
def test_shape_type_and_range_stay(how: Disturbance) -> None:
    image = picture()
    image[:, 0, :20], image[:, -1, -20:] = 0, 1
    changed = disturb(image, how)
    assert changed.shape == image.shape
    assert changed.dtype == np.float32
    assert changed.flags.c_contiguous
    assert changed.min() >= 0
    assert changed.max() <= 1
    assert WORDS[how]


def test_a_shift_is_by_one_pixel_right_and_down() -> None:
    image = picture()
    moved = disturb(image, "shift")
    assert np.array_equal(moved[:, 1:, 1:], image[:, :-1, :-1])
    assert np.array_equal(moved[:, 0, 1:], image[:, 0, :-1])
    assert np.array_equal(moved[:, 1:, 0], image[:, :-1, 0])


def test_a_rotation_is_by_one_degree_about_the_centre() -> None:
    image = picture(61, 61)
    turned = disturb(image, "rotate")
    for channel in range(3):
        expected = ndimage.rotate(image[channel], 1.0, reshape=False, order=3, mode="nearest")
        inner = np.s_[4:-4, 4:-4]
        assert np.abs(turned[channel][inner] - expected[inner]).mean() < 0.004
        assert np.abs(image[channel][inner] - expected[inner]).mean() > 0.006, "the other way or nothing would be seen"
    assert turned[:, 30, 30] == pytest.approx(image[:, 30, 30], abs=1e-4)


def test_jpeg_is_as_pillow_stores_it() -> None:
    image = picture(48, 64)
    stored = io.BytesIO()
    Pillow.fromarray(np.round(image * 255).astype(np.uint8).transpose(1, 2, 0)).save(
        stored, "JPEG", quality=95, subsampling=2
    )
    expected = np.asarray(Pillow.open(stored), dtype=np.float32).transpose(2, 0, 1) / 255
    found = disturb(image, "jpeg")
    assert np.abs(found - expected).max() <= 3 / 255
    assert np.abs(found - image).max() > 4 / 255, "colours of edges change"


def test_half_is_of_both_images_and_the_others_of_the_enhanced_one_only() -> None:
    reference, enhanced = picture(), picture()[:, ::-1].copy()
    for how in DISTURBANCES:
        first, second = Preparer(reference, SizePolicy(disturb=how), "reference").pair(enhanced, "enhanced")
        if how == "half":
            assert first.shape == second.shape == (3, 20, 30)
            assert np.array_equal(first, resize(enhanced, (20, 30)))
            assert np.array_equal(second, resize(reference, (20, 30)))
        else:
            assert np.array_equal(second, reference)
            assert np.array_equal(first, disturb(enhanced, how))


def test_stores_of_scores_know_the_disturbance_and_those_of_before_stay_valid() -> None:
    assert "disturb" not in SizePolicy().key()
    assert SizePolicy(disturb="jpeg").key() != SizePolicy(disturb="half").key()
