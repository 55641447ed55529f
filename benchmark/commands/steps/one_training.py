"""One training, step by step: weights, the checkpoint to go on from, the loop. Torch is imported after all checks."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmark.config.source import Source
from benchmark.config.training import TrainConfig
from benchmark.core import atomic, owner, provenance
from benchmark.core.errors import ConfigError, PluginError, UserError
from benchmark.core.hashes import FileHashes, sha256_file
from benchmark.data.load import Data
from benchmark.images import code as image_code
from benchmark.plugins import checkpoints, contract_check, registry, weights
from benchmark.plugins.checkpoint_content import CheckpointContent, Circumstances
from benchmark.plugins.contracts import Trainable, WeightFile
from benchmark.plugins.options import check_options, construct, options_model
from benchmark.results import csv_files
from benchmark.scoring import torchrun
from benchmark.scoring.process import tune_allocator
from benchmark.statistics import compiled
from benchmark.training import agreement, course, statement
from benchmark.training.agreement import Start
from benchmark.training.splits import Division

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.training.job import Shelf

KEPT_FEATURES = "kept_features"
"""The folder of features that trainings share, beside their checkpoints."""


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
        tested: the pairs that are tested with its checkpoint, where a study knows them; never trained on.
        watch: whether the epoch that is best on these is kept too.
        stated: what its checkpoints state beside, or instead of, what follows from the data set.
        memory: where hashes of files are kept that several trainings share; ``None`` for its own folder.
    """

    config: TrainConfig
    method: Trainable
    options: Mapping[str, Any]
    data: Data
    division: Division
    directory: Path
    weights_dir: Path | None
    device: str
    tested: pd.DataFrame | None = None
    watch: bool = False
    stated: CheckpointContent = field(default_factory=CheckpointContent)
    memory: Path | None = None

    def about(self, weight_hashes: Mapping[str, str], *, remember: bool = True) -> CheckpointContent:
        """What every checkpoint of this training states (``training.statement``)."""
        memory = self.memory or self.directory
        content = statement.about(
            self.config, self.method, self.options, self.data, self.division, memory, weight_hashes, remember=remember
        )
        if self.tested is not None:
            content["tested_on"] = statement.tested_on(self.tested, self.data, memory, remember=remember)
        return {**content, **self.stated}


def possession(directory: Path, words: str, *, alone: bool = False) -> AbstractContextManager[owner.Ownership | None]:
    """Possession of the folder of checkpoints, for a job's first process, so that two trainings don't mix their files.

    Args:
        directory: the folder.
        words: what is done there.
        alone: whether this process trains by itself, also as one of several of ``torchrun``.

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
    if not alone and not torchrun.is_first():
        return nullcontext()
    atomic.clear_abandoned(directory)
    return owner.sole_owner(directory, words, remedy="take another checkpoints_dir")


def train_owned(
    prepared: PreparedTraining, console: Console, own: owner.Ownership | None, *, alone: bool = False
) -> Path:
    """Train in a folder that this process owns; ``alone``, also as one of several processes of ``torchrun``."""
    parsed, directory = prepared.config, prepared.directory
    wanted = contract_check.weights_of(prepared.method)
    strict = parsed.unpublished_weights == "refuse"
    files = weights.ensure(wanted, weights_dir=prepared.weights_dir, offline=parsed.offline, strict=strict)
    about = prepared.about(weight_hashes(prepared.method, list(zip(wanted, files, strict=True))))
    _refuse_tested(prepared, about)
    twice = statement.seen_twice(about)
    if twice and prepared.division.selected_on:
        raise ConfigError(f"train.validate: {twice}")
    if twice:
        console.print(f"warning: {twice}", highlight=False, markup=False, soft_wrap=True)
    start = agreement.choose(directory, parsed.train, about)
    summary = checkpoints.summary(start.path) if start.path is not None else {}
    if start.path is not None and summary:  # an unreadable one is reported when its tensors are read
        agreement.check_same(start.path, summary, about)
    with environment(weights.environment(wanted, files, directory / "weights")):
        return _run(prepared, about, start, console, own, alone=alone)


def _refuse_tested(prepared: PreparedTraining, about: CheckpointContent) -> None:
    """Refuse to train on photographs that are tested, under other names.

    Raises:
        ConfigError: names both files.
    """
    found = statement.tested_twice(about)
    if found is None:
        return
    paths = [
        dict(zip(table["reference"], table["reference_path"], strict=True))[name]
        for table, name in ((prepared.tested, found[0]), (prepared.division.train, found[1]))
        if table is not None
    ]
    raise ConfigError(
        f"{paths[0]} is tested and has the same pixels as {paths[1]}, which is trained on: leave one of them out, or give "
        "both one `cluster`"
    )


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
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
        method, _ = construct(method_type, options)
    except UserError as error:
        raise ConfigError(f"{source.where(('method',))}: {error}") from None
    assert isinstance(method, Trainable)
    contract_check.check_method(method)
    reason = contract_check.why_untrainable(method)
    if reason is not None:
        raise ConfigError(f"{source.where(('method',))}: {reason}")
    return method, options


def _run(
    prepared: PreparedTraining,
    about: CheckpointContent,
    start: Start,
    console: Console,
    own: owner.Ownership | None,
    *,
    alone: bool,
) -> Path:
    tune_allocator()
    compiled.settle()
    import torch

    from benchmark.training import loop, parallel
    from benchmark.training.job import Job

    parsed, method, division, device = prepared.config, prepared.method, prepared.division, prepared.device
    if parsed.threads is not None:
        torch.set_num_threads(parsed.threads)
    group = parallel.TrainingRanks() if alone else parallel.join(device)
    if device == "cuda" and torchrun.started_by_torchrun():
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
    job = Job(
        method, module, division, parsed.train, prepared.data.sizes, device, prepared.directory, about, start, group,
        console, _shelf(prepared), own.confirm if own is not None else (lambda: None),
        prepared.tested if prepared.watch else None,
    )  # fmt: skip
    loop.train(job)
    if group.first:
        draw(prepared.directory, method.info.title)
    parallel.leave(group)
    return prepared.directory


def _shelf(prepared: PreparedTraining) -> Shelf:
    """Where features are kept: beside the hashes of files, for all trainings of a study."""
    import torch

    from benchmark.training.job import Shelf

    memory = prepared.memory or prepared.directory
    made_from = {
        "method": registry.normal(prepared.method.info.name),
        "code of the method": registry.source_sha256(type(prepared.method)),
        "code of images": image_code.sha256(),
        "versions": provenance.versions({"torch", "torchvision", "timm", "pyiqa", "numpy"}),
        "threads": torch.get_num_threads(),
    }
    return Shelf(memory / KEPT_FEATURES, made_from, FileHashes(memory / "files.json").sha256)


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


def draw(directory: Path, title: str) -> None:
    """Draw the history of a training into its folder."""
    import pandas as pd

    from benchmark.report.plots.kinds import history
    from benchmark.report.plots.style import Plot

    table = pd.read_csv(directory / "history.csv", **csv_files.EXACT)
    drawn = Plot("history", f"Training of {title}", "", partial(history.draw, table, title))
    atomic.write_bytes(directory / "history.png", drawn.save("png"))
    atomic.write_bytes(directory / "history.pdf", drawn.save("pdf"))
