"""Locates and checks everything that a configuration names, before the first image is read. Pandas; no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.config.models import PluginFolders, RunConfig
from benchmark.config.overrides import Overrides
from benchmark.config.source import Source, absolute, parse, read_source, source_of
from benchmark.config.study import refuse_needless
from benchmark.core import keywords, provenance
from benchmark.core.errors import ConfigError
from benchmark.core.words import did_you_mean
from benchmark.data import load
from benchmark.evaluation import drawn_observers, foresight, group_columns
from benchmark.plugins import named_folders, registry
from benchmark.results import run_json
from benchmark.results.study_columns import StudyColumns
from benchmark.scoring import destinations, lineup, several
from benchmark.scoring.destinations import Config
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.work import Prepared


def prepare(config: Config, settings: Sequence[str], overrides: Overrides) -> Prepared:
    """Read and check everything that can be checked before the first image is read.

    Raises:
        UserError: the configuration, a plug-in folder or the data can't be used.
    """
    return prepare_read(config, read(config, settings, overrides), overrides)


def prepare_read(config: Config, source: Source, overrides: Overrides) -> Prepared:
    """The same of a configuration that was read."""
    parsed = parse(RunConfig, source)
    refuse_needless(parsed.report, source, 1, divided=False)
    return prepared_of(Asked(config, source, parsed), overrides)


@dataclass(frozen=True, slots=True)
class Asked:
    """A run as it was asked for.

    Attributes:
        config: the configuration as it was given.
        source: as it was read.
        parsed: as a model.
        pooled: whether the pairs of all splits are taken as one set, which a study divides itself.
        store: where scores are kept, if a study's runs share them.
        studied: the methods of its columns that a study trains.
    """

    config: Config
    source: Source
    parsed: RunConfig
    pooled: bool = False
    store: Path | None = None
    studied: tuple[StudyColumns, ...] = ()


def read(config: Config, settings: Sequence[str], overrides: Overrides) -> Source:
    """A configuration, or the one inside a ``run.json``, with settings and options, and one entry for each method.

    Raises:
        ConfigError: it can't be read, or the methods that an entry stands for can't be found.
    """
    source = _overridden(read_source(_recorded(config), settings), overrides)
    source = several.write_out(source, overrides.plugins)
    return replace(source, name=str(config)) if is_record(config) else source


def prepared_of(asked: Asked, overrides: Overrides) -> Prepared:
    """Locate and check what a configuration names; raises like ``prepare``."""
    config, source = asked.config, asked.source
    parsed = _with_paths(asked.parsed, source, overrides)
    named_folders.use(parsed.plugins)
    entrants = lineup.line_up(parsed.methods, source)
    labels = _rows(entrants, asked.studied)
    everyone, entrants = entrants, _keep(entrants, overrides.methods)
    loaded = load.load(parsed.dataset, source, parsed.limit, offline=parsed.offline, pooled=asked.pooled)
    narrowed_by = destinations.narrowing(source, overrides) if asked.store is None else ()
    destination = destinations.find(config, parsed, source, narrowed_by, loaded, everyone)
    destination = replace(destination, shared=asked.store)
    foresight.refuse_output(destination.folder, source)
    usable = [entrant.method for entrant in entrants if entrant.scores_images]
    foresight.refuse_weights_dir(parsed.weights_dir, usable, source)
    pairs = loaded.chosen.assign(dataset=loaded.name)
    choices = None if loaded.choices is None else loaded.choices.assign(dataset=loaded.name)
    rows = not is_record(config)
    foresight.refuse_tables(
        parsed.report,
        pairs,
        labels,
        parsed.published,
        source,
        rows=rows,
        choices=choices,
        statistics=parsed.statistics,
    )
    if asked.store is None:  # of a study's data sets only some have a condition
        foresight.refuse_subsets(parsed.statistics, pairs, source)
    foresight.refuse_observers(labels, choices, source, noise_ceiling=parsed.statistics.noise_ceiling)
    others = registry.datasets().names() if parsed.published else ()
    foresight.refuse_published(parsed.published, loaded.table.assign(dataset=loaded.name), others, source)
    with source.placing():
        drawn_observers.refuse(parsed.statistics.resample, pairs, loaded.votes)
        foresight.refuse_tests(parsed.statistics, pairs, _rows(entrants, asked.studied), labels)
    plugin_folders = tuple(str(folder) for folder in parsed.plugins)
    files = list(loaded.dataset.label_files)
    groups = group_columns.resolve(pairs, parsed.report.groups, {}, files, source, strict=asked.store is None)
    return Prepared(parsed, source, destination, plugin_folders, loaded, entrants, asked.studied, groups)


def _rows(entrants: Sequence[Entrant], studied: Sequence[StudyColumns]) -> list[str]:
    """The labels of a run's rows: of its methods, one for all trainings of a method that a study trains."""
    rows = {column: item.label for item in studied for column in item.columns}
    return list(dict.fromkeys(rows.get(entrant.label, entrant.label) for entrant in entrants))


def refuse_device(prepared: Prepared) -> None:
    """Refuse a device that is not on this machine, where a method of the run scores images.

    Raises:
        ConfigError: the message names the device, and what to use instead.
    """
    device = prepared.config.device
    computes = device != "auto" and any(entrant.scores_images for entrant in prepared.entrants)
    unusable = provenance.why_no_device(device) if computes else ""
    if unusable:
        raise ConfigError(f"{prepared.source.named(('device',))}: {unusable}")


def _recorded(config: Config) -> Config:
    """The configuration inside a ``run.json``, else what was given."""
    if is_record(config):
        assert isinstance(config, (str, Path))
        return dict(run_json.read(Path(config))["configuration"])
    return config


def is_record(config: Config) -> bool:
    """Whether a configuration is the record of an earlier run."""
    return isinstance(config, (str, Path)) and str(config).endswith(".json")


def _overridden(source: Source, overrides: Overrides) -> Source:
    """The configuration with the options of the command line (or keywords)."""
    named = {"output": overrides.output, "limit": overrides.limit, "device": overrides.device}
    given = {key: value for key, value in named.items() if value is not None}
    return source.overridden(given, {key: f"--{key}" for key in given})


def _with_paths(config: RunConfig, source: Source, overrides: Overrides) -> RunConfig:
    """The configuration with its paths made absolute, and the plug-in folders that the command line adds."""
    changes: dict[str, Any] = {
        key: absolute(getattr(config, key), source, (key,))
        for key in ("output", "weights_dir")
        if getattr(config, key) is not None
    }
    added = parse(PluginFolders, source_of({"plugins": overrides.plugins or ()}, "--plugins")).plugins
    changes["report"] = group_columns.with_paths(config.report, source)
    entry = config.dataset.opinions
    if entry is not None and entry.file is not None:
        file = absolute(entry.file, source, ("dataset", "opinions", "file"))
        changes["dataset"] = config.dataset.model_copy(update={"opinions": entry.model_copy(update={"file": file})})
    return config.model_copy(update={**changes, "plugins": named_folders.absolute(config.plugins, source, added)})


def _keep(entrants: list[Entrant], named: str | Sequence[str] | None) -> list[Entrant]:
    """The entrants that ``--methods`` names, by label or name."""
    if named is None:
        return entrants
    wanted = keywords.names(named)
    labels = ", ".join(entrant.label for entrant in entrants)
    if not wanted:
        raise ConfigError(f"--methods: it names no method (this configuration has {labels})")
    kept = [entrant for entrant in entrants if entrant.label in wanted or entrant.name in wanted]
    kept_names = {name for entrant in kept for name in (entrant.label, entrant.name)}
    unknown = [name for name in wanted if name not in kept_names]
    if unknown:
        near = did_you_mean(unknown[0], [entrant.label for entrant in entrants])
        raise ConfigError(f"--methods: {unknown[0]!r} is not in this configuration (it has {labels}){near}")
    return kept
