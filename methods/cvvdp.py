"""ColorVideoVDP: visible differences of photographs as seen on a given display, in JOD. Computed by cvvdp (MIT).

cvvdp is an optional package, since it brings readers of videos with it. It decomposes both images in one go, so that
nothing of a reference is kept for its next enhanced image.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import Method, MethodInfo, UserError

from ._packages import lacking

if TYPE_CHECKING:
    import torch

MOST_PPD = 1000.0
SMALLEST = 16


class CVVDP(Method):
    """Quality in just-objectionable differences: 10 for identical images, 9 where three in four people prefer the reference.

    The scores are those of this display at this distance; compare none of different displays.

    Args:
        display: cvvdp's name of a display that shows sRGB: its luminance, contrast and room light, its size, and how far the
            viewer sits: ``standard_4k`` (30 inch, 75 pixels per degree), ``standard_fhd`` (24 inch, 37), ``eizo_CG3146`` …
        ppd: pixels per degree of visual angle, in place of those of the display: a larger number is a viewer further away,
            or an image shown smaller.

    Raises:
        UserError: there is no such display, it doesn't show sRGB, or ``ppd`` is not from 1 to 1000.
    """

    info = MethodInfo(
        name="cvvdp",
        title="ColorVideoVDP",
        higher_is_better=True,
        score_range=(None, 10.0),
        group="learned",
        trained_on="XR-DAVID, other SDR and HDR sets",
        citation="@article{mantiuk2024colorvideovdp, author={Mantiuk, Rafa{\\l} K. and Hanji, Param and Ashraf, Maliha and "
        "Asano, Yuta and Chapiro, Alexandre}, title={{ColorVideoVDP}: a visual difference predictor for image, video and "
        "display distortions}, journal={ACM Transactions on Graphics}, volume={43}, number={4}, pages={129}, year={2024}}",
        licence="cvvdp: MIT",
        source="cvvdp",
        flat_images="10, the best score, between any two greys (black and white, for example)",
        libraries=("cvvdp", "torchvision"),
    )

    def __init__(self, *, display: str = "standard_4k", ppd: float | None = None) -> None:
        if ppd is not None and not 1 <= ppd <= MOST_PPD:
            raise UserError(f"cvvdp: `ppd` is {ppd}; it must be from 1 to {MOST_PPD:.0f} pixels per degree")
        refuse_display(display)
        self.display, self.ppd = display, ppd
        self._metric: Any = None

    def unavailable(self) -> str | None:
        return missing()

    def settings(self) -> Mapping[str, str]:
        return {"display": self.display, "pixels per degree": "the display's" if self.ppd is None else f"{self.ppd:g}"}

    def load(self, device: str) -> None:
        """Build the metric with the parameters that cvvdp ships, whatever ``CVVDP_PATH`` is set to."""
        import torch  # noqa: PLC0415

        with quiet():
            pycvvdp = imported()
            own = [str(parameters())]
            geometry = pycvvdp.vvdp_display_geometry.load(self.display, own)
            if self.ppd is not None:
                geometry = pycvvdp.vvdp_display_geometry(geometry.resolution, ppd=self.ppd)
            self._metric = pycvvdp.cvvdp(
                display_name=self.display,
                display_geometry=geometry,
                config_paths=own,
                quiet=True,
                device=torch.device(device),
            )

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """JOD, (N,), of enhanced images; both (N, 3, H, W), sRGB in [0, 1].

        Raises:
            ValueError: a side is too short.
        """
        height, width = enhanced.shape[-2:]
        if min(height, width) < SMALLEST:
            raise ValueError(f"the image is {width}×{height}; sides under {SMALLEST} pixels are too small")
        with quiet():
            quality: torch.Tensor = self._metric.predict(enhanced, reference, dim_order="BCHW")[0]
        return quality.reshape(len(enhanced))


def missing() -> str | None:
    """Why it can't be used where cvvdp isn't installed."""
    return lacking("cvvdp", "efid-bench[cvvdp]", "pycvvdp")


def parameters() -> Path:
    """The folder of cvvdp's displays and parameters, found without importing it.

    Raises:
        UserError: cvvdp isn't installed.
    """
    found = find_spec("pycvvdp")
    if found is None or found.origin is None:
        raise UserError(f"cvvdp {missing()}")
    return Path(found.origin).with_name("vvdp_data")


def refuse_display(name: str) -> None:
    """Refuse a display that cvvdp doesn't know, or that shows no sRGB; none where cvvdp isn't installed.

    Raises:
        UserError: as said.
    """
    if missing():
        return
    models = json.loads((parameters() / "display_models.json").read_text(encoding="utf-8"))
    spaces = {key: str(model.get("colorspace", "sRGB")) for key, model in models.items()}
    known = ", ".join(sorted(key for key, space in spaces.items() if space == "sRGB"))
    if name not in spaces:
        raise UserError(f"cvvdp: there is no display {name!r}; those that show sRGB are {known}")
    if spaces[name] != "sRGB":
        raise UserError(
            f"cvvdp: the display {name!r} expects {spaces[name]}, but photographs are sRGB; take one of {known}"
        )


def imported() -> Any:
    """The module ``pycvvdp``; the folder that it adds to the search path, which holds a ``utils``, is taken off again."""
    before = list(sys.path)
    try:
        import pycvvdp  # noqa: PLC0415
    finally:
        sys.path[:] = before
    return pycvvdp


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what cvvdp and torch log (no CUDA, dark images) off the terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
