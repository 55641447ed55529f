"""From scores to the results of a run: statistics, and what ``run.json`` and the report state beside them. Pandas."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from benchmark.commands.steps.columns import columns
from benchmark.commands.steps.disturbed import UNDISTURBED, Disturbed
from benchmark.commands.steps.ready import Ready
from benchmark.config.models import RunConfig
from benchmark.core import provenance
from benchmark.core.announce import Announce
from benchmark.core.hashes import sha256_file
from benchmark.data.load import Data
from benchmark.evaluation import directions
from benchmark.images import code as image_code
from benchmark.plugins.contracts import MethodInfo, ScoreSource
from benchmark.report.completion import Facts, Requested, complete
from benchmark.report.evaluation import Run
from benchmark.report.spec import written_out
from benchmark.results import csv_files, study_columns
from benchmark.results.run_record import RunRecord
from benchmark.results.scored import ScoredMethod
from benchmark.scoring import cost_memory, flatness, lineup
from benchmark.scoring.engine import Outcome
from benchmark.scoring.work import Prepared


def conclude(ready: Ready, scored: Outcome, announce: Announce, disturbed: Disturbed = UNDISTURBED) -> Run:
    """Collect scores with everything that readers must know, and compute their statistics."""
    prepared = ready.prepared
    config, loaded = prepared.config, prepared.data
    table = csv_files.scores_table(loaded.name, loaded.chosen, columns(prepared, scored))
    methods = _methods(prepared, scored, table)
    facts = Facts(
        title=config.report.title or loaded.dataset.info.title,
        notes=(
            *loaded.notes,
            *_precision(config),
            *flatness.notes(_infos(prepared), scored.flat),
            *_unenhanced(loaded, scored),
            *prepared.source.notes,
            *filter(None, (item.note for item in prepared.studied)),
        ),
        lower_mos_better=loaded.lower_mos_better,
        simulated=loaded.simulated,
        record=_record(ready, scored),
        hints=_hints(prepared, methods),
        disturbed=disturbed.scores,
        lost=disturbed.lost,
        groups=prepared.groups,
        votes=None if loaded.votes is None else loaded.votes.set_axis(table.index),  # rows in the same order
    )
    requested = Requested(config.statistics, config.report, config.published)
    failures = csv_files.failures_table(scored.failures)
    choices = csv_files.choices_table(loaded.name, loaded.choices)
    return complete(table, methods, failures, requested, facts, prepared.output, announce, choices=choices)


def _methods(prepared: Prepared, scored: Outcome, table: pd.DataFrame) -> list[ScoredMethod]:
    """The methods of the rows, with the first reason for missing scores."""
    first: dict[str, str] = {}
    for failure in scored.failures:
        first.setdefault(failure.label, failure.reason)
    methods = []
    for entrant in prepared.entrants:
        missing = int(table[entrant.label].isna().sum())
        method = lineup.scored_method(entrant, missing, len(table), first.get(entrant.label, ""))
        methods.append(lineup.directed(method, entrant, prepared.data.lower_mos_better))
    titles = {entrant.label: entrant.info.title for entrant in prepared.entrants}
    return study_columns.rows(methods, prepared.studied, titles)


def _hints(prepared: Prepared, methods: Sequence[ScoredMethod]) -> Callable[[pd.DataFrame], Sequence[str]]:
    """A function that notes labels that most methods contradict, unless their direction is stated or they are simulated."""
    if (
        prepared.data.simulated
        or prepared.data.lower_mos_better
        or prepared.config.dataset.lower_mos_better is not None
    ):
        return lambda summary: ()
    predicting = {
        entrant.label
        for entrant in prepared.entrants
        if isinstance(entrant.method, ScoreSource) and entrant.method.predicts_label
    }
    judging = [method for method in methods if method.label not in predicting]
    return partial(directions.of_data_set, methods=judging)


def _infos(prepared: Prepared) -> dict[str, MethodInfo]:
    return {entrant.label: entrant.info for entrant in prepared.entrants}


def _unenhanced(loaded: Data, scored: Outcome) -> tuple[str, ...]:
    """The note on enhanced images that equal their references."""
    names = [str(pair) for pair in loaded.chosen["pair"] if str(pair) in scored.same]
    if not names:
        return ()
    some = f"{names[0]}{', …' if len(names) > 1 else ''}"
    count = f"{len(names)} of {len(loaded.chosen)} pairs"
    return (f"In {count} the enhanced image is its reference, pixel by pixel ({some}): nothing was enhanced.",)


def _precision(config: RunConfig) -> tuple[str, ...]:
    """The note on scores that are not computed in single precision."""
    if config.autocast is None:
        return ()
    return (f"Scores computed under torch.autocast to {config.autocast}: they differ from those in single precision.",)


def _record(ready: Ready, scored: Outcome) -> RunRecord:
    """``run.json`` without what the statistics add and without times."""
    prepared, machine = ready.prepared, ready.machine
    config, loaded = prepared.config, prepared.data
    failed = Counter(failure.label for failure in scored.failures)
    configuration = config.model_dump(mode="json", exclude_defaults=True, exclude={"output"})
    configuration["dataset"] = {**configuration["dataset"], **loaded.options}
    if loaded.choices is None and "tables" in configuration.get("report", {}):
        configuration["report"]["tables"] = written_out(configuration["report"]["tables"])
    configuration["methods"] = [
        {"name": entrant.name, "label": entrant.label, **entrant.task().options} for entrant in prepared.entrants
    ]
    libraries = {"torch", "torchvision", "timm", "pyiqa", "numpy", "scipy", "pandas", "numba", *image_code.DECODERS}
    libraries |= {name for entrant in prepared.entrants if entrant.status == "scored" for name in entrant.libraries}
    return {
        "configuration": configuration,
        "dataset": {
            "name": loaded.name,
            "title": loaded.dataset.info.title,
            "source": loaded.dataset.info.source,
            "labels": "simulated" if loaded.simulated else "opinions",
            "label_name": loaded.dataset.info.label_name,
            "citation": loaded.dataset.info.citation,
            "fingerprint": loaded.fingerprint(ready.work.plan.hashes),
            "label_files": _label_files(config, loaded),
            "pairs": len(loaded.chosen),
            "references": int(loaded.chosen["reference"].nunique()),
            "splits": [name for name in dict.fromkeys(loaded.chosen["split"]) if name],
        },
        "weights": {entrant.label: entrant.weights for entrant in prepared.entrants if entrant.weights},
        "failed_pairs": dict(sorted(failed.items())),
        "efficiency": cost_memory.efficiency(scored.costs, _mean_seconds(prepared, scored)),
        "device": machine.device,
        "threads": machine.threads,
        "versions": provenance.versions(libraries),
        "machine": provenance.machine(),
    }


def _label_files(config: RunConfig, loaded: Data) -> dict[str, str]:
    """SHA-256 of each file of labels or votes that is still there, by as much of its path as tells it from the others."""
    votes = config.dataset.opinions
    listed = [*loaded.dataset.label_files, *([votes.file] if votes is not None and votes.file is not None else [])]
    files = [file for file in listed if file.is_file()]
    plain = len({file.name for file in files}) == len(files)
    names = [file.name if plain else f"{file.parent.name}/{file.name}" for file in files]
    return {name: sha256_file(file) for name, file in zip(names, files, strict=True)}


def _mean_seconds(prepared: Prepared, scored: Outcome) -> dict[str, float]:
    """Mean seconds per pair of each method that scored images, as stored with the scores."""
    times: dict[str, list[float]] = {}
    for (label, _), value in scored.seconds.items():
        times.setdefault(label, []).append(value)
    return {
        entrant.label: round(math.fsum(times[entrant.label]) / len(times[entrant.label]), 6)  # the same in any order
        for entrant in prepared.entrants
        if entrant.label in times
    }
