"""A GPU's pairs a second for five methods, its busy share, agreement with the CPU, and which limit holds.

Not measured where no CUDA device is at hand; ``EFID_BENCH_DEVICE=cpu`` tries the benchmark itself. Starts are not
counted: the clock runs from the first finished reference to the last. Weights are test-made.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from benchmark.images.sizes import SizePolicy
from benchmark.plugins import checkpoints
from benchmark.plugins.checkpoint_content import LabelScale
from benchmark.plugins.methods.sdmp_net import SDMPNet
from benchmark.scoring.messages import MethodTask, PairTask, ReferenceGroup, Setup
from benchmark.scoring.read_ahead import ON_CUDA, Reader
from benchmark.scoring.supervisor import Failed, GroupDone, Scored, Supervisor
from benchmark.scoring.work import CUDA_WORKERS
from tests.performance.bench_run import prepare
from tests.performance.bench_sdmp_net import plain_module

METHODS = ("psnr", "ssim", "lpips", "dists", "sdmp-net")
SIZE = 512
SHARE = 0.7
"""Of a limit's rate that has to be reached for it to be named."""


def write_checkpoint(file: Path) -> None:
    """SDMP-Net as published, its layers all at work, untrained, backbones included."""
    method = SDMPNet(pretrained=False)
    plain_module().enliven(method.build("cpu"))
    scaling: LabelScale = {"low": 1.0, "high": 5.0, "lower_mos_better": False}
    checkpoints.write(
        file, {"identity": dict(method.identity()), "state": dict(method.state()), "label_scaling": scaling}
    )


def groups(data: Path, references: int, method: str) -> Iterator[ReferenceGroup]:
    """References with their six enhanced images."""
    for number, reference in enumerate(sorted((data / "train_ref").iterdir())[:references]):
        files = sorted((data / "train_eha").glob(f"{reference.stem}_*"))
        tasks = tuple(PairTask(file.name, str(file), "") for file in files)
        yield ReferenceGroup(number, str(reference), "", tasks, {method: tuple(task.pair for task in tasks)})


@dataclass
class BusyShare:
    """What ``nvidia-smi`` says about the share of time in which kernels ran, ten times a second."""

    samples: list[tuple[float, float]] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Take samples while the body runs."""
        query = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "100"]
        with subprocess.Popen(query, stdout=subprocess.PIPE, text=True) as process:
            thread = threading.Thread(target=self._listen, args=(process,), daemon=True)
            thread.start()
            try:
                yield
            finally:
                process.kill()
                thread.join()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            first = line.split(",")[0].strip()
            if first.isdigit():
                self.samples.append((time.perf_counter(), int(first) / 100))

    def between(self, begin: float, end: float) -> float | None:
        """Its mean over a span of time; ``None`` without samples."""
        inside = [share for moment, share in self.samples if begin <= moment <= end]
        return round(sum(inside) / len(inside), 2) if inside else None


def measure(place: Path, method: str, references: int, device: str, workers: int) -> dict[str, Any]:
    """Pairs a second, busy share and scores of one method."""
    options = {"checkpoint": str(place / "sdmp.pt"), "pretrained": False} if method == "sdmp-net" else {}
    setup = Setup(
        methods=(MethodTask(method, method, options),),
        plugin_folders=(),
        sizes=asdict(SizePolicy()),
        device=device,
        threads=1 if device != "cpu" else max(1, (os.cpu_count() or 1) // workers),
        seed=0,
        environment={"TORCH_HOME": str(place), "HF_HUB_OFFLINE": "1"},
    )
    scores: dict[str, float] = {}
    done: list[tuple[float, int]] = []
    busy = BusyShare()
    with busy.watching() if device != "cpu" and shutil.which("nvidia-smi") else nullcontext():
        for event in Supervisor(setup, workers, 1800.0).run(groups(place / "data", references, method)):
            if isinstance(event, Scored):
                scores[event.pair] = event.value
            elif isinstance(event, GroupDone):
                done.append((time.perf_counter(), len(event.group.pairs)))
            elif isinstance(event, Failed):
                raise SystemExit(f"{method} on {device}: {event.pair}: {event.reason}")
    begin, end = done[0][0], done[-1][0]
    rate = sum(pairs for _, pairs in done[1:]) / max(end - begin, 1e-9)
    return {"rate": rate, "busy": busy.between(begin, end), "scores": scores}


def decoding_rate(data: Path) -> float:
    """Pairs a second that all workers' readers decode when nothing else runs."""
    batches = [list(group.files()) for group in groups(data, 20, "")]
    readers = [Reader(ON_CUDA) for _ in range(CUDA_WORKERS)]
    for reader in readers:
        reader.read(batches[0])

    def work(reader: Reader) -> None:
        for files in batches:
            reader.read(files)

    begin = time.perf_counter()
    threads = [threading.Thread(target=work, args=(reader,)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CUDA_WORKERS * 6 * len(batches) / (time.perf_counter() - begin)


def transfer_rate(device: str) -> float:
    """Pairs a second whose enhanced image is pinned and copied to the device, six at once."""
    images = torch.rand(6, 3, SIZE, SIZE)
    turns = 50
    for count in (3, turns):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(count):
            images.pin_memory().to(device, non_blocking=True)
        torch.cuda.synchronize()
    return turns * 6 / (time.perf_counter() - begin)


def limit(rate: float, busy: float | None, limits: dict[str, float]) -> str:
    """The first of decoding, transfer and arithmetic that the rate comes near to."""
    near = [name for name, most in limits.items() if rate >= SHARE * most]
    if near:
        return near[0]
    if busy is None:
        return "not known"
    return "arithmetic" if busy >= SHARE else "starting kernels: the GPU waits for the workers"


def figures(place: Path, device: str, references: int) -> dict[str, Any]:
    """All methods' figures on a device."""
    limits = {"decoding": decoding_rate(place / "data")}
    if device != "cpu":
        limits["transfer"] = transfer_rate(device)
    found: dict[str, Any] = {"limits, pairs a second": {name: round(rate, 1) for name, rate in limits.items()}}
    for method in METHODS:
        fast = measure(place, method, references, device, CUDA_WORKERS)
        slow = measure(place, method, 2, "cpu", 1)["scores"]
        found[method] = {
            "pairs a second": round(fast["rate"], 2),
            "busy": fast["busy"],
            "difference from the CPU": max(abs(fast["scores"][pair] - value) for pair, value in slow.items()),
            "limit": limit(fast["rate"], fast["busy"], limits),
        }
        print(f"  {method}: {found[method]}", flush=True)
    return found


def main() -> dict[str, Any]:
    """Measure; print and return the figures."""
    device = os.environ.get("EFID_BENCH_DEVICE", "cuda")
    references = int(os.environ.get("EFID_BENCH_REFERENCES", "50"))
    if device not in ("cpu", "cuda"):
        sys.exit(f"EFID_BENCH_DEVICE={device}: neither cpu nor cuda")
    if device != "cpu" and not torch.cuda.is_available():
        print("  no CUDA device is at hand: not measured")
        return {"not measured": "no CUDA device was at hand"}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        prepare(place, 2 * references, SIZE, list(METHODS))
        write_checkpoint(place / "sdmp.pt")
        name = torch.cuda.get_device_name() if device != "cpu" else "CPU"
        return {"device": name, "references": references, **figures(place, device, references)}


if __name__ == "__main__":
    main()
