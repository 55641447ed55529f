"""The run of a study: each data set in a folder of its own with one store of scores, then the whole. No torch."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from benchmark.commands.steps.dividing import SPLITS, Divided, divide, tested_parts
from benchmark.commands.steps.forecast import Forecast, forecast
from benchmark.commands.steps.one_run import run_one
from benchmark.commands.steps.prepare import Asked, prepared_of
from benchmark.commands.steps.study_scores import PARTITIONS, Trainings, named
from benchmark.config.models import DATA_KEYS, RunConfig, as_entry
from benchmark.config.overrides import Overrides
from benchmark.config.protocol import Protocol
from benchmark.config.source import KeyPath, Source, absolute
from benchmark.config.study import Study, StudyPart, study_of
from benchmark.core.errors import UserError
from benchmark.core.hashes import FileHashes
from benchmark.core.places import RECORD
from benchmark.data import check_across, split_files
from benchmark.data.image_facts import ImageFacts
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.images.read import MAX_PIXELS
from benchmark.report.evaluation import Run
from benchmark.report.study import DataSetResult, StudyRequest, combine
from benchmark.results import belongings, claims
from benchmark.results.belongings import STORE
from benchmark.results.claims import Claim
from benchmark.results.run_record import Times
from benchmark.results.study_columns import StudyColumns
from benchmark.scoring import destinations
from benchmark.scoring.destinations import Config
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Prepared

SHOWN = 5
"""Most photographs in several data sets that are named."""


@dataclass(slots=True)
class DividedImages(Divided):
    """How one data set of images was divided, known once it was read.

    Attributes:
        pairs: its pairs with the paths of their images.
        max_pixels: larger images are not read.
        prepared: its run.
    """

    pairs: pd.DataFrame | None = None
    max_pixels: int = MAX_PIXELS
    prepared: Prepared | None = None


def run_study(config: Config, source: Source, asked: Overrides, group: ScoringRanks, console: Console) -> Run | None:
    """Run every data set of a study, and write its tables and page.

    A data set that can't be used costs its own column only.

    Returns:
        The study; ``None`` in every process of ``torchrun`` except the first.

    Raises:
        UserError: the configuration can't be used, or none of its data sets.
    """
    begin = time.time()
    study, asked = named(study_of(source), asked)
    folder, store = places_of(config, study, source, asked)
    claim = _claim(config, source, folder)
    results: list[DataSetResult] = []
    with group.first_goes_first("trained"):
        trained = Trainings.of(study, source, config, store)
    steps = Steps(study, config, folder, store, asked, console, trained)
    if not group.first:
        for part in study.parts:
            _part(part, steps, group.within(part.label), DividedImages())
        return None
    with belongings.possession(folder, claim, overwrite=asked.overwrite) as holding:
        holding.note()
        data_sets = {part.label: DividedImages() for part in study.parts}
        for part in study.parts:
            own = data_sets[part.label]
            results.append(_part(part, steps, group.within(part.label), own))
        if all(result.run is None for result in results):
            raise UserError(f"no data set of this study can be used; the first: {results[0].reason}")
        with EvaluationProgress(console) as announce:
            announce("photographs that stand in several data sets")
            notes = [*trained.notes, *_shared_photographs(data_sets, store)]
            announce("the study's partitions and averages")
            data = combine(results, replace(_request(study, source, results, trained), notes=notes))
            data = replace(data, record={**data.record, "times": _times(begin, results)})
            announce(f"writing {folder}")
            result = Run(data, folder, claim)
            result.write(holding, redo=False)
    return result


def forecasts(config: Config, source: Source, asked: Overrides) -> list[Forecast]:
    """What the run of a study would do with each data set; nothing is written.

    Raises:
        UserError: the configuration can't be used, or the folder holds other results.
    """
    study, asked = named(study_of(source), asked)
    folder, store = places_of(config, study, source, asked)
    trained = Trainings.of(study, source, config, store, remember=False)
    belongings.refuse(folder, _claim(config, source, folder), overwrite=asked.overwrite)
    found = []
    for part in study.parts:
        divided = DividedImages()
        try:
            studied = trained.studied(part.label)
            prepared = prepare_part(trained.part(part), study.protocol, config, folder, store, asked, divided, studied)
            count = len(divided.partitions.partitions) if divided.partitions is not None else 0
            one = forecast(prepared, part.label, count, trained.apart(part.label, prepared))
            trained.foretell(one)
            found.append(one)
        except UserError as error:
            found.append(Forecast(part.label, reason=str(error)))
    return found


def _claim(config: Config, source: Source, folder: Path) -> Claim:
    """What the results of a study are of; a folder's own record repeats what they are of already."""
    if isinstance(config, (str, Path)):
        before = belongings.claimed(folder) if _is_own_record(config, folder) else None
        return before or claims.of_file("run", Path(config))
    return claims.of_content("run", "run of a study in Python", destinations.sha256_of(source))


def _is_own_record(config: Config, folder: Path) -> bool:
    """Whether a study is repeated from its own folder."""
    return isinstance(config, (str, Path)) and os.path.realpath(config) == os.path.realpath(folder / RECORD)


def places_of(config: Config, study: Study, source: Source, asked: Overrides) -> tuple[Path, Path]:
    """The folders of the results and of the scores: part of a study goes beside the whole, whose scores it uses."""
    whole = destinations.output_of(study.parts[0].config, source, config)
    narrowed = destinations.narrowing(source, asked)
    folder = whole.with_name(f"{whole.name}-partial") if narrowed and asked.output is None else whole
    return folder, whole / STORE


@dataclass(frozen=True, slots=True)
class Steps:
    """What the runs of all data sets of a study share.

    Attributes:
        study: the study.
        config: its configuration as given.
        folder: where results go.
        store: where scores are kept.
        asked: options of the command.
        console: where progress is shown.
        trained: the study's trainings.
    """

    study: Study
    config: Config
    folder: Path
    store: Path
    asked: Overrides
    console: Console
    trained: Trainings


def _part(part: StudyPart, steps: Steps, group: ScoringRanks, divided: DividedImages) -> DataSetResult:
    """The run of one data set, or why there is none."""
    console = steps.console
    console.print(f"{part.label}:", style="bold", highlight=False)
    part, studied, protocol = steps.trained.part(part), steps.trained.studied(part.label), steps.study.protocol
    try:
        prepare = partial(
            prepare_part, part, protocol, steps.config, steps.folder, steps.store, steps.asked, divided, studied
        )
        run = run_one(prepare, replace(steps.asked, output=None), group, console, time.time())
        assert divided.prepared is not None
        scores = steps.trained.score(part.label, divided.prepared, group, console, fresh=steps.asked.fresh)
    except UserError as error:
        console.print(f"{part.label}: {error}", markup=False, highlight=False, soft_wrap=True)
        return DataSetResult(part.label, part.folder, None, str(error))
    if run is None:
        return DataSetResult(part.label, part.folder, None)
    place = steps.folder / part.folder
    if divided.partitions is not None:
        split_files.write(place / SPLITS, divided.partitions, overwrite=True)
    scores.write(place / PARTITIONS, part.label)
    parts = scores.tested(tested_parts(divided, run.scores))
    marks = (*divided.marks, *scores.marks)
    return DataSetResult(part.label, part.folder, run, "", parts, marks, scores.methods, scores.without, scores.seen)


def prepare_part(
    part: StudyPart,
    protocol: Protocol,
    config: Config,
    folder: Path,
    store: Path,
    asked: Overrides,
    divided: DividedImages,
    studied: tuple[StudyColumns, ...] = (),
) -> Prepared:
    """Read and check one data set and divide it; ``studied`` are the methods among its columns that the study trains."""
    published = protocol.form == "published"
    parsed: RunConfig = part.config.model_copy(update={"output": folder / part.folder})
    overrides = replace(asked, output=None)
    own = Asked(config, part.source, parsed, pooled=not published, store=store, studied=studied)
    prepared = prepared_of(own, overrides)
    divided.pairs, divided.max_pixels, divided.prepared = prepared.data.chosen, prepared.data.sizes.max_pixels, prepared
    place = prepared.destination
    before = belongings.claimed(place.folder) if _is_own_record(config, folder) else None
    if before is not None:
        claim = before.differently(data=place.claim.data, roots=place.claim.roots)
        prepared = replace(prepared, destination=replace(place, claim=claim))
    made = divide(prepared.data.chosen, protocol, part.label, part.source)
    divided.partitions, divided.marks = made.partitions, made.marks
    return prepared


def _shared_photographs(data_sets: Mapping[str, DividedImages], store: Path) -> list[str]:
    """Sentences on references that several data sets share; none is left out for it."""
    read = {label: own for label, own in data_sets.items() if own.pairs is not None}
    if len(read) < 2:
        return []
    memory, facts = FileHashes(store / "files.json"), ImageFacts(store / "sketches.json")
    pictures: list[check_across.Picture] = []
    for label, own in read.items():
        assert own.pairs is not None
        hashes: dict[str, str] = {}
        for path in dict.fromkeys(own.pairs["reference_path"].astype(str)):
            with contextlib.suppress(OSError):
                hashes[path] = memory.sha256(Path(path))
        pictures += check_across.references_of(label, own.pairs, hashes, facts, max_pixels=own.max_pixels)
    facts.save()
    return [f"{line}." for line in check_across.sentences(check_across.same_images(pictures), SHOWN)]


def _request(study: Study, source: Source, results: Sequence[DataSetResult], trained: Trainings) -> StudyRequest:
    """What the study's report is to show."""
    first, repeated = study.parts[0].config, _repeatable(study, source, results)
    if trained.plan is not None:
        plain = {entry.label or entry.name for entry in first.methods}
        kept = [item for item in repeated["methods"] if as_entry(item).get("label") in plain]
        repeated |= {"methods": [*kept, *trained.written()], "checkpoints_dir": str(trained.plan.root)}
    return StudyRequest(first.statistics, study.report, dict(study.published), repeated)


def _repeatable(study: Study, source: Source, results: Sequence[DataSetResult]) -> dict[str, Any]:
    """The configuration that repeats a study from any folder: what its runs recorded, and absolute paths."""
    recorded = [
        result.run.data.record["configuration"] if result.run is not None else _as_written(part)
        for part, result in zip(study.parts, results, strict=True)
    ]
    used = next((item for item, result in zip(recorded, results, strict=True) if result.run is not None), recorded[0])
    values = {key: item for key, item in source.values.items() if key not in ("output", *DATA_KEYS)}
    values |= {key: used[key] for key in ("methods", "plugins", "weights_dir") if key in used}
    if "datasets" in values:
        values["datasets"] = [
            {**item["dataset"], "label": part.label} for part, item in zip(study.parts, recorded, strict=True)
        ]
    else:
        values["dataset"] = recorded[0]["dataset"]
    if study.protocol.form == "file":
        values["protocol"] = {**values["protocol"], **_plain_paths(study.protocol, source)}
    return values


def _as_written(part: StudyPart) -> dict[str, Any]:
    """The recorded configuration of a data set that could not be read; its folder is made absolute."""
    written = part.config.model_dump(mode="json", exclude_defaults=True, exclude={"output"})
    root = written["dataset"].get("root")
    if isinstance(root, str):
        written["dataset"]["root"] = str(absolute(Path(root), part.source, ("dataset", "root")))
    return written


def _plain_paths(protocol: Protocol, source: Source) -> dict[str, Any]:
    """The files of a protocol with absolute paths, by data set where they are."""
    paths: dict[str, Any] = {}
    for key in ("file", "rows"):
        value = getattr(protocol, key)
        if isinstance(value, Mapping):
            paths[key] = {name: _absolute(item, source, ("protocol", key, name)) for name, item in value.items()}
        elif value is not None:
            paths[key] = _absolute(value, source, ("protocol", key))
    return paths


def _absolute(path: Path, source: Source, key: KeyPath) -> str:
    return "dataset" if str(path) == "dataset" else str(absolute(path, source, key))


def _times(begin: float, results: Sequence[DataSetResult]) -> Times:
    runs = [result.run.data.record.get("times") for result in results if result.run is not None]
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin)),
        "seconds": round(time.time() - begin, 3),
        "computed": sum(times["computed"] for times in runs if times is not None),
    }
