"""``check`` for a configuration with ``method`` and ``train``: data, division, weights, checkpoints. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmark.commands import train
from benchmark.commands.steps import one_training
from benchmark.commands.steps.one_training import PreparedTraining
from benchmark.config.source import Source, parse
from benchmark.config.training import TrainConfig
from benchmark.core.errors import Problem, Severity, UserError
from benchmark.core.hashes import sha256_file
from benchmark.data import load
from benchmark.data.check_table import audit
from benchmark.images.read import image_header, read_image
from benchmark.images.sizes import SizePolicy, harmonise
from benchmark.plugins import checkpoints, contract_check, named_folders, weights
from benchmark.plugins.checkpoint_content import CheckpointContent
from benchmark.plugins.contracts import Method, WeightFile
from benchmark.results import lineage
from benchmark.training import agreement, course, statement


def findings(source: Source, plugin_folders: Sequence[Path]) -> tuple[list[Problem], list[Problem]]:
    """Findings before a training begins: on data and checkpoints, and on the method and its weights.

    Raises:
        UserError: the configuration itself can't be used.
    """
    parsed = parse(TrainConfig, source)
    named_folders.use(named_folders.absolute(parsed.plugins, source, plugin_folders))
    method, _ = one_training.build_method(parsed, source)
    one_training.usable_device(parsed, source)
    dataset, _ = load.build(parsed.dataset, source, offline=parsed.offline)
    with source.placing():
        problems = audit(
            dataset,
            sizes=load.size_policy(parsed.dataset),
            learned=True,
            arrange=lambda table: load.arranged(table, parsed.dataset),
        )
    where = f"method {parsed.method.name}"
    if any(problem.severity == "error" for problem in problems):  # then there is no usable division
        return problems, [Problem("note", "can be built", where)]
    prepared = train.prepare(source)
    needed = weights_problem(method, where, prepared.weights_dir, offline=parsed.offline)
    return [*problems, *_division(prepared), *_beginning(prepared)], [needed]


def weights_problem(method: Method, where: str, weights_dir: Path | None, *, offline: bool) -> Problem:
    """Whether a method's weight files are there or can be downloaded, and are those that its checkpoint was trained with."""
    needed = [(weight, weights.locate(weight, weights_dir)) for weight in contract_check.weights_of(method)]
    missing = [weight.full_name for weight, path in needed if path is None]
    try:
        lineage.check_weights(method, [(weight, path) for weight, path in needed if path], sha256_file)
    except UserError as error:
        return Problem("error", str(error), where)
    if missing and offline:
        return Problem("error", f"weights are not on this machine (offline): {', '.join(missing)}", where)
    if missing:
        return Problem("warning", f"weights will be downloaded: {', '.join(missing)}", where)
    return Problem("note", "can be used", where)


def _division(prepared: PreparedTraining) -> list[Problem]:
    """A note on training and validation pairs, and problems such as images smaller than a crop."""
    division, scaling = prepared.division, prepared.division.scaling
    message = f"{one_training.description(division)}; labels of {scaling.low:g} to {scaling.high:g} become 0 to 1"
    problems = [Problem("note", message, "train")]
    if len(division.validation) and division.validation["mos"].nunique() < 2:
        problems.append(Problem("warning", "the validation pairs have a single label: no epoch is better", "train"))
    crop = prepared.method.identity().get("crop_size", "")
    small = _smaller(prepared, int(crop)) if crop.isdecimal() else []
    if small:
        some = f"{small[0]}{' …' if len(small) > 1 else ''}"
        message = f"{len(small)} images are smaller than crops of {crop} px ({some}); set `resize` or `crop_size`"
        problems.append(Problem("error", message, "train"))
    return problems


def _smaller(prepared: PreparedTraining, crop: int) -> list[str]:
    """References with an image whose shorter side, prepared as for training, is below a crop's."""
    names: dict[str, None] = {}
    sizes = prepared.data.sizes
    for part in (prepared.division.train, prepared.division.validation):
        for row in part.itertuples():
            try:
                side = _shorter_side(Path(str(row.enhanced_path)), Path(str(row.reference_path)), sizes)
            except UserError:  # the audit reports it
                continue
            if side < crop:
                names[str(row.reference)] = None
    return list(names)


def _shorter_side(enhanced: Path, reference: Path, sizes: SizePolicy) -> int:
    """The shorter side in pixels of a pair as methods get it; decodes the images only where necessary."""
    if sizes.resize is not None:
        return sizes.resize if isinstance(sizes.resize, int) else min(sizes.resize)
    if sizes.fov != "crop" and sizes.size_mismatch == "error":
        header = image_header(enhanced)
        return min(header.height, header.width)
    one, other = (read_image(path, **sizes.decoding()) for path in (enhanced, reference))
    prepared, _ = harmonise(one, other, sizes, (str(enhanced), str(reference)))
    return int(min(prepared.shape[1:]))


def _beginning(prepared: PreparedTraining) -> list[Problem]:
    """Whether ``train`` would begin, resume or refuse, and photographs that are in both parts."""
    where = str(prepared.directory)
    wanted = [
        (weight, weights.locate(weight, prepared.weights_dir)) for weight in contract_check.weights_of(prepared.method)
    ]
    hashes = one_training.weight_hashes(prepared.method, [(weight, path) for weight, path in wanted if path])
    about = prepared.about(hashes, remember=False)
    twice = statement.seen_twice(about)
    severity: Severity = "error" if prepared.division.selected_on else "warning"
    return [*([Problem(severity, twice, "train")] if twice else []), _start(prepared, about, hashes, where, wanted)]


def _start(
    prepared: PreparedTraining,
    about: CheckpointContent,
    hashes: Mapping[str, str],
    where: str,
    wanted: Sequence[tuple[WeightFile, Path | None]],
) -> Problem:
    """Whether a training begins, resumes, or can't."""
    try:
        start = agreement.choose(prepared.directory, prepared.config.train, about)
        if start.path is None:
            replaced = ", replacing the checkpoints that are there" if any(prepared.directory.glob("*.pt")) else ""
            return Problem("warning" if replaced else "note", f"training begins anew{replaced}", where)
        content = checkpoints.summary(start.path)
        if not content:
            return Problem("error", f"it can't be read{course.others(start.path.parent, start.path)}", str(start.path))
        if any(path is None for _, path in wanted):  # files still to be downloaded can't be compared yet
            content = {
                **content,
                "weights": {key: digest for key, digest in (content.get("weights") or {}).items() if key in hashes},
            }
        agreement.check_same(start.path, content, about)
    except UserError as error:
        return Problem("error", str(error), where)
    done = int(content.get("epoch") or 0)
    return Problem(
        "note", "; ".join(course.going_on(start.path, done, prepared.config.train.n_epoch, start.note)), where
    )
