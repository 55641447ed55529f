"""Distorts photographs in the ways that public data sets name: noise, blur, compression, colour, transmission errors.

Rough imitations, so that a small set in a published layout looks like one; not the algorithms of its authors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float64]
Distortion = Callable[[Image, float, np.random.Generator], Image]
"""(H, W, 3) in [0, 1], strength in (0, 1], what decides everything; the result is clipped by ``distort``."""


def distort(name: str, image: Image, strength: float, rng: np.random.Generator) -> Image:
    """A distorted photograph.

    Args:
        name: one of ``DISTORTIONS``.
        image: (H, W, 3) in [0, 1].
        strength: above 0, up to 1.
        rng: decides everything.
    """
    return np.asarray(np.clip(DISTORTIONS[name](image, strength, rng), 0, 1))


def _noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    return image + rng.normal(0, 0.25 * s, image.shape)


def _colour_noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    noise = rng.normal(0, 0.3 * s, image.shape)
    return np.asarray(image + noise - noise.mean(axis=2, keepdims=True))


def _correlated_noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    return image + 3 * _blurred(rng.normal(0, 0.25 * s, image.shape), 1.5)


def _pink_noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    height, width = image.shape[:2]
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    spectrum = np.fft.fft2(rng.normal(0, 1, (height, width))) / np.maximum(np.hypot(rows, columns), 1 / width)
    noise = np.fft.ifft2(spectrum).real
    return np.asarray(image + 0.2 * s * (noise / noise.std())[..., None])


def _masked_noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    busy = np.abs(image - _blurred(image, 2)).mean(axis=2, keepdims=True)
    return np.asarray(image + rng.normal(0, 0.6 * s, image.shape) * busy / (busy.max() + 1e-9))


def _high_frequency_noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    noise = rng.normal(0, 0.3 * s, image.shape)
    return image + noise - _blurred(noise, 1)


def _impulse(image: Image, s: float, rng: np.random.Generator) -> Image:
    hit = rng.uniform(size=image.shape[:2]) < 0.2 * s
    return np.where(hit[..., None], rng.integers(0, 2, (*image.shape[:2], 1)).astype(float), image)


def _multiplicative(image: Image, s: float, rng: np.random.Generator) -> Image:
    return image * (1 + rng.normal(0, 0.5 * s, image.shape))


def _blur(image: Image, s: float, rng: np.random.Generator) -> Image:
    return _blurred(image, 0.3 + 4 * s)


def _lens_blur(image: Image, s: float, rng: np.random.Generator) -> Image:
    radius = 1 + round(5 * s)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)).astype(float)
    return np.asarray(cv2.filter2D(image, -1, disc / disc.sum()))


def _motion_blur(image: Image, s: float, rng: np.random.Generator) -> Image:
    length = 3 + 2 * round(8 * s)
    return np.asarray(cv2.filter2D(image, -1, np.full((1, length), 1 / length)))


def _denoised(image: Image, s: float, rng: np.random.Generator) -> Image:
    noisy = np.clip(_noise(image, 0.6 * s, rng), 0, 1).astype(np.float32)
    return np.asarray(cv2.bilateralFilter(noisy, 5, 0.2 + 0.5 * s, 3), dtype=np.float64)


def _jpeg(image: Image, s: float, rng: np.random.Generator) -> Image:
    return _coded(image, ".jpg", cv2.IMWRITE_JPEG_QUALITY, round(60 - 55 * s))


def _jpeg2000(image: Image, s: float, rng: np.random.Generator) -> Image:
    """A wavelet codec's blur and ringing: bands of a Laplacian pyramid, quantised the coarser the finer they are."""
    shrunk = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    rough = cv2.resize(shrunk, image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    step = 0.05 + 0.5 * s
    return np.asarray(np.round(rough / (0.1 * step)) * 0.1 * step + np.round((image - rough) / step) * step)


def _lossy_noise(image: Image, s: float, rng: np.random.Generator) -> Image:
    return _jpeg(np.clip(_noise(image, 0.4 * s, rng), 0, 1), s, rng)


def _transmission(image: Image, s: float, rng: np.random.Generator) -> Image:
    """Strips that arrived shifted, as after bits were lost."""
    broken = _jpeg2000(image, 0.2, rng)
    height = max(2, image.shape[0] // 16)
    for top in range(0, image.shape[0], height):
        if rng.uniform() < 0.15 + 0.6 * s:
            broken[top : top + height] = np.roll(broken[top : top + height], int(rng.integers(1, 2 + round(20 * s))), 1)
    return broken


def _patches(image: Image, s: float, rng: np.random.Generator) -> Image:
    """Small squares that moved a little."""
    moved, side = image.copy(), max(3, image.shape[0] // 12)
    for _ in range(2 + round(40 * s)):
        top, left = (int(rng.integers(0, length - side - 2)) for length in image.shape[:2])
        moved[top : top + side, left : left + side] = image[top + 2 : top + 2 + side, left + 2 : left + 2 + side]
    return moved


def _colour_blocks(image: Image, s: float, rng: np.random.Generator) -> Image:
    covered, side = image.copy(), max(3, image.shape[0] // 10)
    for _ in range(1 + round(9 * s)):
        top, left = (int(rng.integers(0, length - side)) for length in image.shape[:2])
        covered[top : top + side, left : left + side] = rng.uniform(0, 1, 3)
    return covered


def _jitter(image: Image, s: float, rng: np.random.Generator) -> Image:
    reach = 1 + round(4 * s)
    rows, columns = np.indices(image.shape[:2])
    shifts = rng.integers(-reach, reach + 1, (2, *image.shape[:2]))
    places = [np.clip(grid + shift, 0, grid.max()) for grid, shift in zip((rows, columns), shifts, strict=True)]
    return np.asarray(image[places[0], places[1]])


def _pixelated(image: Image, s: float, rng: np.random.Generator) -> Image:
    small = cv2.resize(image, None, fx=1 / (1 + 7 * s), fy=1 / (1 + 7 * s), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_NEAREST))


def _quantised(image: Image, s: float, rng: np.random.Generator) -> Image:
    levels = round(16 - 13 * s)
    return np.asarray(np.round(image * levels) / levels)


def _dithered(image: Image, s: float, rng: np.random.Generator) -> Image:
    levels = round(16 - 13 * s)
    return np.asarray(np.floor(image * levels + rng.uniform(size=image.shape)) / levels)


def _brighter(image: Image, s: float, rng: np.random.Generator) -> Image:
    return np.asarray(image ** (1 - 0.7 * s))


def _darker(image: Image, s: float, rng: np.random.Generator) -> Image:
    return np.asarray(image ** (1 + 2 * s))


def _shifted_mean(image: Image, s: float, rng: np.random.Generator) -> Image:
    return image + 0.35 * s


def _less_contrast(image: Image, s: float, rng: np.random.Generator) -> Image:
    return np.asarray(image.mean() + (1 - 0.8 * s) * (image - image.mean()))


def _pale(image: Image, s: float, rng: np.random.Generator) -> Image:
    grey = image.mean(axis=2, keepdims=True)
    return np.asarray(grey + (1 - s) * (image - grey))


def _garish(image: Image, s: float, rng: np.random.Generator) -> Image:
    grey = image.mean(axis=2, keepdims=True)
    return np.asarray(grey + (1 + 3 * s) * (image - grey))


def _diffused_colour(image: Image, s: float, rng: np.random.Generator) -> Image:
    grey = image.mean(axis=2, keepdims=True)
    return np.asarray(grey + _blurred(image - grey, 1 + 10 * s))


def _shifted_colour(image: Image, s: float, rng: np.random.Generator) -> Image:
    moved = image.copy()
    moved[..., 0] = np.roll(image[..., 0], 1 + round(8 * s), axis=1)
    return moved


def _sharp(image: Image, s: float, rng: np.random.Generator) -> Image:
    return image + 4 * s * (image - _blurred(image, 1.5))


def _blurred(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.float64)


def _coded(image: Image, suffix: str, parameter: int, value: int) -> Image:
    stored = np.ascontiguousarray(np.round(image * 255).astype(np.uint8))
    done, data = cv2.imencode(suffix, stored, [parameter, value])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR) if done else None
    if decoded is None:
        raise OSError(f"OpenCV can't write {suffix} files")
    return np.asarray(decoded, dtype=np.float64) / 255


DISTORTIONS: Mapping[str, Distortion] = {
    "blur": _blur,
    "brighter": _brighter,
    "colour blocks": _colour_blocks,
    "colour noise": _colour_noise,
    "correlated noise": _correlated_noise,
    "darker": _darker,
    "denoised": _denoised,
    "diffused colour": _diffused_colour,
    "dithered": _dithered,
    "garish": _garish,
    "high-frequency noise": _high_frequency_noise,
    "impulse": _impulse,
    "jitter": _jitter,
    "jpeg": _jpeg,
    "jpeg2000": _jpeg2000,
    "lens blur": _lens_blur,
    "less contrast": _less_contrast,
    "lossy noise": _lossy_noise,
    "masked noise": _masked_noise,
    "motion blur": _motion_blur,
    "multiplicative": _multiplicative,
    "noise": _noise,
    "pale": _pale,
    "patches": _patches,
    "pink noise": _pink_noise,
    "pixelated": _pixelated,
    "quantised": _quantised,
    "sharp": _sharp,
    "shifted colour": _shifted_colour,
    "shifted mean": _shifted_mean,
    "transmission": _transmission,
}
