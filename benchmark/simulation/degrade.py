"""Degrades a photograph as fundus cameras do: illumination, haze, blur, spots, noise.

After the factors of Shen, Fu, Shen and Shao, "Modeling and Enhancing Low-Quality Retinal Fundus Images" (IEEE
Transactions on Medical Imaging 40(3), 2021): light transmission disturbance, image blurring, retinal artifacts; haze after
the usual scattering model. SetMade from the formulas.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float64]


def degrade(image: Image, mask: NDArray[np.bool_], rng: np.random.Generator) -> Image:
    """A degraded version of a photograph; the severity of each factor differs from photograph to photograph.

    Args:
        image: (H, W, 3) in [0, 1].
        mask: (H, W), the field of view; the border stays black.
        rng: decides everything.

    Returns:
        (H, W, 3) in [0, 1].
    """
    severity = rng.uniform(0.25, 1.0, size=5)
    worse = uneven_light(image, severity[0], rng)
    worse = haze(worse, severity[1], rng)
    worse = blur(worse, severity[2])
    worse = spots(worse, 0.6 * severity[3], rng)
    worse = noise(worse, severity[4], rng)
    return np.clip(worse, 0, 1) * mask[..., None]


def uneven_light(image: Image, severity: float, rng: np.random.Generator) -> Image:
    """Global exposure and contrast, and a smooth shadow: clip(c (x - s L) + b), L a wide Gaussian off the centre."""
    contrast = 1 - 0.35 * severity
    brightness = severity * rng.uniform(-0.08, 0.05)
    shadow = _bump(image.shape[0], image.shape[1], rng.uniform(0.15, 0.85, 2), rng.uniform(0.3, 0.5))
    depth = 0.55 * severity * (1 if rng.uniform() < 0.75 else -0.4)
    return np.clip(contrast * image * (1 - depth * shadow[..., None]) + brightness, 0, 1)


def haze(image: Image, severity: float, rng: np.random.Generator) -> Image:
    """Scattered light, as cataracts make it: x t + A (1 - t), thicker on one side."""
    veil = np.array([0.62, 0.52, 0.42]) * rng.uniform(0.85, 1.1)
    thick = 0.3 + 0.7 * _bump(image.shape[0], image.shape[1], rng.uniform(0.2, 0.8, 2), 0.6)
    transmission = 1 - 0.5 * severity * thick[..., None]
    return image * transmission + veil * (1 - transmission)


def blur(image: Image, severity: float) -> Image:
    """Defocus: a Gaussian of up to 0.7 % of the width."""
    sigma = 0.15 + 0.007 * severity * image.shape[1]
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))


def spots(image: Image, severity: float, rng: np.random.Generator) -> Image:
    """Dust and reflections: a few bright or dark blurred dots."""
    result = image.copy()
    for _ in range(int(rng.integers(0, 1 + round(8 * severity)))):
        bump = _bump(image.shape[0], image.shape[1], rng.uniform(0.15, 0.85, 2), rng.uniform(0.008, 0.025))
        colour = rng.uniform(0.1, 0.3) * (np.array([1, 0.95, 0.85]) if rng.uniform() < 0.6 else -np.ones(3))
        result += bump[..., None] * colour
    return np.clip(result, 0, 1)


def noise(image: Image, severity: float, rng: np.random.Generator) -> Image:
    """Sensor noise, Gaussian, standard deviation up to 0.025, slightly smoothed as demosaicing does."""
    grain = cv2.GaussianBlur(rng.normal(size=image.shape), (0, 0), 0.6)
    return image + 0.04 * severity * grain


def _bump(height: int, width: int, centre: NDArray[np.float64], spread: float) -> Image:
    """exp(-d² / 2 s²), distances in widths: (H, W), 1 at the centre."""
    rows = (np.arange(height) + 0.5) / height - centre[0]
    columns = (np.arange(width) + 0.5) / width - centre[1]
    return np.asarray(np.exp(-(rows[:, None] ** 2 + columns[None] ** 2) / (2 * spread**2)))
