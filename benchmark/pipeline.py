"""Wires the steps of a run: data, methods, scores, statistics, report. The only module that knows them all.

``cli`` and notebooks call what is here; nothing below imports it. Its neighbours: ``work`` computes what scores are missing,
``outcome`` turns a table of scores into statistics, tables and plots.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from benchmark import (
    attachments,
    belongings,
    contract_check,
    costs,
    data,
    destinations,
    directions,
    files,
    flatness,
    foresight,
    keywords,
    lineup,
    orientation,
    outcome,
    plugins,
    provenance,
    ranks,
    record,
    registry,
)
from benchmark.belongings import Holding
from benchmark.config import PluginFolders, RunConfig
from benchmark.config_file import Source, absolute, home_of, parse, read_source, source_of
from benchmark.contracts import MethodInfo, ScoreSource, Trainable
from benchmark.data import Data
from benchmark.errors import ConfigError, PluginError, UserError, in_words
from benchmark.evaluation_progress import EvaluationProgress
from benchmark.hashes import FileHashes
from benchmark.image_facts import ImageFacts
from benchmark.lineup import Entrant
from benchmark.outcome import Evaluation, Run
from benchmark.ranks import Ranks
from benchmark.results import ScoredMethod
from benchmark.scoring import asking, promise
from benchmark.scoring.engine import Outcome
from benchmark.scoring.plan import Failure, Plan
from benchmark.single import create_method
from benchmark.told import Told
from benchmark.words import did_you_mean
from benchmark.work import Machine, Prepared, Work, find_machine, plan_work, say_why, score

__all__ = ["Evaluation", "Run", "create_method", "evaluate", "run"]

Config = destinations.Config
evaluate = outcome.evaluate


@keywords.exact
def run(
    config: Config,
    *,
    settings: str | Sequence[str] = (),
    console: Console | None = None,
    output: str | Path | None = None,
    methods: str | Sequence[str] | None = None,
    limit: int | None = None,
    device: str | None = None,
    plugins: str | Path | Sequence[str | Path] | None = None,
    fresh: bool = False,
    overwrite: bool = False,
) -> Run:
    """Score a data set with methods, then write statistics, tables, plots and report.

    Args:
        config: path of a configuration file, or of the ``run.json`` of an earlier run, or a mapping, or the model.
        settings: ``key=value`` with dots, as ``--set`` takes them.
        console: where progress goes; silent by default.
        output: folder for all files of the run.
        methods: only these methods of the configuration, by label or name.
        limit: only the first so many references.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        plugins: further folders with ``methods/`` and ``datasets/`` in them.
        fresh: hash every file anew instead of trusting size and time.
        overwrite: replace the results of another configuration or data set.

    Returns:
        The run; its files are in ``directory``.

    Raises:
        UserError: the configuration or the data can't be used.
        SystemExit: with status 0, in every process that ``torchrun`` started but the first, once its share is scored.
    """
    overrides = {
        "output": output,
        "limit": limit,
        "device": device,
        "plugins": plugins,
        "methods": methods,
        "fresh": fresh,
        "overwrite": overwrite,
    }
    begin = time.time()
    group = ranks.join()
    console = console if console is not None and group.first else Console(quiet=True)
    with contextlib.ExitStack() as possessions:
        with group.first_goes_first("prepared"):
            prepared = prepare(config, settings, overrides)
            holding = possessions.enter_context(_possession(prepared, overrides, console)) if group.first else None
            prepared, machine, work = _get_ready(prepared, overrides, group, console)
            if holding is not None:
                holding.note()
        scored = score(prepared, work, group, console)
        if holding is None:
            raise SystemExit(0)
        with EvaluationProgress(console) as told:
            return _conclude(prepared, machine, work, scored, holding, begin, told)


def _possession(
    prepared: Prepared, overrides: Mapping[str, Any], console: Console
) -> contextlib.AbstractContextManager[Holding]:
    """The run's own folder, until its report is written."""
    place, overwrite = prepared.destination, bool(overrides.get("overwrite"))
    place.refuse(overwrite=overwrite)
    if place.note:
        console.print(place.note, markup=False, highlight=False, soft_wrap=True)
    return belongings.possession(place.folder, place.claim, inputs=place.inputs, overwrite=overwrite)


def _conclude(
    prepared: Prepared, machine: Machine, work: Work, scored: Outcome, holding: Holding, begin: float, told: Told
) -> Run:
    """From scores to the files of the run."""
    columns = _columns(prepared, scored)
    result = _assemble(prepared, machine, work.plan, scored, columns, told)
    times = {
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(begin)),
        "seconds": round(time.time() - begin, 3),
        "computed": scored.computed,
    }
    content = replace(result.data, record={**result.data.record, "times": times})
    content = attachments.attach(
        content, holding, prepared.data.chosen, work.plan.hashes, prepared.entrants, prepared.data.sizes
    )
    result = Run(content, prepared.output, holding.claim, prepared.destination.inputs)
    told(f"writing {prepared.output}")
    result.write(holding, redo=False)
    return result


def _get_ready(
    prepared: Prepared, overrides: Mapping[str, Any], group: Ranks, console: Console
) -> tuple[Prepared, Machine, Work]:
    """Everything between a configuration and the first score: weights, checkpoints, and what is missing."""
    if not prepared.data.chosen.size:
        raise UserError("the chosen splits have no pairs")
    memory = FileHashes(prepared.store / "files.json", fresh=bool(overrides.get("fresh")))
    machine = find_machine(prepared, group)
    lineup.find_weights(
        prepared.entrants,
        memory,
        prepared.config.weights_dir,
        offline=prepared.config.offline,
        unpublished=prepared.config.unpublished_weights,
    )
    facts = ImageFacts(prepared.store / "images.json")
    references = _reference_hashes(prepared.data.chosen, memory)
    pixels = partial(facts.pixels, references, max_pixels=prepared.data.sizes.max_pixels)
    lineup.judge_checkpoints(prepared.entrants, references, pixels)
    if any(isinstance(entrant.method, Trainable) for entrant in prepared.entrants):
        labels, lower = _label_extremes(prepared.data, memory), prepared.data.lower_mos_better
        lineup.check_label_scaling(prepared.entrants, prepared.data.name, labels, lower_mos_better=lower)
        lineup.tell_training(prepared.entrants, prepared.data, memory.sha256)
    work = plan_work(prepared, machine, memory, group, console)
    if work.plan.groups:
        refuse_device(prepared)
    say_why(work.plan, console)
    notes = orientation.notes(
        prepared.data.chosen[["reference_path", "enhanced_path"]].itertuples(index=False, name=None),
        facts.orientations(work.plan.hashes),
        prepared.data.sizes.orientation,
    )
    for note in notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)
    if group.first:
        facts.save()
    loaded = replace(prepared.data, notes=(*prepared.data.notes, *notes))
    return replace(prepared, data=loaded), machine, work


def refuse_device(prepared: Prepared) -> None:
    """Refuse a device that is not on this machine, where a method of the run scores images.

    Raises:
        ConfigError: says which device, and what to take instead.
    """
    device = prepared.config.device
    computes = device != "auto" and any(entrant.scores_images for entrant in prepared.entrants)
    unusable = provenance.why_no_device(device) if computes else ""
    if unusable:
        raise ConfigError(f"{prepared.source.named(('device',))}: {unusable}")


def prepare(config: Config, settings: Sequence[str], overrides: Mapping[str, Any]) -> Prepared:
    """Read and check everything that can be checked before the first image is read.

    Raises:
        UserError: the configuration, a plug-in folder or the data can't be used.
    """
    source = _overridden(read_source(_recorded(config), settings), overrides)
    if _is_record(config):
        source = replace(source, name=str(config))
    parsed = _with_paths(parse(RunConfig, source), source, overrides)
    folders = tuple(str(folder) for folder in parsed.plugins)
    add_plugin_folders(parsed.plugins)
    entrants = lineup.line_up(parsed.methods, source)
    labels = [entrant.label for entrant in entrants]
    named = overrides.get("methods")
    everyone, entrants = entrants, _keep(entrants, None if named is None else keywords.names(named))
    loaded = data.load(parsed.dataset, source, parsed.limit)
    narrowed_by = destinations.narrowing(source, overrides)
    destination = destinations.find(config, parsed, source, narrowed_by, loaded, everyone)
    foresight.refuse_output(destination.folder, source)
    usable = [entrant.method for entrant in entrants if entrant.scores_images]
    foresight.refuse_weights_dir(parsed.weights_dir, usable, source)
    pairs = loaded.chosen.assign(dataset=loaded.name)
    foresight.refuse_tables(parsed.report, pairs, labels, parsed.published, source, rows=not _is_record(config))
    others = registry.datasets().names() if parsed.published else ()
    foresight.refuse_published(parsed.published, loaded.table.assign(dataset=loaded.name), others, source)
    with source.placing():
        foresight.refuse_tests(
            parsed.statistics, pairs, [item.label for item in entrants], [item.label for item in everyone]
        )
    return Prepared(parsed, source, destination, folders, loaded, entrants)


def _label_extremes(loaded: Data, memory: FileHashes) -> dict[tuple[str, str], tuple[float, float]]:
    """Lowest and highest label of every reference, by its split and the SHA-256 of its file."""
    digests = _reference_hashes(loaded.table, memory)
    rows = loaded.table.assign(digest=loaded.table["reference_path"].map(digests))
    extremes = rows.groupby(["split", "digest"])["mos"].agg(["min", "max"])
    return {(str(key[0]), str(key[1])): (float(row["min"]), float(row["max"])) for key, row in extremes.iterrows()}  # type: ignore[index]


def _reference_hashes(pairs: pd.DataFrame, memory: FileHashes) -> dict[str, str]:
    """SHA-256 of each reference's file by its path; unreadable ones are left to scoring."""
    found: dict[str, str] = {}
    for path in dict.fromkeys(pairs["reference_path"]):
        with contextlib.suppress(OSError):
            found[str(path)] = memory.sha256(Path(path))
    return found


def _recorded(config: Config) -> Config:
    """The configuration inside a ``run.json``, else what was given."""
    if _is_record(config):
        assert isinstance(config, (str, Path))
        return dict(record.read(Path(config))["configuration"])
    return config


def _is_record(config: Config) -> bool:
    return isinstance(config, (str, Path)) and str(config).endswith(".json")


def _overridden(source: Source, overrides: Mapping[str, Any]) -> Source:
    """The configuration with what the command line (or a keyword) says."""
    given = {key: overrides[key] for key in ("output", "limit", "device") if overrides.get(key) is not None}
    return source.overridden(given, {key: f"--{key}" for key in given})


def _with_paths(config: RunConfig, source: Source, overrides: Mapping[str, Any]) -> RunConfig:
    """The configuration with its paths made absolute, and the plug-in folders that the command line adds."""
    changes: dict[str, Any] = {
        key: absolute(getattr(config, key), source, (key,))
        for key in ("output", "weights_dir")
        if getattr(config, key) is not None
    }
    added = parse(PluginFolders, source_of({"plugins": overrides.get("plugins") or ()}, "--plugins")).plugins
    folders = [absolute(folder, source, ("plugins",)) for folder in config.plugins]
    return config.model_copy(
        update={**changes, "plugins": (*folders, *(home_of(folder).absolute() for folder in added))}
    )


def add_plugin_folders(folders: Sequence[Path]) -> None:
    """Make further plug-in folders known.

    Raises:
        ConfigError: a folder has neither ``methods/`` nor ``datasets/``.
    """
    for folder in folders:
        try:
            plugins.add_folder(folder)
        except FileNotFoundError:
            raise ConfigError(f"{folder}: no plug-in folder: it holds neither methods/ nor datasets/") from None


def _keep(entrants: list[Entrant], wanted: Sequence[str] | None) -> list[Entrant]:
    """The entrants that ``--methods`` names, by label or name."""
    if wanted is None:
        return entrants
    labels = ", ".join(entrant.label for entrant in entrants)
    if not wanted:
        raise ConfigError(f"--methods: it names no method (this configuration has {labels})")
    kept = [entrant for entrant in entrants if entrant.label in wanted or entrant.name in wanted]
    found = {name for entrant in kept for name in (entrant.label, entrant.name)}
    unknown = [name for name in wanted if name not in found]
    if unknown:
        near = did_you_mean(unknown[0], [entrant.label for entrant in entrants])
        raise ConfigError(f"--methods: {unknown[0]!r} is not in this configuration (it has {labels}){near}")
    return kept


def _columns(prepared: Prepared, scored: Outcome) -> list[tuple[str, list[float]]]:
    """Each method's scores in the order of the pairs; score sources answer here."""
    chosen = prepared.data.chosen
    columns: list[tuple[str, list[float]]] = []
    for entrant in prepared.entrants:
        if isinstance(entrant.method, ScoreSource) and entrant.status == "scored":
            values = _ask(entrant, prepared, scored)
        else:
            values = [scored.scores.get((entrant.label, str(pair)), np.nan) for pair in chosen["pair"]]
        columns.append((entrant.label, values))
    return columns


def _ask(entrant: Entrant, prepared: Prepared, scored: Outcome) -> list[float]:
    """A score source's answer; what it can't answer is a failure with a reason."""
    loaded, chosen = prepared.data, prepared.data.chosen
    nothing = [float("nan")] * len(chosen)
    assert isinstance(entrant.method, ScoreSource)
    try:
        if registry.is_foreign(type(entrant.method)):
            limit = prepared.config.time_limit
            values = asking.ask(entrant.task(), prepared.plugin_folders, loaded.table, chosen, limit=limit)
        else:
            answer = entrant.method.scores(loaded.table.copy(), chosen.copy())
            values = contract_check.numbers_of(answer, chosen)
    except PluginError as error:
        entrant.give_up("failed", str(error))
        return nothing
    except UserError as error:
        entrant.give_up("unavailable", str(error))
        return nothing
    except (Exception, SystemExit) as error:  # a plug-in's failure is its own row's
        entrant.give_up("failed", in_words(error))
        return nothing
    for at, pair in enumerate(chosen["pair"]):
        reason = "it gave no score for this pair" if np.isnan(values[at]) else promise.fault(values[at], entrant.info)
        if reason:
            values[at] = float("nan")
            scored.failures.append(Failure(str(pair), entrant.label, reason))
    return values


def _assemble(
    prepared: Prepared,
    machine: Machine,
    plan: Plan,
    scored: Outcome,
    columns: list[tuple[str, list[float]]],
    told: Told,
) -> Run:
    """Scores with everything that readers must know, then statistics on them."""
    config, loaded = prepared.config, prepared.data
    table = files.scores_table(loaded.name, loaded.chosen, columns)
    first: dict[str, str] = {}
    for failure in scored.failures:
        first.setdefault(failure.label, failure.reason)
    methods = []
    for entrant in prepared.entrants:
        missing = int(table[entrant.label].isna().sum())
        method = lineup.scored_method(entrant, missing, len(table), first.get(entrant.label, ""))
        methods.append(lineup.directed(method, entrant, loaded.lower_mos_better))
    content = _record(prepared, machine, plan, scored, loaded)
    return outcome.complete(
        table,
        methods,
        failures=files.failures_table(scored.failures),
        statistics=config.statistics,
        report=config.report,
        published=config.published,
        title=config.report.title or loaded.dataset.info.title,
        notes=(
            *loaded.notes,
            *_precision(config),
            *flatness.notes(_infos(prepared), scored.flat),
            *_unenhanced(loaded, scored),
        ),
        lower_mos_better=loaded.lower_mos_better,
        simulated=loaded.simulated,
        record=content,
        directory=prepared.output,
        hints=_hints(prepared, methods),
        told=told,
    )


def _hints(prepared: Prepared, methods: Sequence[ScoredMethod]) -> Callable[[pd.DataFrame], Sequence[str]]:
    """A word on labels that most methods contradict, unless someone states their direction or they are made here."""
    if (
        prepared.data.simulated
        or prepared.data.lower_mos_better
        or prepared.config.dataset.lower_mos_better is not None
    ):
        return lambda summary: ()
    judging = [
        method
        for method, entrant in zip(methods, prepared.entrants, strict=True)
        if not (isinstance(entrant.method, ScoreSource) and entrant.method.predicts_label)
    ]
    return partial(directions.of_data_set, methods=judging)


def _infos(prepared: Prepared) -> dict[str, MethodInfo]:
    return {entrant.label: entrant.info for entrant in prepared.entrants}


def _unenhanced(loaded: Data, scored: Outcome) -> tuple[str, ...]:
    """What readers must know where enhanced images are their references."""
    names = [str(pair) for pair in loaded.chosen["pair"] if str(pair) in scored.same]
    if not names:
        return ()
    some = f"{names[0]}{', …' if len(names) > 1 else ''}"
    count = f"{len(names)} of {len(loaded.chosen)} pairs"
    return (f"In {count} the enhanced image is its reference, pixel by pixel ({some}): nothing was enhanced.",)


def _precision(config: RunConfig) -> tuple[str, ...]:
    """What readers must know where scores are not computed in single precision."""
    if config.autocast is None:
        return ()
    return (f"Scores computed under torch.autocast to {config.autocast}: they differ from those in single precision.",)


def _record(prepared: Prepared, machine: Machine, plan: Plan, scored: Outcome, loaded: Data) -> dict[str, Any]:
    """``run.json`` without what ``outcome`` adds and without times."""
    config = prepared.config
    failed = Counter(failure.label for failure in scored.failures)
    configuration = config.model_dump(mode="json", exclude_defaults=True, exclude={"output"})
    configuration["dataset"] = {**configuration["dataset"], **loaded.options}
    configuration["methods"] = [
        {"name": entrant.name, "label": entrant.label, **entrant.task().options} for entrant in prepared.entrants
    ]
    libraries = {"torch", "torchvision", "timm", "pyiqa", "scipy", "pandas", "numba", *provenance.DECODERS}
    return {
        "configuration": configuration,
        "dataset": {
            "name": loaded.name,
            "title": loaded.dataset.info.title,
            "source": loaded.dataset.info.source,
            "labels": "simulated" if loaded.simulated else "opinions",
            "fingerprint": loaded.fingerprint(plan.hashes),
            "pairs": len(loaded.chosen),
            "references": int(loaded.chosen["reference"].nunique()),
            "splits": [name for name in dict.fromkeys(loaded.chosen["split"]) if name],
        },
        "weights": {entrant.label: entrant.weights for entrant in prepared.entrants if entrant.weights},
        "failed_pairs": dict(sorted(failed.items())),
        "efficiency": costs.efficiency(scored.costs, _mean_seconds(prepared, scored)),
        "device": machine.device,
        "threads": machine.threads,
        "versions": provenance.versions(libraries),
        "machine": provenance.machine(),
    }


def _mean_seconds(prepared: Prepared, scored: Outcome) -> dict[str, float]:
    """Seconds a pair of each method that scored images, as stored when they were scored."""
    times: dict[str, list[float]] = {}
    for (label, _), value in scored.seconds.items():
        times.setdefault(label, []).append(value)
    return {
        entrant.label: round(math.fsum(times[entrant.label]) / len(times[entrant.label]), 6)  # in any order the same
        for entrant in prepared.entrants
        if entrant.label in times
    }
