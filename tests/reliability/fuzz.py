"""Coverage-guided fuzzing of what strangers hand over: label lists, configurations, images. A process of its own (atheris).

``python fuzz.py labels|config|images [options of libFuzzer] CORPUS`` runs until an input raises anything but the errors that
are meant for users, or hangs. ``test_fuzz`` starts it for some seconds with seeds.
"""

import math
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["benchmark"]):
    from benchmark.config.models import EvaluateConfig, RunConfig
    from benchmark.config.source import parse, read_source
    from benchmark.config.training import TrainConfig
    from benchmark.core.errors import UserError
    from benchmark.data import labels
    from benchmark.images import read

PLACE = Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))


def meant_for_users(function: Callable[[], Any], *, lines: int = 1) -> Any:
    """What a function gives; ``None`` where it refuses in at most so many lines. Anything else it raises is a find."""
    try:
        return function()
    except UserError as error:
        said = str(error)
    if said.count("\n") >= lines or len(said) > 2000 * lines:
        raise RuntimeError(f"too long for a user: {said}")
    return None


def fuzz_labels(data: bytes) -> None:
    """Any bytes as a label list."""
    file = PLACE / "Label_train_list.txt"
    file.write_bytes(data)
    found = meant_for_users(lambda: labels.read_labels(file), lines=labels.MAX_PROBLEMS + 1)
    for label in found.labels if found is not None else ():
        assert ".." not in Path(label.name).parts
        assert not Path(label.name).is_absolute()
        assert math.isfinite(label.score)


def fuzz_config(data: bytes) -> None:
    """Any bytes as a configuration file, and as a setting."""
    file = PLACE / "config.yaml"
    file.write_bytes(data)
    for model in (RunConfig, TrainConfig, EvaluateConfig):
        meant_for_users(lambda model=model: parse(model, read_source(file)), lines=20)  # type: ignore[misc]
    meant_for_users(lambda: parse(EvaluateConfig, read_source({}, [data.decode(errors="replace")])), lines=20)


def fuzz_images(data: bytes) -> None:
    """Any bytes as an image file."""
    image = meant_for_users(lambda: read.decode(data, name="x.png", max_pixels=250_000))
    if image is not None:
        assert image.ndim == 3
        assert image.shape[0] == 3
        assert image.min() >= 0
        assert image.max() <= 1


TARGETS = {"labels": fuzz_labels, "config": fuzz_config, "images": fuzz_images}

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
