"""The run of a study: each data set in a folder of its own with one store of scores, then the whole. No torch."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd
from rich.console import Console

from benchmark.commands.steps.dividing import SPLITS, Divided, divide, tested_parts
from benchmark.commands.steps.one_run import run_one
from benchmark.commands.steps.prepare import Asked, prepared_of
from benchmark.config.models import RunConfig
from benchmark.config.overrides import Overrides
from benchmark.config.protocol import Protocol
from benchmark.config.source import Source
from benchmark.config.study import Study, StudyPart, study_of
from benchmark.core.errors import UserError
from benchmark.core.hashes import FileHashes
from benchmark.data import check_across, split_files
from benchmark.data.image_facts import ImageFacts
from benchmark.evaluation.announcer import EvaluationProgress
from benchmark.images.read import MAX_PIXELS
from benchmark.report.evaluation import Run
from benchmark.report.study import DataSetResult, StudyRequest, combine
from benchmark.results import belongings, claims
from benchmark.results.belongings import STORE
from benchmark.results.run_record import Times
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
    """

    pairs: pd.DataFrame | None = None
    max_pixels: int = MAX_PIXELS


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
    folder, store = _places(config, study, source, asked)
    claim = claims.of_file("run", Path(config)) if isinstance(config, (str, Path)) else None
    claim = claim or claims.of_content("run", "run of a study in Python", destinations.sha256_of(source))
    results: list[DataSetResult] = []
    if not group.first:
        for part in study.parts:
            _part(part, study, config, folder, store, asked, group.within(part.label), console, DividedImages())
        return None
    with belongings.possession(folder, claim, overwrite=asked.overwrite) as holding:
        holding.note()
        data_sets = {part.label: DividedImages() for part in study.parts}
        for part in study.parts:
            own = data_sets[part.label]
            results.append(_part(part, study, config, folder, store, asked, group.within(part.label), console, own))
        if all(result.run is None for result in results):
            raise UserError(f"no data set of this study can be used; the first: {results[0].reason}")
        with EvaluationProgress(console) as announce:
            announce("photographs that stand in several data sets")
            notes = _shared_photographs(data_sets, store)
            announce("the study's partitions and averages")
            data = combine(results, replace(_request(study, source), notes=notes))
            data = replace(data, record={**data.record, "times": _times(begin, results)})
            announce(f"writing {folder}")
            result = Run(data, folder, claim)
            result.write(holding, redo=False)
    return result


def _places(config: Config, study: Study, source: Source, asked: Overrides) -> tuple[Path, Path]:
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
    divided: DividedImages,
) -> DataSetResult:
    """The run of one data set, or why there is none."""
    console.print(f"{part.label}:", style="bold", highlight=False)
    try:
        prepare = partial(_prepared, part, study.protocol, config, folder, store, asked, divided)
        run = run_one(prepare, replace(asked, output=None), group, console, time.time())
    except UserError as error:
        console.print(f"{part.label}: {error}", markup=False, highlight=False, soft_wrap=True)
        return DataSetResult(part.label, part.folder, None, str(error))
    if run is not None and divided.partitions is not None:
        split_files.write(folder / part.folder / SPLITS, divided.partitions, overwrite=True)
    parts = () if run is None else tested_parts(divided, run.scores)
    return DataSetResult(part.label, part.folder, run, "", parts, divided.marks)


def _prepared(
    part: StudyPart,
    protocol: Protocol,
    config: Config,
    folder: Path,
    store: Path,
    asked: Overrides,
    divided: DividedImages,
) -> Prepared:
    """Read and check one data set and divide it."""
    published = protocol.form == "published"
    parsed: RunConfig = part.config.model_copy(update={"output": folder / part.folder})
    overrides = replace(asked, output=None)
    prepared = prepared_of(Asked(config, part.source, parsed, pooled=not published, store=store), overrides)
    divided.pairs, divided.max_pixels = prepared.data.chosen, prepared.data.sizes.max_pixels
    own = divide(prepared.data.chosen, protocol, part.label, part.source)
    divided.partitions, divided.marks = own.partitions, own.marks
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


def _request(study: Study, source: Source) -> StudyRequest:
    """What the study's report is to show."""
    first = study.parts[0].config
    configuration = {key: value for key, value in source.values.items() if key != "output"}
    return StudyRequest(first.statistics, study.report, dict(study.published), configuration)


def _times(begin: float, results: Sequence[DataSetResult]) -> Times:
    runs = [result.run.data.record.get("times") for result in results if result.run is not None]
    return {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin)),
        "seconds": round(time.time() - begin, 3),
        "computed": sum(times["computed"] for times in runs if times is not None),
    }
