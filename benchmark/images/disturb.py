"""Small changes of an enhanced image that no observer would mind: a method's score should hardly move. OpenCV, NumPy.

Images are float32 RGB in [0, 1], (3, H, W), and stay so. What comes in from beyond the border is the border's own colour.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Disturbance = Literal["shift", "rotate", "jpeg", "half"]
DISTURBANCES: tuple[Disturbance, ...] = get_args(Disturbance)
WORDS: dict[Disturbance, str] = {
    "shift": "enhanced image moved by one pixel to the right and down",
    "rotate": "enhanced image turned by one degree about its centre (bicubic)",
    "jpeg": "enhanced image stored as JPEG of quality 95 (4:2:0)",
    "half": "both images at half size (bicubic, antialiased)",
}
QUALITY = 95
DEGREES = 1.0


def disturb(image: Image, how: Disturbance) -> Image:
    """An enhanced image, changed; with ``half`` it is not, since both images change then (``sizes``)."""
    if how == "half":
        return image
    pixels: NDArray[Any] = np.ascontiguousarray(image.transpose(1, 2, 0))
    if how == "shift":
        pixels = cv2.copyMakeBorder(pixels, 1, 0, 1, 0, cv2.BORDER_REPLICATE)[:-1, :-1]
    elif how == "rotate":
        height, width = pixels.shape[:2]
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), DEGREES, 1.0)
        pixels = cv2.warpAffine(
            pixels, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ).clip(0, 1)
    elif how == "jpeg":
        pixels = _stored(pixels)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)


def _stored(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """RGB pixels as a JPEG file would give them back."""
    blue_first = np.ascontiguousarray(np.round(pixels * 255).astype(np.uint8)[..., ::-1])
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    ]
    done, data = cv2.imencode(".jpg", blue_first, options)
    if not done:
        raise OSError("the image can't be encoded as JPEG")
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded[..., ::-1] / 255, dtype=np.float32)
