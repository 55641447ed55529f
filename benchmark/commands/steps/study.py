"""The run of a study: each data set in a folder of its own with one store of scores, then the whole. No torch."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmark.commands.steps.forecast import Forecast, forecast
from benchmark.commands.steps.one_run import run_one
from benchmark.commands.steps.prepare import Asked, prepared_of
from benchmark.config.models import DATA_KEYS, RunConfig
from benchmark.config.overrides import Overrides
from benchmark.config.protocol import Protocol
from benchmark.config.source import KeyPath, Source, absolute
from benchmark.config.study import Study, StudyPart, study_of
from benchmark.core.errors import ConfigError, UserError
from benchmark.core.places import RECORD
from benchmark.data import partitions as dividing
from benchmark.data import protocols, split_files
from benchmark.data.partitions import Partitions
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.evaluation.partition_rows import TestPart
from benchmark.report.evaluation import Run
from benchmark.report.study import DataSetResult, StudyRequest, combine
from benchmark.results import belongings, claims
from benchmark.results.belongings import STORE
from benchmark.results.claims import Claim
from benchmark.results.run_record import Times
from benchmark.scoring import destinations
from benchmark.scoring.destinations import Config
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Prepared

SPLITS = "splits.json"


@dataclass(slots=True)
class Divided:
    """How one data set was divided, known once it was read.

    Attributes:
        partitions: all of them; ``None`` where its own splits are evaluated as published.
        marks: what every table must say of them.
    """

    partitions: Partitions | None = None
    marks: tuple[str, ...] = ()


def run_study(config: Config, source: Source, asked: Overrides, group: ScoringRanks, console: Console) -> Run | None:
    """Run every data set of a study, and write its tables and page.

    A data set that can't be used costs its own column only.

    Returns:
        The study; ``None`` in every process of ``torchrun`` except the first.

    Raises:
        UserError: the configuration can't be used, or none of its data sets.
    """
    begin = time.time()
    study = study_of(source)
    folder, store = places_of(config, study, source, asked)
    claim = _claim(config, source, folder)
    results: list[DataSetResult] = []
    if not group.first:
        for part in study.parts:
            _part(part, study, config, folder, store, asked, group.within(part.label), console)
        return None
    with belongings.possession(folder, claim, overwrite=asked.overwrite) as holding:
        holding.note()
        for part in study.parts:
            results.append(_part(part, study, config, folder, store, asked, group.within(part.label), console))
        if all(result.run is None for result in results):
            raise UserError(f"no data set of this study can be used; the first: {results[0].reason}")
        with EvaluationProgress(console) as announce:
            announce("the study's partitions and averages")
            data = combine(results, _request(study, source, results))
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
    study = study_of(source)
    folder, store = places_of(config, study, source, asked)
    belongings.refuse(folder, _claim(config, source, folder), overwrite=asked.overwrite)
    found = []
    for part in study.parts:
        divided = Divided()
        try:
            prepared = prepare_part(part, study.protocol, config, folder, store, asked, divided)
            count = len(divided.partitions.partitions) if divided.partitions is not None else 0
            found.append(forecast(prepared, part.label, count))
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


def _part(
    part: StudyPart,
    study: Study,
    config: Config,
    folder: Path,
    store: Path,
    asked: Overrides,
    group: ScoringRanks,
    console: Console,
) -> DataSetResult:
    """The run of one data set, or why there is none."""
    console.print(f"{part.label}:", style="bold", highlight=False)
    divided = Divided()
    try:
        prepare = partial(prepare_part, part, study.protocol, config, folder, store, asked, divided)
        run = run_one(prepare, replace(asked, output=None), group, console, time.time())
    except UserError as error:
        console.print(f"{part.label}: {error}", markup=False, highlight=False, soft_wrap=True)
        return DataSetResult(part.label, part.folder, None, str(error))
    if run is not None and divided.partitions is not None:
        split_files.write(folder / part.folder / SPLITS, divided.partitions, overwrite=True)
    return DataSetResult(part.label, part.folder, run, "", _test_parts(divided, run), divided.marks)


def prepare_part(
    part: StudyPart,
    protocol: Protocol,
    config: Config,
    folder: Path,
    store: Path,
    asked: Overrides,
    divided: Divided,
) -> Prepared:
    """Read and check one data set and divide it."""
    published = protocol.form == "published"
    parsed: RunConfig = part.config.model_copy(update={"output": folder / part.folder})
    overrides = replace(asked, output=None)
    prepared = prepared_of(Asked(config, part.source, parsed, pooled=not published, store=store), overrides)
    place = prepared.destination
    before = belongings.claimed(place.folder) if _is_own_record(config, folder) else None
    if before is not None:
        claim = before.differently(data=place.claim.data, roots=place.claim.roots)
        prepared = replace(prepared, destination=replace(place, claim=claim))
    if not published:
        table = prepared.data.chosen
        try:
            own = _with_paths(protocol.of_dataset(part.label), part.source)
        except ValueError as error:
            raise ConfigError(f"{part.source.named(_key('file'))}: {str(error).partition(' ')[2]}") from None
        with part.source.placing():
            divided.partitions = protocols.make(table, own, part.label)
        divided.marks = (*divided.partitions.notes, *dividing.marks(table, divided.partitions))
    return prepared


def _with_paths(protocol: Protocol, source: Source) -> Protocol:
    """A protocol whose files are found relative to the configuration."""
    changes: Mapping[str, Path] = {
        key: absolute(value, source, _key(key))
        for key in ("file", "rows")
        if isinstance(value := getattr(protocol, key), Path) and str(value) != "dataset"
    }
    return protocol.model_copy(update=dict(changes)) if changes else protocol


def _key(key: str) -> KeyPath:
    return ("protocol", key)


def _test_parts(divided: Divided, run: Run | None) -> tuple[TestPart, ...]:
    """The tested pairs of each partition."""
    if divided.partitions is None or run is None:
        return ()
    parts = []
    for partition in divided.partitions.partitions:
        tested = dividing.select(run.scores, partition)
        parts.append(TestPart(partition.number, frozenset(tested["pair"][tested["split"] == "test"].astype(str))))
    return tuple(parts)


def _request(study: Study, source: Source, results: Sequence[DataSetResult]) -> StudyRequest:
    """What the study's report is to show."""
    first = study.parts[0].config
    return StudyRequest(first.statistics, study.report, dict(study.published), _repeatable(study, source, results))


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
            paths[key] = {name: _absolute(item, source, (*_key(key), name)) for name, item in value.items()}
        elif value is not None:
            paths[key] = _absolute(value, source, _key(key))
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
