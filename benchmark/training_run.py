"""``train``: a configuration to a trained checkpoint. Wires data, method, weights and the loop; torch only inside.

Neighbour of ``pipeline``, which does the same for ``run``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmark import atomic, contract_check, data, files, places, provenance, registry, weights
from benchmark.config import TrainConfig
from benchmark.config_file import Source, absolute, parse, read_source
from benchmark.contracts import Trainable
from benchmark.data import Data
from benchmark.errors import ConfigError
from benchmark.hashes import FileHashes
from benchmark.options import check_options, options_model, plain_options
from benchmark.pipeline import add_plugin_folders
from benchmark.scoring.process import tune_allocator
from benchmark.statistics import compiled
from benchmark.training.splits import Division, divide


def train(
    config: str | Path | Mapping[str, Any], *, settings: Sequence[str] = (), console: Console | None = None
) -> Path:
    """Train a method, going on where an earlier call was interrupted.

    Args:
        config: path of a configuration file, or a mapping.
        settings: ``key=value`` with dots, as ``--set`` takes them.
        console: where progress goes; silent by default.

    Returns:
        The folder of checkpoints: ``best.pt``, ``last.pt``, ``epoch_N.pt``, ``history.csv``, ``history.png``.

    Raises:
        UserError: the configuration, the data, the weights or an earlier checkpoint can't be used.
    """
    console = console or Console(quiet=True)
    source = read_source(config, settings)
    parsed = parse(TrainConfig, source)
    add_plugin_folders([absolute(folder, source.folder(("plugins",))) for folder in parsed.plugins])
    method, options = _method(parsed, source)
    loaded = data.load(parsed.dataset, source, None)
    section = parsed.train
    division = divide(
        loaded.table, section.split, section.validate_, section.seed, lower_mos_better=loaded.lower_mos_better
    )
    directory = absolute(parsed.checkpoints_dir, source.folder(("checkpoints_dir",)))
    closed = places.why_no_output(directory, (), ())
    if closed:
        raise ConfigError(f"{source.where(('checkpoints_dir',))}: checkpoints_dir: {closed}")
    weights_dir = parsed.weights_dir and absolute(parsed.weights_dir, source.folder(("weights_dir",)))
    wanted = list(method.weights())
    strict = parsed.unpublished_weights == "refuse"
    found = weights.ensure(wanted, weights_dir=weights_dir, offline=parsed.offline, strict=strict)
    os.environ.update(weights.environment(wanted, found, directory / "weights"))
    device = parsed.device
    if device == "auto":
        device = "cuda" if provenance.cuda_at_hand() else "cpu"
    about = _about(parsed, method, options, loaded, division, directory)
    return _run(parsed, method, loaded, division, device, directory, about, console)


def _method(parsed: TrainConfig, source: Source) -> tuple[Trainable, dict[str, Any]]:
    """The method with its options; ``crop_size`` and ``flip`` may stand under ``train`` too.

    Raises:
        ConfigError: no such method, one that does not learn, or a wrong option.
    """
    found = registry.methods().load(parsed.method.name)
    if not issubclass(found, Trainable):
        raise ConfigError(f"{source.where(('method',))}: {parsed.method.name!r} has nothing to train")
    given = dict(parsed.method.options)
    for name in ("crop_size", "flip"):
        value = getattr(parsed.train, name)
        if value is not None and name in options_model(found).model_fields:
            given.setdefault(name, value)
    options = check_options(found, given, source, ("method",))
    method = found(**options)
    assert isinstance(method, Trainable)
    contract_check.check_method(method)
    return method, options


def _about(
    parsed: TrainConfig,
    method: Trainable,
    options: Mapping[str, Any],
    loaded: Data,
    division: Division,
    directory: Path,
) -> dict[str, Any]:
    """What every checkpoint of this run states about itself, as plain values."""
    hashes = FileHashes(directory / "files.json")

    def references(table: Any) -> dict[str, str]:
        paths = dict(zip(table["reference"], table["reference_path"], strict=True))
        return {str(name): hashes.sha256(Path(path)) for name, path in paths.items()}

    about = {
        "method": method.info.name,
        "identity": dict(method.identity()),
        "label_scaling": {
            "low": division.scaling.low,
            "high": division.scaling.high,
            "lower_mos_better": division.scaling.lower_mos_better,
        },
        "pairs_sha256": division.sha256,
        "train": json.loads(parsed.train.model_dump_json(by_alias=True)),
        "method_options": plain_options(options),
        "dataset": loaded.name,
        "simulated_labels": loaded.simulated,
        "training_references": references(division.train),
        "selected_on": {"split": division.selected_on, "references": references(division.validation)},
        "versions": provenance.versions({"torch", "torchvision", "timm", "numpy", "efid-bench"}),
        "commit": provenance.commit(),
    }
    hashes.save()
    return about


def _run(
    parsed: TrainConfig,
    method: Trainable,
    loaded: Data,
    division: Division,
    device: str,
    directory: Path,
    about: Mapping[str, Any],
    console: Console,
) -> Path:
    tune_allocator()
    compiled.settle()
    import torch  # noqa: PLC0415 - everything that the user may have to mend was checked before

    from benchmark.training import loop, parallel  # noqa: PLC0415

    if parsed.threads is not None:
        torch.set_num_threads(parsed.threads)
    ranks = parallel.join(device)
    if device == "cuda" and ranks.size > 1:
        device = f"cuda:{int(os.environ.get('LOCAL_RANK', '0'))}"
    torch.manual_seed(parsed.train.seed)
    module = method.build(device)
    if parsed.train.channels_last:
        module = module.to(memory_format=torch.channels_last)
    count = sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
    if ranks.first:
        directory.mkdir(parents=True, exist_ok=True)
        console.print(
            f"{method.info.title}: {count:,} trained parameters, {len(division.train)} pairs, validated on "
            f"{len(division.validation)} pairs of {division.validation['reference'].nunique()} other references",
            highlight=False,
            soft_wrap=True,
        )
    job = loop.Job(method, module, division, parsed.train, loaded.sizes, device, directory, about, ranks, console)
    loop.train(job)
    if ranks.first:
        _plot(directory, method.info.title)
    parallel.leave(ranks)
    return directory


def _plot(directory: Path, title: str) -> None:
    import pandas as pd  # noqa: PLC0415

    from benchmark.report.plots import history  # noqa: PLC0415 - matplotlib is slow to import
    from benchmark.report.plots.style import Plot  # noqa: PLC0415

    table = pd.read_csv(directory / "history.csv", **files.EXACT)
    drawn = Plot("history", f"Training of {title}", "", partial(history.draw, table, title))
    atomic.write_bytes(directory / "history.png", drawn.save("png"))
    atomic.write_bytes(directory / "history.pdf", drawn.save("pdf"))
