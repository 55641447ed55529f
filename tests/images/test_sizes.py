"""Size policy and field of view, on shapes whose answer is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.images import fov
from benchmark.images.read import ImageError, read_image
from benchmark.images.sizes import Preparer, SizePolicy, harmonise, resize

NAMES = ("enhanced.png", "reference.png")


def disc(height: int, width: int, radius: float, value: float = 0.6) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    inside = np.hypot(rows - height / 2 + 0.5, columns - width / 2 + 0.5) < radius
    return np.where(inside, value, 0.01).astype(np.float32)[None].repeat(3, axis=0)


def test_equal_sizes_pass_untouched() -> None:
    one, other = disc(32, 40, 10), disc(32, 40, 12)
    enhanced, reference = harmonise(one, other, SizePolicy(), NAMES)
    assert enhanced is one
    assert reference is other
    assert SizePolicy().describe() == []


def test_a_mismatch_names_both_files_sizes_and_the_setting() -> None:
    with pytest.raises(ImageError) as caught:
        harmonise(disc(32, 40, 10), disc(30, 40, 10), SizePolicy(), NAMES)
    for word in ("enhanced.png is 40×32", "reference.png is 40×30", "size_mismatch"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("policy", "shape"),
    [("resize-reference", (3, 32, 40)), ("resize-enhanced", (3, 30, 44)), ("crop", (3, 30, 40))],
)
def test_a_mismatch_is_settled_on_request(policy: str, shape: tuple[int, int, int]) -> None:
    settled = SizePolicy(size_mismatch=policy)  # type: ignore[arg-type]
    enhanced, reference = harmonise(disc(32, 40, 10), disc(30, 44, 10), settled, NAMES)
    assert enhanced.shape == reference.shape == shape
    assert settled.describe()


def test_cropping_keeps_the_centre() -> None:
    image = np.arange(3 * 6 * 8, dtype=np.float32).reshape(3, 6, 8)
    cropped, _ = harmonise(image, image[:, 1:5, 2:6], SizePolicy(size_mismatch="crop"), NAMES)
    np.testing.assert_array_equal(cropped, image[:, 1:5, 2:6])


def test_resizing_is_pillows_bicubic_within_range() -> None:
    stored = np.random.default_rng(0).integers(0, 256, (60, 90), dtype=np.uint8)
    image = (stored / np.float32(255)).astype(np.float32)[None].repeat(3, axis=0)
    small = resize(image, (20, 30))
    expected = np.asarray(Image.fromarray(stored).resize((30, 20), Image.Resampling.BICUBIC), dtype=float) / 255
    np.testing.assert_allclose(small[0], expected, atol=1.01 / 255)  # Pillow rounds 8 bits twice
    assert small.min() >= 0
    assert small.max() <= 1
    enhanced, _ = harmonise(image, image, SizePolicy(resize=30), NAMES)
    assert enhanced.shape == (3, 30, 45)
    exact, _ = harmonise(image, image, SizePolicy(resize=(11, 13)), NAMES)
    assert exact.shape == (3, 11, 13)


def test_the_field_of_view_of_a_disc_is_the_disc() -> None:
    image = disc(100, 140, 40)
    mask = fov.field_of_view(image)
    truth = image[0] > 0.3
    assert (mask == truth).mean() > 0.97
    rows, columns = fov.bounding_box(mask)
    assert (abs(rows.start - 10), abs(rows.stop - 90)) <= (2, 2)
    assert (abs(columns.start - 30), abs(columns.stop - 110)) <= (2, 2)
    assert fov.share(mask, 40, 60, 20) == 1.0
    assert fov.share(mask, 0, 0, 8) == 0.0


def test_dark_spots_inside_belong_to_the_field_and_pictures_without_border_are_all_field() -> None:
    image = disc(100, 100, 40)
    image[:, 48:53, 48:53] = 0
    assert fov.field_of_view(image)[50, 50]
    assert fov.field_of_view(np.full((3, 50, 50), 0.4, np.float32)).all()
    assert fov.field_of_view(np.zeros((3, 50, 50), np.float32)).all()


def test_crop_and_blank_follow_the_reference() -> None:
    reference, enhanced = disc(100, 140, 40), np.full((3, 100, 140), 0.9, np.float32)
    blanked, dark = harmonise(enhanced, reference, SizePolicy(fov="blank"), NAMES)
    assert blanked[0, 0, 0] == dark[0, 0, 0] == 0
    assert blanked[0, 50, 70] == np.float32(0.9)
    cropped, _ = harmonise(enhanced, reference, SizePolicy(fov="crop"), NAMES)
    assert cropped.shape[1:] == pytest.approx((80, 80), abs=4)


def test_real_photographs_have_a_round_field_of_view(shared: Callable[[str], Path]) -> None:
    for name in ("00001.jpg", "00002.jpg", "00012.jpg"):
        with Image.open(shared(f"fundus/{name}")) as picture:
            picture.draft("RGB", (968, 648))
            image = np.asarray(picture.convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / np.float32(255)
        mask = fov.field_of_view(image)
        assert 0.5 < mask.mean() < 0.8
        assert mask[mask.shape[0] // 2, mask.shape[1] // 2]
        assert not mask[:20, :20].any()
    assert read_image(shared("fundus/00001.jpg")).shape == (3, 2592, 3872)


@pytest.mark.parametrize(
    "policy",
    [
        SizePolicy(),
        SizePolicy(fov="crop", resize=24),
        SizePolicy(fov="blank"),
        SizePolicy(size_mismatch="resize-reference", resize=(20, 30)),
        SizePolicy(size_mismatch="crop", fov="crop"),
    ],
)
def test_the_prepared_reference_is_shared_and_knows_nothing_of_enhanced_pixels(policy: SizePolicy) -> None:
    reference = disc(100, 140, 40)
    preparer = Preparer(reference, policy, "reference.png")
    for value in (0.1, 0.9):
        enhanced = np.full_like(reference, value)
        got, shared_reference = preparer.pair(enhanced, "enhanced.png")
        assert shared_reference is preparer.pair(1 - enhanced, "other.png")[1]
        alone = harmonise(enhanced, reference, policy, NAMES)
        np.testing.assert_array_equal(got, alone[0])
        np.testing.assert_array_equal(shared_reference, alone[1])


def test_resizing_a_thin_image_makes_no_bomb() -> None:
    thin = np.zeros((3, 1, 20_000), np.float32)
    with pytest.raises(ImageError, match="max_pixels"):
        harmonise(thin, thin, SizePolicy(resize=16, max_pixels=30_000), NAMES)
