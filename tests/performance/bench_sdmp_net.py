"""SDMP-Net against the whole published network with full backbones and hooks: time, memory, operations, parameters.

Six enhanced images a reference, one crop. The whole network does each pair by itself; the cut one describes the reference
once; all with the allocator tuned as in a run. Times are processor time of one thread, which other programs on the machine
change little; variants take turns, and the least of some rounds counts.
"""

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmark.plugins.methods.sdmp_net.architecture import PUBLISHED, PUBLISHED_B16, Architecture
from benchmark.plugins.methods.sdmp_net.fast import FoldedScorer
from benchmark.plugins.methods.sdmp_net.network import SDMPNetwork
from benchmark.scoring.process import tune_allocator

IMAGES = 6
PRESETS = {"sdmp-net": PUBLISHED, "sdmp-net-b16": PUBLISHED_B16}
VARIANTS = ("whole", "exact", "folded")
UNCOUNTED_LAYERS = {"whole": 2, "exact": 1, "folded": 1}
"""Deformable layers of a step: not known to torch's counter."""
DEFORMABLE_GFLOP = 2 * 768 * (9 * 768) * 56 * 56 / 1e9


def plain_module() -> Any:
    """The second, plain implementation that the tests compare with."""
    file = Path(__file__).parents[1] / "methods" / "sdmp_net" / "reference_network.py"
    spec = importlib.util.spec_from_file_location("sdmp_reference_network", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps(variant: str, network: SDMPNetwork, whole: Any, pair: tuple[torch.Tensor, torch.Tensor]) -> dict[str, Any]:
    """What a variant does once a reference and once an image, as functions without arguments."""
    enhanced, reference = pair
    if variant == "whole":
        return {"image": lambda: whole(enhanced, reference)}
    scorer: Any = network if variant == "exact" else FoldedScorer(network)
    described = scorer.describe_reference(reference)
    return {
        "reference": lambda: scorer.describe_reference(reference),
        "image": lambda: scorer.compare(enhanced, described),
    }


def least_times(functions: dict[tuple[str, str], Callable[[], Any]], rounds: int) -> dict[tuple[str, str], float]:
    """Milliseconds of each function, the least of some rounds in which all take turns."""
    times: dict[tuple[str, str], float] = {}
    for _round in range(rounds):
        for key, function in functions.items():
            begin = time.process_time()
            function()
            times[key] = min(times.get(key, float("inf")), 1e3 * (time.process_time() - begin))
    return times


def gflops(architecture: Architecture) -> dict[str, float]:
    """Operations a pair, in units of 1e9 (a multiplication with an addition is two), counted without computing."""
    plain = plain_module()
    found: dict[str, float] = {}
    with torch.device("meta"), torch.inference_mode():
        network, whole = SDMPNetwork(architecture).eval(), plain.published(architecture.vit.name)
        crops = torch.zeros(1, 3, 224, 224), torch.zeros(1, 3, 224, 224)
        for variant in VARIANTS:
            counted = {}
            for name, step in steps(variant, network, whole, crops).items():
                with FlopCounterMode(display=False) as counter:
                    step()
                unknown = UNCOUNTED_LAYERS[variant] * DEFORMABLE_GFLOP
                counted[name] = counter.get_total_flops() / 1e9 + unknown
            found[variant] = counted["image"] + counted.get("reference", 0.0) / IMAGES
        with FlopCounterMode(display=False) as counter:
            joint = torch.zeros(1, 256, network.vit.grid, network.vit.grid)
            network.head(joint, joint)
        found["deformable layer, an image"] = DEFORMABLE_GFLOP
        found["head, a pair"] = counter.get_total_flops() / 1e9
    return found


def peak_mib(preset: str, variant: str) -> float:
    """Peak memory of a fresh process that scores one reference's pairs with a variant, less what it had before."""
    command = [sys.executable, __file__, preset, variant]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, env={"PYTHONPATH": root})
    return float(done.stdout.strip().splitlines()[-1])


def peak_here(preset: str, variant: str) -> float:
    """Peak memory in MiB that scoring two pairs adds to this process, weights included."""
    before = high_water_mib()
    plain = plain_module()
    with torch.inference_mode():
        crops = plain.photographs(2, 224).split(1)
        if variant == "whole":
            whole = plain.published(PRESETS[preset].vit.name)
            functions = steps(variant, whole, whole, crops)
        else:
            functions = steps(variant, SDMPNetwork(PRESETS[preset]).eval(), None, crops)
        functions["image"]()
    return high_water_mib() - before


def high_water_mib() -> float:
    """Most resident memory of this process so far; Linux only (``getrusage`` would count the parent's)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def bench(preset: str, rounds: int) -> dict[str, Any]:
    """All figures of a preset."""
    plain, architecture = plain_module(), PRESETS[preset]
    network = SDMPNetwork(architecture).eval()
    plain.enliven(network)
    whole = plain.published(architecture.vit.name)
    whole.copy_weights(network)
    enhanced, reference = plain.photographs(2, 224).split(1)
    with torch.inference_mode():
        of_variant = {variant: steps(variant, network, whole, (enhanced, reference)) for variant in VARIANTS}
        scores = {variant: float(functions["image"]()) for variant, functions in of_variant.items()}
        times = least_times({(v, n): f for v, functions in of_variant.items() for n, f in functions.items()}, rounds)
    a_pair = {v: times[v, "image"] + times.get((v, "reference"), 0.0) / IMAGES for v in VARIANTS}
    return {
        "ms_a_pair": {variant: round(value) for variant, value in a_pair.items()},
        "ms_a_step": {" ".join(key): round(value) for key, value in times.items()},
        "times_faster": {variant: round(a_pair["whole"] / a_pair[variant], 2) for variant in VARIANTS},
        "difference": {variant: abs(scores[variant] - scores["whole"]) for variant in VARIANTS},
        "peak_mib": {variant: round(peak_mib(preset, variant)) for variant in VARIANTS},
        "gflop_a_pair": {name: round(value, 1) for name, value in gflops(architecture).items()},
        "trained_parameters": sum(p.numel() for p in network.parameters() if p.requires_grad),
        "parameters": sum(p.numel() for p in network.parameters()),
    }


def main(rounds: int = 3) -> dict[str, Any]:
    """Measure both published presets; print and return the figures."""
    tune_allocator()
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = {preset: bench(preset, rounds) for preset in PRESETS}
    finally:
        torch.set_num_threads(before)
    for preset, figures in found.items():
        print(f"{preset}, {IMAGES} enhanced images a reference, one crop of 224 px")
        for name, value in figures.items():
            print(f"  {name}: {json.dumps(value)}")
    return found


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(peak_here(sys.argv[1], sys.argv[2]))
    else:
        main()
