"""``run`` against the loop over pyiqa that a user would write: ten methods, real photographs of 512 px, the same machine.

The loop scores 24 of the 120 pairs (each metric apart, once with glibc's allocator as it is and once tuned as in a
worker); ``run`` scores all of them, its start included. Scores of the 24 are compared.
"""

import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = ROOT.parent / "shared" / "fundus"
METHODS = ["psnr", "ssim", "ms_ssim", "fsim", "gmsd", "vif", "vsi", "nlpd", "lpips", "dists"]
REFERENCES, SIZE, LOOPED = 20, 512, 24


def write_weights(hub: Path) -> None:
    """Test-made weights for LPIPS and DISTS."""
    file = ROOT / "tests" / "methods" / "made_weights.py"
    spec = importlib.util.spec_from_file_location("made_weights", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.write(hub)


def write_data(root: Path, references: int, size: int) -> None:
    """An EFID-shaped set of real photographs, where they are at hand, repeated under other names to the number wanted."""
    from benchmark.simulation import write_demo

    photos = PHOTOGRAPHS if PHOTOGRAPHS.is_dir() else None
    if photos is not None and references > len(list(photos.glob("*.*"))):
        files = sorted(path for path in photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
        photos = root.parent / "photographs"
        photos.mkdir()
        for number in range(references):
            source = files[number % len(files)]
            os.symlink(source, photos / f"{number:04d}{source.suffix}")
    write_demo(root, references=references, size=size, photos=photos, seed=0)


def run(place: Path, output: str, *settings: str, launch: tuple[str, ...] = ()) -> dict[str, Any]:
    """Our command on the data at ``place``: seconds of scoring as printed, peak memory of its largest process, scores."""
    options = [part for setting in settings for part in ("--set", setting)]
    start = [sys.executable, *launch, str(ROOT / "run_benchmark.py"), "run", str(place / "run.yaml")]
    wrapper = (
        "import json,resource,subprocess,sys; done=subprocess.run(sys.argv[1:], stderr=subprocess.PIPE, text=True); "
        "peak=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024; "
        "sys.stderr.write(json.dumps([done.returncode, peak, done.stderr]))"
    )
    command = [sys.executable, "-c", wrapper, *start, "--output", str(place / output), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    status, peak, said = json.loads(done.stderr)
    if status != 0:
        raise SystemExit(f"run ended with {status}: {said}")
    seconds = re.search(r"computed in ([\d.]+) s", said)
    scores = pd.read_csv(place / output / "scores.csv")
    return {"seconds": float(seconds.group(1)) if seconds else 0.0, "peak_mib": round(peak), "scores": scores}


def prepare(place: Path, references: int, size: int, methods: list[str]) -> None:
    """Data, weights and configuration."""
    write_data(place / "data", references, size)
    write_weights(place / "hub")
    (place / "run.yaml").write_text(
        f"dataset: {{name: efid, root: data, splits: [all]}}\nmethods: [{', '.join(methods)}]\nweights_dir: hub\n"
        "offline: true\nunpublished_weights: mark\nstatistics: {replicates: 100}\nreport: {plots: []}\n"
    )


def loop(place: Path, pairs: pd.DataFrame, allocator: str) -> dict[str, Any]:
    """Seconds a pair and scores of each metric."""
    names = {path.name: path for path in (place / "data").rglob("*.png") if "clean" not in path.parts}
    with open(place / "pairs.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["enhanced", "reference"])
        for enhanced, reference in zip(pairs["enhanced"].tolist(), pairs["reference"].tolist(), strict=True):
            writer.writerow([names[Path(enhanced).name], names[Path(reference).name]])
    command = [sys.executable, str(Path(__file__).with_name("pyiqa_loop.py"))]
    arguments = [str(place / "pairs.csv"), str(place / "hub"), allocator, *METHODS]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def difference(ours: pd.DataFrame, theirs: dict[str, Any]) -> dict[str, float]:
    """Greatest difference of each method's scores, relative where they are above one."""
    found = {}
    for name, result in theirs.items():
        mine, other = ours[name].to_numpy()[: len(result["scores"])], np.array(result["scores"])
        found[name] = float((abs(mine - other) / np.maximum(1, abs(other))).max())
    return found


def main() -> dict[str, Any]:
    """Measure; print and return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        prepare(place, REFERENCES, SIZE, METHODS)
        ours = run(place, "ours")
        some = ours["scores"].head(LOOPED)
        loops = {allocator: loop(place, some, allocator) for allocator in ("default", "tuned")}
        alone = {name: run(place, f"only_{name}", f"methods=[{name}]") for name in ("psnr", "lpips", "dists")}
    pairs = len(ours["scores"])
    ms = 1e3 * ours["seconds"] / pairs
    totals = {key: sum(1e3 * part["seconds"] / LOOPED for part in value.values()) for key, value in loops.items()}
    figures: dict[str, Any] = {
        "pairs": pairs,
        "ours_ms_a_pair": round(ms),
        "loop_ms_a_pair": {key: round(value) for key, value in totals.items()},
        "times_faster": {key: round(value / ms, 2) for key, value in totals.items()},
        "peak_mib": ours["peak_mib"],
        "greatest_difference": difference(ours["scores"], loops["default"]),
        "loop_ms": {key: {n: round(1e3 * p["seconds"] / LOOPED) for n, p in v.items()} for key, v in loops.items()},
    }
    for name, result in alone.items():
        own = 1e3 * result["seconds"] / pairs
        figures[f"{name} alone"] = {
            "ours_ms_a_pair": round(own),
            **{key: round(1e3 * value[name]["seconds"] / LOOPED / own, 2) for key, value in loops.items()},
        }
    for name, value in figures.items():
        print(f"  {name}: {json.dumps(value)}")
    return figures


if __name__ == "__main__":
    main()
