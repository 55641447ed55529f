"""The field of view against discs whose place is known, and against the clean photograph under degradations."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.images.fov import bounding_box, field_of_view

HEIGHT, WIDTH = 240, 320
ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH]


def inside(radius: float, row: float = 120, column: float = 160) -> np.ndarray:
    return np.asarray(np.hypot(ROWS - row, COLUMNS - column) < radius)


def picture(truth: np.ndarray, light: np.ndarray | float = 0.6, border: float = 0.01) -> np.ndarray:
    """A reddish field of view on a dark border, (3, H, W)."""
    tint = np.array([1.0, 0.5, 0.2])[:, None, None]
    return np.where(truth, light * tint, border).astype(np.float32)


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union."""
    return float((mask & truth).sum() / (mask | truth).sum())


@pytest.mark.parametrize("radius", [60, 100, 140, 180], ids=["small", "whole", "cut above and below", "cut everywhere"])
def test_a_disc_is_found_also_where_the_frame_cuts_it(radius: int) -> None:
    truth = inside(radius)
    assert overlap(field_of_view(picture(truth)), truth) > 0.98


@pytest.mark.parametrize("light", [0.9, 0.3, 0.06])
def test_bright_and_dim_discs_are_found(light: float) -> None:
    truth = inside(100)
    assert overlap(field_of_view(picture(truth, light)), truth) > 0.98


def test_shadows_spots_hazy_borders_noise_and_writing_do_not_mislead() -> None:
    truth = inside(100)
    rng = np.random.default_rng(0)
    shadow = picture(truth, np.where(COLUMNS < 130, 0.06, 0.6))
    spots = picture(truth & ~inside(12, 120, 165) & ~inside(8, 60, 160))
    haze = picture(truth) * np.float32(0.7) + np.float32(0.08)
    noise = np.clip(picture(truth) + rng.normal(0, 0.06, (3, HEIGHT, WIDTH)), 0, 1).astype(np.float32)
    writing = picture(truth)
    writing[:, 3:9, 3:60] = writing[:, 3:5, 300:] = 1
    mark = picture(truth | ((np.abs(ROWS - 120) < 2) & (np.abs(COLUMNS - 160) < 140)))
    salt = picture(truth | (rng.random((HEIGHT, WIDTH)) < 0.04))
    for name, image in {
        "shadow": shadow,
        "spots": spots,
        "haze": haze,
        "noise": noise,
        "writing": writing,
        "mark": mark,
        "salt": salt,
    }.items():
        assert overlap(field_of_view(image), truth) > 0.97, name


def test_a_picture_without_dark_border_or_without_disc_is_all_field() -> None:
    rng = np.random.default_rng(0)
    small = picture(inside(45, 120, 80) | inside(45, 120, 240))
    one_dark_corner = picture(ROWS + COLUMNS > 60)
    star = picture((np.abs(ROWS - 120) < 12) | (np.abs(COLUMNS - 160) < 12))
    for image in (
        np.full((3, 64, 64), 0.4),
        np.zeros((3, 64, 64)),
        rng.random((3, 64, 64)),
        small,
        star,
        one_dark_corner,
    ):
        assert field_of_view(image.astype(np.float32)).all()
    for shape in ((1, 1), (1, 500), (31, 500)):
        assert field_of_view(np.zeros((3, *shape), np.float32)).shape == shape


def test_large_images_are_found_in_their_own_pixels() -> None:
    truth = np.kron(inside(100), np.ones((7, 7), bool))
    image = np.kron(picture(inside(100)), np.ones((1, 7, 7), np.float32))
    mask = field_of_view(image)
    assert mask.shape == (7 * HEIGHT, 7 * WIDTH)
    assert overlap(mask, truth) > 0.98
    rows, columns = bounding_box(mask)
    got, expected = (rows.start, rows.stop, columns.start, columns.stop), (147, 1540, 427, 1820)
    np.testing.assert_allclose(got, expected, atol=14)


@pytest.mark.parametrize("name", ["00002.jpg", "00004.jpg", "00006.jpg"])
def test_real_photographs_keep_their_field_when_dimmed_hazed_and_noisy(
    shared: Callable[[str], Path], name: str
) -> None:
    with Image.open(shared(f"fundus/{name}")) as photograph:
        photograph.draft("RGB", (968, 648))
        small = photograph.convert("RGB").resize((484, 324))
    clean = np.asarray(small, dtype=np.float32).transpose(2, 0, 1) / 255
    truth = clean.max(axis=0) > 0.03  # these borders are black: at most 2 of 255
    rng = np.random.default_rng(0)
    noisy = np.clip(clean + rng.normal(0, 0.05, clean.shape), 0, 1).astype(np.float32)
    for image in (clean, clean * 0.15, clean * 0.7 + 0.08, noisy):
        assert overlap(field_of_view(image.astype(np.float32)), truth) > 0.97
