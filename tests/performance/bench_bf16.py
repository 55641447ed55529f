"""SDMP-Net (ViT-B/16) on this processor in single precision and under ``torch.autocast`` to bfloat16: time and change.

Untrained weights; nine crops of a synthetic pair. Both are measured in turns, the fastest of three counts.
"""

import time

import numpy as np


def main() -> dict[str, float | str]:
    """Print milliseconds a pair, their ratio, and the greatest change of a score; return them."""
    import torch

    from benchmark.core.processor import bf16_units
    from benchmark.plugins.methods.sdmp_net import SDMPNetB16

    torch.manual_seed(0)
    method = SDMPNetB16(pretrained=False, crops=1)
    network = method.build("cpu")
    network.eval()
    method._scorer = network
    reference = torch.rand(1, 3, 256, 256)
    enhanced = (reference + 0.1 * torch.rand(2, 3, 256, 256)).clamp(0, 1)

    def scored(half: bool) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            found: torch.Tensor = method.compare(
                enhanced, method.describe(reference, rng=np.random.default_rng(0))
            ).float()
            return found

    times: dict[bool, list[float]] = {False: [], True: []}
    values = {}
    for _ in range(3):
        for half, taken in times.items():
            begin = time.perf_counter()
            values[half] = scored(half)
            taken.append((time.perf_counter() - begin) / len(enhanced))
    single, bf16 = (1000 * min(times[kind]) for kind in (False, True))
    change = float((values[True] - values[False]).abs().max())
    units = bf16_units()
    known = "unknown" if units is None else ", ".join(units) or "none"
    print(f"units for bfloat16: {known}")
    print(f"single {single:.0f} ms a pair, bfloat16 {bf16:.0f} ms: {single / bf16:.2f} times as fast")
    print(f"greatest change of a score: {change:.2g} of {float(values[False].abs().max()):.3g}")
    return {"single_ms": single, "bf16_ms": bf16, "times_as_fast": single / bf16, "change": change, "units": known}
