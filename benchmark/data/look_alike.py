"""Whether two sketches may show one photograph: resized, compressed anew, brightened, or cropped a little. NumPy.

All pairs are compared coarsely, by fine differences of brightness at 32 × 32: eyes taken by one camera are alike in all
that is coarser. The few that are left are laid over each other, since a crop moves and stretches a picture by some
per cent, and must then agree in their luminances and, again, in fine differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.data.sketch import SIDE, Box, Plane, Sketch, area_means

Place = NDArray[np.float64]

ALIKE = 0.995
"""Least correlation of the luminances of two copies, inside the field of view, after they are laid over each other."""

DETAILS = 0.9
"""Least correlation of the same without their coarse brightness, which the camera and the shape of the eye decide."""

COARSE = 0.62
"""Least correlation of fine differences at 32 × 32, before that."""

WIDEST = 0.14
"""Largest natural logarithm of the ratio of two shapes (width over height) of which one is the other, cropped.

3:2 cropped to 4:3 is 0.118. A picture may be stretched by more.
"""

_STEP = 0.02
_COARSE_SIDE = 32
_BLOCK = 1024
_FLAT = 1.0
_RIM = 2
_SHIFT = 0.06
_LARGEST_STEP = 0.03
_SMALLEST_STEP = 0.0005
_OVERLAP = 0.75
_HOPEFUL = 0.96
_ROUNDS = ((3, 4), (1, 4))
_AXIS = (np.arange(SIDE) + 0.5) / SIDE - 0.5
_X, _Y = np.broadcast_to(_AXIS[None], (SIDE, SIDE)), np.broadcast_to(_AXIS[:, None], (SIDE, SIDE))


@dataclass(frozen=True, slots=True)
class Alike:
    """Two pictures that may be one photograph.

    Attributes:
        first: index of one.
        second: index of the other, larger.
        correlation: of their luminances.
        mirrored: whether one is the other's mirror image.
    """

    first: int
    second: int
    correlation: float
    mirrored: bool = False


def alike(sketches: Sequence[Sketch], *, mirrored: bool = False) -> list[Alike]:
    """All pairs that may be one photograph, by index. Flat pictures are like no other.

    Args:
        sketches: of all pictures, however many.
        mirrored: also look for mirror images.
    """
    found: dict[tuple[int, int], Alike] = {}
    for flip in (False, True) if mirrored else (False,):
        others = [sketch.mirrored() for sketch in sketches] if flip else sketches
        for one, other in _candidates(sketches, others):
            pair = (min(one, other), max(one, other))
            if pair not in found:
                correlation = likeness(sketches[one], others[other])
                if correlation >= ALIKE:
                    found[pair] = Alike(*pair, correlation, flip)
    return [found[pair] for pair in sorted(found)]


def likeness(one: Sketch, other: Sketch) -> float:
    """Correlation of two pictures laid over each other; 0 where their details differ or there are none."""
    straight = _straight(one, other)
    if straight >= ALIKE:
        return straight
    narrow, wide = (_Planes.of(item) for item in sorted((one, other), key=lambda item: item.aspect))
    ratio = max(one.aspect, other.aspect) / min(one.aspect, other.aspect)
    starts = [np.array([0.0, 1.0, 0.0, 1.0])]
    if np.log(ratio) > _STEP / 2:  # one is stretched to the other's shape, or cropped on two sides
        starts += [np.array([0.0, 1 / ratio, 0.0, 1.0])]
    if not (narrow.inside.all() and wide.inside.all()):
        starts += [_box_on_box(_box(narrow.inside), _box(wide.inside))]
    best = straight
    for start in starts:
        best = max(best, _laid_over(narrow, wide, start)) if best < ALIKE else best
    return best


def _straight(one: Sketch, other: Sketch) -> float:
    """Agreement as they lie, unsmoothed: a rim of the field of view that differs by compression then mixes with nothing."""
    first, second = (item.luminance.astype(np.float32) for item in (one, other))
    inside = [item.inside.astype(np.float32) for item in (one, other)]
    return _agreement(first, inside[0], second, inside[1], np.array([0.0, 1.0, 0.0, 1.0]))


@dataclass(frozen=True, slots=True)
class _Planes:
    """Luminances, their mean where it is outside the field of view; and 1 inside."""

    luminance: Plane
    inside: Plane

    @classmethod
    def of(cls, sketch: Sketch) -> _Planes:
        luminance = sketch.luminance.astype(np.float32)
        if sketch.inside.any():
            luminance[~sketch.inside] = luminance[sketch.inside].mean()
        return cls(luminance, sketch.inside.astype(np.float32))


def _box(inside: Plane) -> Box:
    """The field of view's bounding box: left, top, right, bottom; everything where it has no area."""
    across, down = (np.flatnonzero(inside.any(axis=axis)) for axis in (0, 1))
    if not len(across):
        return (0, 0, SIDE, SIDE)
    return (float(across[0]), float(down[0]), float(across[-1]) + 1, float(down[-1]) + 1)


def _box_on_box(one: Box, other: Box) -> Place:
    """Shift and stretch, across and down, that lay one bounding box over the other."""
    place = []
    for start, stop in ((0, 2), (1, 3)):
        stretch = (other[stop] - other[start]) / (one[stop] - one[start])
        middles = [(box[start] + box[stop]) / 2 / SIDE - 0.5 for box in (one, other)]
        place += [middles[1] - stretch * middles[0], stretch]
    return np.array(place)


def _laid_over(still: _Planes, moved: _Planes, start: Place) -> float:
    """The agreement of a picture with another that is moved and stretched, fitted by least squares.

    Both are smoothed first, less in the second round, so that a shift of more than a detail is found.
    """
    best, place = 0.0, start
    for smoothed, steps in _ROUNDS:
        one, other = _smooth(still.luminance, smoothed), _smooth(moved.luminance, smoothed)
        best = max(best, _agreement(one, still.inside, other, moved.inside, place))
        for _ in range(steps):
            step = _step(one, still.inside, other, moved.inside, place)
            if step is None or np.abs(place + step - start).max() > _SHIFT:
                break
            place = place + step
            if np.abs(step).max() < _SMALLEST_STEP:
                break
        warped, both = _warped(other, still.inside, moved.inside, place)
        if not both.any() or _correlation(one[both], warped[both]) < _HOPEFUL:
            return best if smoothed == 1 else 0.0
    return max(best, _agreement(one, still.inside, other, moved.inside, place))


def _step(one: Plane, inside: Plane, other: Plane, within: Plane, place: Place) -> Place | None:
    """The change of shift and stretch, per axis, that lessens the squared difference most; also fits gain and offset."""
    warped, both = _warped(other, inside, within, place)
    both[[0, -1]] = both[:, [0, -1]] = False
    if both.sum() < _OVERLAP * inside.sum():
        return None
    right, down = np.zeros_like(warped), np.zeros_like(warped)
    right[:, 1:-1] = (warped[:, 2:] - warped[:, :-2]) * np.float32(SIDE / 2 / place[1])
    down[1:-1] = (warped[2:] - warped[:-2]) * np.float32(SIDE / 2 / place[3])
    columns = np.stack([item[both] for item in (right, _X * right, down, _Y * down, warped - warped[both].mean())])
    columns -= columns.mean(axis=1, keepdims=True)
    normal = columns @ columns.T
    normal[np.diag_indices(4)] *= 1 + 1e-4
    solved = np.linalg.lstsq(normal, columns @ one[both], rcond=None)[0]
    gain = float(solved[4])
    return np.clip(solved[:4] / gain, -_LARGEST_STEP, _LARGEST_STEP) if gain > 0.1 else None


def _warped(other: Plane, inside: Plane, within: Plane, place: Place) -> tuple[Plane, NDArray[np.bool_]]:
    """A plane moved and stretched, by bilinear interpolation; and where both fields of view are."""
    across, down = (_sampling(shift, stretch) for shift, stretch in (place[:2], place[2:]))
    moved = down @ other @ across.T
    return np.asarray(moved, dtype=np.float32), (down @ within @ across.T > 0.99) & (inside > 0)


def _sampling(shift: float, stretch: float) -> Plane:
    """The matrix, (64, 64), of linear interpolation along one axis; rows of less than 1 in all at and beyond the edges."""
    position = (_AXIS * stretch + shift + 0.5) * SIDE - 0.5
    return np.asarray(np.clip(1 - np.abs(position[:, None] - np.arange(SIDE)), 0, None), dtype=np.float32)


def _agreement(one: Plane, inside: Plane, other: Plane, within: Plane, place: Place) -> float:
    """Correlation of the luminances inside both fields of view; 0 where their details don't agree."""
    warped, both = _warped(other, inside, within, place)
    if both.sum() < _OVERLAP * max(inside.sum(), 1):
        return 0.0
    correlation = _correlation(one[both], warped[both])
    if correlation < _HOPEFUL:
        return correlation
    mask = both.astype(np.float32)
    details = (plane - _box_mean(plane, mask, 11) for plane in (one, warped))
    return correlation if _correlation(*(plane[both] for plane in details)) >= DETAILS else 0.0


def _correlation(one: Plane, other: Plane) -> float:
    """Pearson's correlation; 0 where either is flat."""
    first, second = one.astype(np.float64) - one.mean(), other.astype(np.float64) - other.mean()
    if min(float(np.mean(first**2)), float(np.mean(second**2))) < _FLAT**2:
        return 0.0
    return float(first @ second / np.sqrt((first @ first) * (second @ second)))


def _smooth(plane: Plane, times: int) -> Plane:
    """Binomial smoothing over three pixels, repeated."""
    for _ in range(times):
        padded = np.pad(plane, 1, mode="edge")
        rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
        plane = ((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16).astype(np.float32)
    return plane


def _box_mean(plane: Plane, mask: Plane, size: int) -> Plane:
    """The mean of a plane's masked pixels in a square around each pixel."""
    total, count = (_box_sum(item, size) for item in (plane * mask, mask))
    return np.asarray(total / np.maximum(count, 1), dtype=np.float32)


def _box_sum(plane: Plane, size: int) -> NDArray[np.float64]:
    run = np.pad(plane.astype(np.float64), ((size // 2 + 1, size // 2),) * 2)
    run = run.cumsum(axis=0).cumsum(axis=1)
    rows = run[size:] - run[:-size]
    return np.asarray(rows[:, size:] - rows[:, :-size])


def _candidates(sketches: Sequence[Sketch], others: Sequence[Sketch]) -> Iterator[tuple[int, int]]:
    """Pairs, by index, whose coarse details agree: by fields of view, stretched, or the wider one cropped; each once."""
    shapes = np.log([sketch.aspect for sketch in sketches])
    seen: set[tuple[int, int]] = set()
    differences = np.subtract.outer(*[np.unique(shapes)] * 2)
    for number in (-1, *range(round(WIDEST / _STEP) + 1)):
        if number > 0 and not (np.abs(differences - number * _STEP) <= _STEP).any():
            continue
        plain, cropped = _coarse(sketches, min(number, 0)), _coarse(others, number)
        for start in range(0, len(sketches), _BLOCK):
            rows = slice(start, start + _BLOCK)
            agree = plain[rows] @ cropped.T >= COARSE
            if number > 0:
                agree &= np.abs(shapes[None] - shapes[rows, None] - number * _STEP) <= _STEP
            for one, other in np.argwhere(agree):
                pair = (start + int(one), int(other))
                if pair[0] != pair[1] and not {pair, pair[::-1]} & seen:
                    seen.add(pair)
                    yield pair


def _coarse(sketches: Sequence[Sketch], number: int) -> Plane:
    """Fine differences of brightness at 32 × 32, of length 1, or 0 of flat pictures: (N, 1024).

    Args:
        sketches: of the pictures.
        number: how many steps of 2 % narrower the picture is cropped; -1 for the bounding box of the field of view, of
            those that have one.
    """
    vectors = np.zeros((len(sketches), _COARSE_SIDE**2), dtype=np.float32)
    rim = SIDE * (1 - np.exp(-_STEP * max(number, 0))) / 2
    for vector, sketch in zip(vectors, sketches, strict=True):
        if number < 0 and sketch.inside.all():
            continue
        planes = _Planes.of(sketch)
        box = _box(planes.inside) if number < 0 else (rim, 0, SIDE - rim, SIDE)
        luminance, inside = (area_means(plane, box, _COARSE_SIDE) for plane in (planes.luminance, planes.inside))
        mask = _without_rim(inside > 0.99).astype(np.float32)
        details = ((luminance - _box_mean(luminance, mask, 3)) * mask).ravel()
        size = float(np.linalg.norm(details))
        if size >= _FLAT / 4 * np.sqrt(max(float(mask.sum()), 1)):
            vector[:] = details / size
    return vectors


def _without_rim(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the two outermost pixels of the field of view, where all eyes are dark alike; the frame is no rim."""
    for _ in range(_RIM):
        padded = np.pad(inside, 1, constant_values=True)
        rows = padded[:-2] & padded[1:-1] & padded[2:]
        inside = rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:]
    return inside
