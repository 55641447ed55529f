"""Simulated observers: they judge an enhanced image against the *clean* photograph, which no benchmarked method sees.

docs/simulated_labels.md states the rule with every constant; it is not one of the ranked methods.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float64]
Mask = NDArray[np.bool_]
OBSERVERS = 15
SENSITIVITIES = np.array([0.24, 0.14, 0.18, 0.20])
WEIGHT_SPREAD = 0.25
BIAS_SD = 5.0
NOISE_SD = 7.0


@dataclass(frozen=True, slots=True)
class Panel:
    """The observers of one study.

    Attributes:
        weights: (observers, 4), how much each is bothered by lost contrast, spurious detail, wrong colour, uneven light.
        bias: (observers,), points on the scale of 100.
    """

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


def panel(rng: np.random.Generator) -> Panel:
    """Fifteen observers who differ in their weights of faults and in their strictness."""
    weights = SENSITIVITIES * np.exp(rng.normal(0, WEIGHT_SPREAD, (OBSERVERS, SENSITIVITIES.size)))
    return Panel(weights, rng.normal(0, BIAS_SD, OBSERVERS))


def faults(image: Image, clean: Image, mask: Mask) -> NDArray[np.float64]:
    """Sizes of the faults: lost or exaggerated contrast, spurious detail, wrong colour, uneven light; (4,), 0 is perfect.

    Args:
        image: the enhanced image, (H, W, 3) in [0, 1].
        clean: the clean photograph, likewise.
        mask: (H, W), the field of view.
    """
    seen, true = _vessels(image)[mask], _vessels(clean)[mask]
    power = float((true * true).mean()) + 1e-9
    contrast = float((seen * true).mean()) / power
    lost = abs(np.log2(np.clip(contrast, 0.1, 10.0)))
    spurious = np.sqrt(float(((seen - contrast * true) ** 2).mean()) / power) / max(contrast, 0.3)
    lab, lab_clean = _large_scale(image), _large_scale(clean)
    colour = float(np.hypot(*(lab - lab_clean)[..., 1:][mask].T).mean()) / 12
    difference = (lab - lab_clean)[..., 0][mask]
    light = float(difference.std()) / 8 + 0.5 * abs(float(difference.mean())) / 15
    return np.array([lost, spurious, colour, light])


def ratings(fault_sizes: NDArray[np.float64], observers: Panel, rng: np.random.Generator) -> NDArray[np.float64]:
    """Whole-number ratings from 0 to 100, one per observer: 100 exp(-w·faults) + bias + noise."""
    quality = 100 * np.exp(-observers.weights @ fault_sizes)
    noisy = quality + observers.bias + rng.normal(0, NOISE_SD, observers.bias.size)
    return np.clip(np.round(noisy), 0, 100)


def _vessels(image: Image) -> Image:
    """Local contrast of the green channel at the width of vessels: a difference of Gaussians, 0.4 % and 2 % of the width."""
    green = np.ascontiguousarray(image[..., 1])
    width = green.shape[1]
    return np.asarray(cv2.GaussianBlur(green, (0, 0), 0.004 * width) - cv2.GaussianBlur(green, (0, 0), 0.02 * width))


def _large_scale(image: Image) -> Image:
    """CIELAB of the image blurred by 5 % of its width."""
    smooth = cv2.GaussianBlur(image, (0, 0), 0.05 * image.shape[1])
    return np.asarray(cv2.cvtColor(smooth.astype(np.float32), cv2.COLOR_RGB2LAB), dtype=np.float64)
