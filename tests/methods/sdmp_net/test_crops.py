"""Where crops lie: fixed grids, random places, the field of view, images that are too small."""

import numpy as np
import pytest
import torch

from benchmark import UserError
from benchmark.images.fov import Mask, share
from benchmark.plugins.methods.sdmp_net.crops import Ground, check_size, choose, cut, draw, field_of

pytestmark = pytest.mark.heavy


def disc(height: int, width: int, radius: float) -> Mask:
    rows, columns = np.mgrid[:height, :width]
    inside: Mask = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < radius**2
    return inside


@pytest.mark.parametrize(
    ("count", "wanted"),
    [
        (1, [(50, 100)]),
        (5, [(50, 100), (0, 0), (0, 200), (100, 0), (100, 200)]),
        (9, [(top, left) for top in (0, 50, 100) for left in (0, 100, 200)]),
    ],
)
def test_fixed_grids(count: int, wanted: list[tuple[int, int]]) -> None:
    ground = Ground((324, 424), 224)
    assert choose(count, ground, np.random.default_rng(0)) == wanted


def test_random_places_are_the_generators_and_cover_the_image() -> None:
    ground = Ground((234, 226), 224)
    first, again, other = (choose(20, ground, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other
    many = draw(3000, ground, np.random.default_rng(0))
    assert set(many) == {(top, left) for top in range(11) for left in range(3)}


@pytest.mark.parametrize("count", [5, 9, 40])
def test_crops_hold_half_field_of_view(count: int) -> None:
    """At 1,024 px four of the five grid crops hold almost none unless they move."""
    field = disc(1024, 1024, 460)
    ground = Ground((1024, 1024), 224, field)
    places = choose(count, ground, np.random.default_rng(0))
    assert len(places) == count
    assert all(share(field, top, left, 224) >= 0.5 for top, left in places)
    corners = choose(5, Ground((1024, 1024), 224), np.random.default_rng(0))[1:]
    assert all(share(field, top, left, 224) < 0.1 for top, left in corners)


def test_a_moved_crop_is_the_nearest_that_holds_enough() -> None:
    field = np.zeros((300, 300), np.bool_)
    field[:, 150:] = True
    ground = Ground((300, 300), 100, field)
    assert choose(5, ground, np.random.default_rng(0)) == [(100, 100), (0, 100), (0, 200), (200, 100), (200, 200)]


def test_where_no_crop_holds_half_those_that_hold_most_are_used() -> None:
    field = np.zeros((300, 300), np.bool_)
    field[10:20, 250:260] = True
    places = choose(20, Ground((300, 300), 100, field), np.random.default_rng(0))
    assert all(field[top : top + 100, left : left + 100].sum() == 100 for top, left in places)


def test_the_field_is_found_on_a_photograph_of_any_size() -> None:
    inside = disc(700, 901, 300)
    reference = np.where(inside, np.float32(0.6), np.float32(0.01))[None].repeat(3, axis=0)
    found = field_of(reference)
    assert found.shape == (700, 901)
    assert (found == inside).mean() > 0.98


def test_small_images_are_refused_in_words() -> None:
    check_size((224, 224), 224)
    with pytest.raises(UserError, match=r"300x200 px is smaller than .* 224x224 px; set `resize`"):
        check_size((200, 300), 224)


def test_cut_takes_the_places_in_order() -> None:
    image = torch.arange(3 * 6 * 7, dtype=torch.float32).view(3, 6, 7)
    crops = cut(image, [(0, 0), (2, 3)], 4)
    assert crops.shape == (2, 3, 4, 4)
    assert torch.equal(crops[1], image[:, 2:6, 3:7])
