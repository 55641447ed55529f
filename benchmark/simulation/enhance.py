"""Six classical enhancement algorithms, each a function of the degraded photograph alone. OpenCV and scikit-image.

Images are (H, W, 3) in [0, 1]; ``mask`` is the field of view, (H, W), outside of which everything stays black.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float64]
Mask = NDArray[np.bool_]


def clahe(image: Image, mask: Mask) -> Image:
    """Contrast-limited adaptive histogram equalisation of the lightness (Zuiderveld 1994), 8×8 tiles, clip limit 2."""
    lab = cv2.cvtColor((image * 255).round().astype(np.uint8), cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.float64) / 255


def gamma(image: Image, mask: Mask) -> Image:
    """Power law that brings the mean of the brightest channel in the field of view to 0.6."""
    mean = float(np.clip(image.max(axis=2)[mask].mean(), 0.05, 0.95))
    return np.asarray(image ** (np.log(0.6) / np.log(mean)))


def histogram_equalisation(image: Image, mask: Mask) -> Image:
    """Global equalisation of the luminance within the field of view; colours are scaled with it."""
    from skimage import exposure  # noqa: PLC0415 - slow to import

    luma = image @ np.array([0.299, 0.587, 0.114])
    equal = exposure.equalize_hist(luma, nbins=256, mask=mask)  # type: ignore[no-untyped-call]
    return np.asarray(np.clip(image * (equal / np.maximum(luma, 0.02))[..., None], 0, 1))


def retinex(image: Image, mask: Mask) -> Image:
    """Multi-scale Retinex (Jobson et al. 1997), three scales, stretched between its 1st and 99th percentile."""
    logs = np.log(image + 0.02)
    weights = mask.astype(np.float64)
    detail = np.zeros_like(image)
    for share in (0.02, 0.08, 0.25):
        sigma = share * image.shape[1]
        around = _blur(image * weights[..., None], sigma) / np.maximum(_blur(weights, sigma), 0.05)[..., None]
        detail += (logs - np.log(around + 0.02)) / 3
    low, high = np.percentile(detail[mask], (1, 99))
    stretched = np.clip((detail - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(0.5 * stretched + 0.5 * image)


def unsharp(image: Image, mask: Mask) -> Image:
    """Unsharp masking: x + 1.5 (x - blurred x), radius 1 % of the width."""
    return np.asarray(np.clip(image + 1.5 * (image - _blur(image, 0.01 * image.shape[1])), 0, 1))


def dehaze(image: Image, mask: Mask) -> Image:
    """Haze removal with the dark channel prior (He, Sun and Tang 2011), on the field of view."""
    size = max(3, image.shape[1] // 40)
    kernel = np.ones((size, size), np.uint8)
    lit = np.where(mask[..., None], image, 1.0)
    dark = cv2.erode(lit.min(axis=2), kernel)
    bright = dark[mask] >= np.quantile(dark[mask], 0.99)
    air = np.clip(image[mask][bright].mean(axis=0), 0.2, 1)
    veil = np.asarray(cv2.erode((lit / air).min(axis=2), kernel), dtype=np.float64)
    transmission = np.clip(_blur(1 - 0.85 * veil, 0.03 * image.shape[1]), 0.3, 1)[..., None]
    return np.asarray(np.clip((image - air) / transmission + air, 0, 1))


def _blur(image: Image, sigma: float) -> Image:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.float64)


ALGORITHMS: Mapping[str, Callable[[Image, Mask], Image]] = {
    "clahe": clahe,
    "dehaze": dehaze,
    "gamma": gamma,
    "histeq": histogram_equalisation,
    "retinex": retinex,
    "unsharp": unsharp,
}


def enhance(name: str, image: Image, mask: Mask) -> Image:
    """The enhanced photograph, black outside the field of view: (H, W, 3) in [0, 1]."""
    return np.clip(ALGORITHMS[name](image, mask), 0, 1) * mask[..., None]
