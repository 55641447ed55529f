"""The metrics under free licences against piq called pair by pair: six enhanced images of a reference, 512 px, one thread.

Both sides get the same tensors, in single precision; they take turns, and the time is the median of the turns. Values are
compared with piq's in double precision: in single precision its IW-SSIM of these smooth images is not a number. cvvdp, which
describes no reference apart, is only timed.
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

TURNS, ENHANCED, SIZE = 15, 6, 512
PIQS = {
    "haarpsi": "haarpsi",
    "mdsi": "mdsi",
    "sr_sim": "srsim",
    "dss": "dss",
    "iw_ssim": "information_weighted_ssim",
    "ms_gmsd": "multi_scale_gmsd",
}


def images() -> tuple[list[torch.Tensor], torch.Tensor]:
    """A reference in a dark surround, and enhanced images of it with more and more noise."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 16, 16, generator=generator)
    reference = torch.nn.functional.interpolate(coarse, size=(SIZE, SIZE), mode="bicubic").clamp(0, 1)
    reference[..., : SIZE // 8] = 0
    noise = torch.randn(ENHANCED, *reference.shape, generator=generator)
    return [(reference + 0.02 * (k + 1) * noise[k]).clamp(0, 1) for k in range(ENHANCED)], reference


def median_ms(sides: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median time of each side in milliseconds a pair; they take turns."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(TURNS + 1):
        for name, function in sides.items():
            begin = time.perf_counter()
            function()
            if turn:  # the first turn warms up
                times[name].append(1e3 * (time.perf_counter() - begin) / ENHANCED)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> dict[str, Any]:
    """Measure; print and return the figures."""
    import piq

    from benchmark.plugins import registry
    from benchmark.scoring.process import tune_allocator

    tune_allocator()
    torch.set_num_threads(1)
    enhanced, reference = images()
    figures: dict[str, Any] = {}
    with torch.inference_mode():
        for name, function in PIQS.items():
            method: Any = registry.methods().load(name)()
            method.load("cpu")
            theirs = getattr(piq, function)

            def ours(method: Any = method) -> list[float]:
                description = method.describe(reference)
                return [float(method.compare(image, description)) for image in enhanced]

            def pair_by_pair(theirs: Any = theirs) -> list[float]:
                return [float(theirs(image, reference)) for image in enhanced]

            spent = median_ms({"ours": ours, "piq": pair_by_pair})
            precise = [float(theirs(image.double(), reference.double())) for image in enhanced]
            difference = max(abs(one - other) for one, other in zip(ours(), precise, strict=True))
            figures[name] = {
                "ours_ms_a_pair": round(spent["ours"], 1),
                "piq_ms_a_pair": round(spent["piq"], 1),
                "times_faster": round(spent["piq"] / spent["ours"], 2),
                "greatest_difference": difference,
            }
        cvvdp: Any = registry.methods().load("cvvdp")()
        if not cvvdp.unavailable():
            cvvdp.load("cpu")
            spent = median_ms({"cvvdp": lambda: [float(cvvdp.score(image, reference)) for image in enhanced]})
            figures["cvvdp"] = {"ours_ms_a_pair": round(spent["cvvdp"], 1)}
    for name, value in figures.items():
        print(f"  {name}: {json.dumps(value)}")
    return figures


if __name__ == "__main__":
    main()
