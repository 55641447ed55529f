"""``train``: from a configuration to a trained checkpoint, step by step. Torch is imported once everything is checked."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmark.commands import front
from benchmark.config.source import Source, absolute, parse, read_source
from benchmark.config.training import TrainConfig
from benchmark.core import atomic, owner, places, provenance
from benchmark.core.errors import ConfigError, PluginError, UserError
from benchmark.core.hashes import sha256_file
from benchmark.data import load
from benchmark.data.load import Data
from benchmark.evaluation import foresight
from benchmark.plugins import checkpoints, contract_check, named_folders, registry, weights
from benchmark.plugins.checkpoint_content import CheckpointContent, Circumstances
from benchmark.plugins.contracts import Trainable, WeightFile
from benchmark.plugins.options import check_options, options_model
from benchmark.results import csv_files
from benchmark.scoring import torchrun
from benchmark.scoring.process import tune_allocator
from benchmark.statistics import compiled
from benchmark.training import agreement, course, statement
from benchmark.training.agreement import Start
from benchmark.training.splits import Division, divide


@dataclass(frozen=True, slots=True)
class PreparedTraining:
    """A training's configuration with everything that it names located and checked, before anything heavy is imported.

    Attributes:
        config: the configuration.
        method: the method, built.
        options: the method's options as given.
        data: the data set.
        division: the training and validation pairs.
        directory: where checkpoints go.
        weights_dir: where weight files are looked for first.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
    """

    config: TrainConfig
    method: Trainable
    options: Mapping[str, Any]
    data: Data
    division: Division
    directory: Path
    weights_dir: Path | None
    device: str

    def about(self, weight_hashes: Mapping[str, str], *, remember: bool = True) -> CheckpointContent:
        """What every checkpoint of this training states (``training.statement``)."""
        return statement.about(
            self.config, self.method, self.options, self.data, self.division, self.directory, weight_hashes,
            remember=remember,
        )  # fmt: skip


def train(
    config: str | Path | Mapping[str, Any], *, settings: Sequence[str] = (), console: Console | None = None
) -> Path:
    """Train a method, resuming where an earlier call was interrupted.

    Args:
        config: path of a configuration file, or a mapping.
        settings: ``key=value`` with dotted keys, as for ``--set``.
        console: where progress is shown; silent by default.

    Returns:
        The folder of checkpoints: ``best.pt``, ``last.pt``, ``epoch_N.pt``, ``history.csv``, ``history.png``.

    Raises:
        UserError: the configuration, the data, the weights or an earlier checkpoint can't be used.
    """
    console = console or Console(quiet=True)
    prepared = prepare(read_source(config, settings))
    words = f"train of {config}" if isinstance(config, (str, Path)) else "train of a configuration in Python"
    with _possession(prepared.directory, words) as own:
        return _train(prepared, console, own)


def _possession(directory: Path, words: str) -> AbstractContextManager[owner.Ownership | None]:
    """Possession of the folder of checkpoints, for a job's first process, so that two trainings don't mix their files.

    Raises:
        UserError: another training uses the folder, or it would replace a file there that no training wrote.
    """
    for path in [directory / name for name in ("best.pt", "last.pt")]:
        if path.exists() and zipfile.is_zipfile(path) and checkpoints.summary(path).get("format") != checkpoints.FORMAT:
            raise UserError(
                f"{path}: is no checkpoint of this tool and would be replaced; take another checkpoints_dir"
            )
    stranger = course.stranger(directory)
    if stranger is not None:
        raise UserError(
            f"{stranger}: was not written by a training and would be replaced; take another checkpoints_dir"
        )
    if not torchrun.is_first():
        return nullcontext()
    atomic.clear_abandoned(directory)
    return owner.sole_owner(directory, words, remedy="take another checkpoints_dir")


def _train(prepared: PreparedTraining, console: Console, own: owner.Ownership | None) -> Path:
    """Train in a folder that this process owns."""
    parsed, directory = prepared.config, prepared.directory
    wanted = contract_check.weights_of(prepared.method)
    strict = parsed.unpublished_weights == "refuse"
    files = weights.ensure(wanted, weights_dir=prepared.weights_dir, offline=parsed.offline, strict=strict)
    about = prepared.about(weight_hashes(prepared.method, list(zip(wanted, files, strict=True))))
    twice = statement.seen_twice(about)
    if twice and prepared.division.selected_on:
        raise ConfigError(f"train.validate: {twice}")
    if twice:
        console.print(f"warning: {twice}", highlight=False, markup=False, soft_wrap=True)
    start = agreement.choose(directory, parsed.train, about)
    summary = checkpoints.summary(start.path) if start.path is not None else {}
    if start.path is not None and summary:  # an unreadable one is reported when its tensors are read
        agreement.check_same(start.path, summary, about)
    with _environment(weights.environment(wanted, files, directory / "weights")):
        return _run(prepared, about, start, console, own)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables inside the body only, since a notebook continues after a training."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def prepare(source: Source) -> PreparedTraining:
    """Check everything that can be checked before weights are located; imports no torch.

    Raises:
        UserError: the configuration or the data can't be used.
    """
    parsed = parse(TrainConfig, source)
    named_folders.use(named_folders.absolute(parsed.plugins, source))
    method, options = build_method(parsed, source)
    device = usable_device(parsed, source)
    loaded = load.load(parsed.dataset, source, None, offline=parsed.offline)
    section = parsed.train
    with source.placing():
        division = divide(
            loaded.table, section.split, section.validate_, section.seed, lower_mos_better=loaded.lower_mos_better
        )
    directory = absolute(parsed.checkpoints_dir, source, ("checkpoints_dir",))
    lacking = places.why_no_temporary()
    if lacking:
        raise ConfigError(lacking)
    closed = places.why_no_output(directory, (), ())
    if closed:
        raise ConfigError(f"{source.where(('checkpoints_dir',))}: checkpoints_dir: {closed}")
    weights_dir = parsed.weights_dir and absolute(parsed.weights_dir, source, ("weights_dir",))
    foresight.refuse_weights_dir(weights_dir, [method], source)
    return PreparedTraining(parsed, method, options, loaded, division, directory, weights_dir, device)


def usable_device(parsed: TrainConfig, source: Source) -> str:
    """The device to train on.

    Raises:
        ConfigError: the device is not on this machine, or mixed precision was asked for without a GPU.
    """
    device = parsed.device
    if device == "auto":
        device = "cuda" if provenance.cuda_at_hand() else "cpu"
    unusable = provenance.why_no_device(device)
    if unusable:
        raise ConfigError(f"{source.named(('device',))}: {unusable}")
    if parsed.train.amp and device == "cpu":
        raise ConfigError(f"{source.where(('train', 'amp'))}: train.amp needs a CUDA device; the device is cpu")
    return device


def weight_hashes(method: Trainable, files: Sequence[tuple[WeightFile, Path]]) -> dict[str, str]:
    """SHA-256 of each file, published or the user's own, that training reads its frozen parts from.

    Raises:
        OSError: a file can't be read.
    """
    own = {role: Path(place) for role, place in contract_check.files_of(method).items() if role != "checkpoint"}
    return {
        **{weight.full_name: sha256_file(path) for weight, path in files},
        **{role: sha256_file(path) for role, path in own.items()},
    }


def build_method(parsed: TrainConfig, source: Source) -> tuple[Trainable, dict[str, Any]]:
    """Build the method with its options; ``crop_size`` and ``flip`` may be given under ``train`` or under ``method``.

    Raises:
        ConfigError: the method is unknown or does not learn, an option is wrong, or is given twice with different values.
    """
    try:
        method_type = registry.methods().load(parsed.method.name, parsed.method.options)
    except PluginError as error:
        raise ConfigError(f"{source.where(('method',))}: {error}") from None
    if not issubclass(method_type, Trainable):
        raise ConfigError(f"{source.where(('method',))}: {parsed.method.name!r} has nothing to train")
    known = options_model(method_type).model_fields
    given = dict(parsed.method.options)
    for name in sorted(statement.ELSEWHERE):
        value = getattr(parsed.train, name)
        if value is None:
            continue
        where = source.where(("train", name))
        if name not in known:
            raise ConfigError(f"{where}: train.{name}: the method {parsed.method.name!r} has no option {name!r}")
        if given.setdefault(name, value) != value:
            raise ConfigError(f"{where}: train.{name} is {value}, but method.{name} is {given[name]}: keep one of them")
    options = check_options(method_type, given, source, ("method",))
    try:
        method = method_type(**options)
    except UserError as error:
        raise ConfigError(f"{source.where(('method',))}: {error}") from None
    assert isinstance(method, Trainable)
    contract_check.check_method(method)
    reason = contract_check.why_untrainable(method)
    if reason is not None:
        raise ConfigError(f"{source.where(('method',))}: {reason}")
    return method, options


def _run(
    prepared: PreparedTraining, about: CheckpointContent, start: Start, console: Console, own: owner.Ownership | None
) -> Path:
    tune_allocator()
    compiled.settle()
    import torch

    from benchmark.training import loop, parallel

    parsed, method, division, device = prepared.config, prepared.method, prepared.division, prepared.device
    if parsed.threads is not None:
        torch.set_num_threads(parsed.threads)
    group = parallel.join(device)
    if device == "cuda" and group.size > 1:
        device = f"cuda:{int(os.environ.get('LOCAL_RANK', '0'))}"
    torch.manual_seed(parsed.train.seed)
    module = method.build(device)
    if parsed.train.channels_last:
        module = module.to(memory_format=torch.channels_last)
    count = sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
    if group.first:
        prepared.directory.mkdir(parents=True, exist_ok=True)
        sentence = f"{method.info.title}: {count:,} trained parameters, {description(division)}"
        console.print(sentence, highlight=False, markup=False, soft_wrap=True)
    circumstances: Circumstances = {
        "device": device.partition(":")[0],
        "processes": group.size,
        "threads": torch.get_num_threads(),
        "code": about["code"],
    }
    about = {**about, "circumstances": circumstances}
    job = loop.Job(
        method, module, division, parsed.train, prepared.data.sizes, device, prepared.directory, about, start, group,
        console, own.confirm if own is not None else (lambda: None),
    )  # fmt: skip
    loop.train(job)
    if group.first:
        _plot(prepared.directory, method.info.title)
    parallel.leave(group)
    return prepared.directory


def description(division: Division) -> str:
    """A sentence on the training and validation pairs."""
    validated = division.validation
    sentence = f"{len(division.train)} pairs of {division.train['reference'].nunique()} references"
    if validated.empty:
        return f"{sentence}, not validated: best.pt is the last epoch's"
    sentence += f", validated on {len(validated)} pairs of {validated['reference'].nunique()} other references"
    if validated["mos"].nunique() < 2:
        sentence += "; these have a single label, so that no correlation is defined and best.pt is the last epoch's"
    return sentence


def _plot(directory: Path, title: str) -> None:
    import pandas as pd

    from benchmark.report.plots.kinds import history
    from benchmark.report.plots.style import Plot

    table = pd.read_csv(directory / "history.csv", **csv_files.EXACT)
    drawn = Plot("history", f"Training of {title}", "", partial(history.draw, table, title))
    atomic.write_bytes(directory / "history.png", drawn.save("png"))
    atomic.write_bytes(directory / "history.pdf", drawn.save("pdf"))


@front.guarded
def command(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A configuration with `method` and `train`.")],
    set_: front.Settings = None,
) -> int:
    """Train a learned method; the same command goes on where it was interrupted."""
    out, err = front.consoles()
    directory = train(config, settings=set_ or (), console=err)
    out.print(f"checkpoint: {directory / 'best.pt'}", soft_wrap=True, highlight=False, markup=False)
    return 0
