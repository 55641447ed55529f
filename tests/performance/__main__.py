"""``make bench``: runs every ``bench_*.py`` beside this file and keeps its figures in ``results/performance/*.json``.

Each benchmark has ``main()``, which prints a table and returns its figures. Ratios are measured side by side in one run.
"""

import importlib.util
import json
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def run(file: Path, folder: Path) -> None:
    """Run one benchmark and write its figures."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    sys.argv = [str(file)]  # a benchmark with options of its own sees none of ours
    print(f"\n== {file.stem.removeprefix('bench_')} ==", flush=True)
    figures = module.main()
    record = {"machine": platform.platform(), "processor": platform.machine(), "figures": figures}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=2, default=str)
    (folder / f"{file.stem.removeprefix('bench_')}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    wanted = set(sys.argv[1:])
    for benchmark in sorted(HERE.glob("bench_*.py")):
        if not wanted or benchmark.stem.removeprefix("bench_") in wanted:
            run(benchmark, HERE.parent.parent / "results" / "performance")
