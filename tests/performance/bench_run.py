"""``run`` against the loop over pyiqa that a user would write: ten methods, real photographs of 512 px, the same machine.

The loop scores 24 of the 120 pairs (each metric apart, once with glibc's allocator as it is and once tuned as in a
worker) and is taken on to 120; ``run`` scores all of them. Each side's start is counted. Scores of the 24 are compared.
"""

import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

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
    """An EFID-shaped set of real photographs, where they are at hand, repeated under other names to the number wanted.

    Repeated ones are made smaller once, to twice the size wanted: cutting out the eye takes seconds at full size.
    """
    from benchmark.simulation import write_demo

    photos = PHOTOGRAPHS if PHOTOGRAPHS.is_dir() else None
    if photos is not None and references > len(list(photos.glob("*.*"))):
        files = sorted(path for path in photos.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
        photos = root.parent / "photographs"
        photos.mkdir()
        for number, source in enumerate(files[:references]):
            with Image.open(source) as photograph:
                photograph.thumbnail((2 * size, 2 * size), Image.Resampling.LANCZOS)
                photograph.save(photos / f"{number:04d}.png", compress_level=1)
        for number in range(len(files), references):
            os.symlink(photos / f"{number % len(files):04d}.png", photos / f"{number:04d}.png")
    write_demo(root, references=references, size=size, photos=photos, seed=0)


def run(place: Path, output: str, *settings: str, launch: tuple[str, ...] = ()) -> dict[str, Any]:
    """Our command on the data at ``place``: seconds of scoring (printed) and of all, peak memory, scores."""
    options = [part for setting in settings for part in ("--set", setting)]
    start = [sys.executable, *launch, str(ROOT / "run_benchmark.py"), "run", str(place / "run.yaml")]
    wrapper = (
        "import json,resource,subprocess,sys; done=subprocess.run(sys.argv[1:], stderr=subprocess.PIPE, text=True); "
        "peak=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024; "
        "sys.stderr.write(json.dumps([done.returncode, peak, done.stderr]))"
    )
    command = [sys.executable, "-c", wrapper, *start, "--output", str(place / output), *options]
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall = time.perf_counter() - begin
    status, peak, said = json.loads(done.stderr)
    if status != 0:
        raise SystemExit(f"run ended with {status}: {said}")
    seconds = re.search(r"computed in ([\d.]+) s", said)
    scores = pd.read_csv(place / output / "scores.csv")
    spent = float(seconds.group(1)) if seconds else 0.0
    return {"seconds": spent, "wall": wall, "peak_mib": round(peak), "scores": scores}


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


def loop_seconds(loops: dict[str, Any], metrics: list[str], pairs: int) -> float:
    """What the loop takes for so many pairs: imports once, each metric's building, then pair by pair."""
    parts = [loops[name] for name in metrics]
    each = sum(part["seconds"] / LOOPED for part in parts)
    return float(parts[0]["imported"] + sum(part["built"] for part in parts) + pairs * each)


def decoding(place: Path) -> dict[str, Any]:
    """Milliseconds an image, best of four: this reader against pyiqa's, allocator tuned, one and two threads each."""
    script = (
        "import sys, time, json\nfrom pathlib import Path\nfrom benchmark.scoring import process\nprocess.tune_allocator()\n"
        "import torch\nfrom benchmark.scoring.read_ahead import Reader\n"
        "from pyiqa.utils.img_util import imread2tensor\n"
        "files, found = sys.argv[1:], {}\n"
        "for threads in (1, 2):\n"
        "    torch.set_num_threads(threads)\n    reader = Reader(threads)\n"
        "    readers = {'ours': lambda reader=reader: reader.read(files),\n"
        "               'pyiqa': lambda: [imread2tensor(file) for file in files]}\n"
        "    for turn in range(4):\n"
        "        for name, read in readers.items():\n"
        "            begin = time.perf_counter()\n            read()\n"
        "            spent = 1e3 * (time.perf_counter() - begin) / len(files)\n"
        "            found.setdefault(f'{name} {threads}', []).append(round(spent, 1))\n"
        "print(json.dumps({name: min(times) for name, times in found.items()}))"
    )
    kinds = {"PNG of 512 px": sorted((place / "data").rglob("*.png"))[:60]}
    if PHOTOGRAPHS.is_dir():
        kinds["photographs"] = [file for file in sorted(PHOTOGRAPHS.iterdir()) if file.suffix in {".jpg", ".jpeg"}]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = {}
    for kind, files in kinds.items():
        command = [sys.executable, "-c", script, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        times = json.loads(done.stdout.strip().splitlines()[-1])
        one, two = (times[f"pyiqa {threads}"] / times[f"ours {threads}"] for threads in (1, 2))
        pair = 1 + 1 / 6  # an enhanced image and a sixth of its reference
        faster = {"an image": one, "two threads": two, "one method": one * 2 / pair, "ten methods": one * 20 / pair}
        found[kind] = {**times, "times faster": {what: round(value, 1) for what, value in faster.items()}}
    return found


def main() -> dict[str, Any]:
    """Measure; print and return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        prepare(place, REFERENCES, SIZE, METHODS)
        first = run(place, "ours")
        some = first["scores"].head(LOOPED)
        loops = {allocator: loop(place, some, allocator) for allocator in ("default", "tuned")}
        second = run(place, "again")
        alone = {name: run(place, f"only_{name}", f"methods=[{name}]") for name in ("psnr", "lpips", "dists")}
        decoded = decoding(place)
    pairs = len(first["scores"])
    ours = (first["seconds"] + second["seconds"]) / 2
    totals = {key: loop_seconds(value, METHODS, pairs) for key, value in loops.items()}
    figures: dict[str, Any] = {
        "pairs": pairs,
        "ours_ms_a_pair": [round(1e3 * part["seconds"] / pairs) for part in (first, second)],
        "loop_ms_a_pair": {key: round(1e3 * value / pairs) for key, value in totals.items()},
        "times_faster": {key: round(value / ours, 2) for key, value in totals.items()},
        "peak_mib": first["peak_mib"],
        "greatest_difference": difference(first["scores"], loops["default"]),
        "loop_ms": {key: {n: round(1e3 * p["seconds"] / LOOPED) for n, p in v.items()} for key, v in loops.items()},
        "decoding_ms": decoded,
    }
    for name, result in alone.items():
        figures[f"{name} alone"] = {
            "ours_ms_a_pair": round(1e3 * result["seconds"] / pairs),
            **{key: round(loop_seconds(value, [name], pairs) / result["seconds"], 2) for key, value in loops.items()},
        }
    for name, value in figures.items():
        print(f"  {name}: {json.dumps(value)}")
    return figures


if __name__ == "__main__":
    main()
