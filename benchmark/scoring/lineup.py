"""Finds and builds the methods of a run, and sorts them into usable, unavailable and failed ones. No torch."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmark.config.models import MethodEntry
from benchmark.config.source import Source
from benchmark.core import provenance
from benchmark.core.errors import ConfigError, PluginError, UserError, WeightsUnavailableError, in_words
from benchmark.core.hashes import Entry, FileHashes, sha256_file
from benchmark.images import code as image_code
from benchmark.plugins import contract_check, registry, weights
from benchmark.plugins.contracts import Method, MethodInfo, ScoreSource, WeightFile
from benchmark.plugins.options import check_options, construct, options_model, plain_options, takes_path
from benchmark.results import lineage
from benchmark.results.scored import ScoredMethod, Status
from benchmark.scoring.messages import MethodTask
from benchmark.scoring.store import Producer


@dataclass(slots=True)
class Entrant:
    """A method as it enters a run.

    Attributes:
        label: unique in the run.
        name: registered name.
        options: the given options, checked.
        method: the instance; ``None`` where it could not be built.
        parts: the methods that its options name, whose sources and libraries decide its scores too.
        status: ``scored`` unless something prevents it.
        reason: why it is not scored, and what to do.
        weights: SHA-256 of each weight or local file it reads, by name.
        weight_files: the published weight files that it reads, and where they are.
        marks: remarks that tables must carry.
        trained_on: what its checkpoint was trained on, as tables print it; empty where the method itself states it.
        reads: the files that decide what it computes, as they were when the work was planned.
        alone: whether no other method of the run has the same title, so that the title identifies it.
        varied: whether the run has other entries of the same method, whose options are then recorded.
    """

    label: str
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    method: Method | None = None
    parts: tuple[Method, ...] = ()
    status: Status = "scored"
    reason: str = ""
    weights: dict[str, str] = field(default_factory=dict)
    weight_files: list[tuple[WeightFile, Path]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    trained_on: str = ""
    reads: dict[str, Entry] = field(default_factory=dict)
    alone: bool = True
    varied: bool = False

    @property
    def info(self) -> MethodInfo:
        """The method's metadata; a bare minimum where it could not be imported."""
        if self.method is not None:
            return self.method.info
        return MethodInfo(name=self.name, title=self.label, higher_is_better=True)

    @property
    def title(self) -> str:
        """What tables call it."""
        return self.info.title if self.alone and self.label == self.name else self.label

    @property
    def scores_images(self) -> bool:
        """Whether workers have to score it."""
        return self.status == "scored" and self.method is not None and not isinstance(self.method, ScoreSource)

    @property
    def libraries(self) -> tuple[str, ...]:
        """Distributions whose versions affect its scores."""
        return (*self.info.libraries, *(name for part in self.parts for name in part.info.libraries))

    def task(self) -> MethodTask:
        """What a worker needs to build it."""
        return MethodTask(self.label, self.name, plain_options(self.options), self.reads)

    def give_up(self, status: Status, reason: str) -> None:
        """Exclude it from this run, with the reason."""
        self.status, self.reason = status, reason


def line_up(entries: Sequence[MethodEntry], source: Source) -> list[Entrant]:
    """Find and build the methods of a configuration.

    Raises:
        ConfigError: an unknown name or a wrong option. A plug-in that fails to import raises nothing: its row says so.
    """
    known = registry.methods().listings()
    entrants = [_enter(entry, index, source, known) for index, entry in enumerate(entries)]
    counted = Counter(entrant.title for entrant in entrants)
    for entrant in entrants:
        entrant.alone = counted[entrant.title] == 1
    named = Counter(entrant.name for entrant in entrants)
    for entrant in entrants:
        entrant.varied = named[entrant.name] > 1
    return entrants


def _enter(
    entry: MethodEntry, index: int, source: Source, known: tuple[list[registry.Listing], list[registry.BrokenPlugin]]
) -> Entrant:
    methods = registry.methods()
    prefix = ("methods", index)
    try:
        listing = methods.find(entry.name, known)
    except PluginError as error:
        raise ConfigError(f"{source.where(prefix)}: {error}") from None
    entrant = Entrant(entry.label or listing.name, listing.name)
    try:
        method_type = methods.import_listing(listing, entry.options)
    except PluginError as error:
        entrant.give_up("failed", str(error))
        return entrant
    try:
        entrant.options = check_options(method_type, entry.options, source, prefix)
        method, entrant.parts = construct(method_type, entrant.options)
    except PluginError as error:
        entrant.give_up("failed", str(error))
        return entrant
    except ConfigError:
        raise
    except UserError as error:
        raise ConfigError(f"{source.where(prefix)}: {error}") from None
    except (Exception, SystemExit) as error:  # a plug-in's constructor may do anything; its own row suffers
        entrant.give_up("failed", f"can't be built: {in_words(error)}")
        return entrant
    try:
        reason = contract_check.check_method(method)
    except UserError as error:
        entrant.give_up("failed", str(error))
        return entrant
    entrant.method = method
    if reason is not None:
        entrant.give_up("unavailable", reason)
    return entrant


def find_weights(
    entrants: Sequence[Entrant], hashes: FileHashes, weights_dir: Path | None, *, offline: bool, unpublished: str
) -> None:
    """Locate (or download, unless offline) the files that methods read, and note their SHA-256.

    A method that lacks a file is unavailable.

    Args:
        entrants: the methods of a run.
        hashes: hashes files and remembers the digests.
        weights_dir: a folder made by ``weights --to``; searched first.
        offline: download nothing. After a first download without a connection, no other is tried.
        unpublished: ``refuse`` a weight file that is not the published one, or ``mark`` its method in every table.
    """
    for entrant in entrants:
        if not entrant.scores_images or entrant.method is None:
            continue
        try:
            _find_weights(entrant, entrant.method, hashes, weights_dir, offline=offline, unpublished=unpublished)
        except WeightsUnavailableError as error:
            entrant.give_up("unavailable", str(error))
            offline = offline or "no connection" in str(error)
        except UserError as error:
            entrant.give_up("failed", str(error))
        except OSError as error:
            entrant.give_up("unavailable", f"can't read {error.filename or error}: {error.strerror or 'not a file'}")


def _find_weights(
    entrant: Entrant,
    method: Method,
    hashes: FileHashes,
    weights_dir: Path | None,
    *,
    offline: bool,
    unpublished: str,
) -> None:
    wanted = lineage.pinned(method, lambda weight: weights.locate(weight, weights_dir))
    strict = unpublished == "refuse"
    files = weights.ensure(wanted, weights_dir=weights_dir, offline=offline, sha256=hashes.sha256, strict=strict)
    at_hand = list(zip(wanted, files, strict=True))
    lineage.check_weights(method, at_hand, hashes.sha256)
    if lineage.backbones_unknown(method):
        entrant.marks.append("its checkpoint does not record which backbones it was trained with")
    for weight, path in at_hand:
        entrant.weights[weight.full_name] = hashes.sha256(path)
        entrant.weight_files.append((weight, path))
        if not weights.is_published(weight, entrant.weights[weight.full_name]):
            entrant.marks.append(f"its weights are not the published file {weight.full_name}")
    for role, place in contract_check.files_of(method).items():
        entrant.weights[role] = hashes.sha256(Path(place))


def note_files(entrant: Entrant, hashes: FileHashes) -> None:
    """Note the files that decide what an entrant computes, as they are now; an entrant with changed weights is given up.

    Raises:
        OSError: a file can't be read.
    """
    assert entrant.method is not None
    plugins = (entrant.method, *entrant.parts)
    sources = [*(file for plugin in plugins for file in registry.source_files(type(plugin))), *image_code.files()]
    named = {weight.full_name: path for weight, path in entrant.weight_files}
    named |= {role: Path(place) for role, place in contract_check.files_of(entrant.method).items()}
    entrant.reads = {str(path): hashes.entry(path) for path in (*sources, *named.values())}
    for name, path in named.items():
        if entrant.weights.get(name) != entrant.reads[str(path)][4]:
            entrant.give_up("failed", f"{path}: changed while this run began: run again")


def producer(
    entrant: Entrant, *, device: str, threads: int, seed: int, sizes: Mapping[str, Any], autocast: str = ""
) -> Producer:
    """What would produce an entrant's scores now: with the two images, the key of a stored score."""
    if entrant.method is None:
        raise ValueError(f"{entrant.label} was not built")

    def sha256(path: Path) -> str:
        noted = entrant.reads.get(str(path))
        return sha256_file(path) if noted is None else str(noted[4])

    info = entrant.method.info
    device_type = device.split(":", maxsplit=1)[0]
    components = {
        "method": registry.normal(info.name),
        "version": info.version,
        "plug-in file sha256": registry.source_sha256(type(entrant.method), sha256),
        "image preparation sha256": image_code.sha256(),
        "size policy": json.dumps(dict(sizes), sort_keys=True),
        "device": device_type,
        "precision": f"autocast to {autocast}" if autocast else "float32",
    }
    if entrant.method.depends_on_seed():
        components["seed"] = str(seed)
    if device_type == "cpu":
        components["threads"] = str(threads)
    deciding = {key: item for key, item in entrant.options.items() if key not in entrant.method.indifferent_options}
    components |= {f"option {name}": json.dumps(value) for name, value in plain_options(deciding).items()}
    components |= {f"{name} sha256": digest for name, digest in entrant.weights.items()}
    for part in entrant.parts:
        components[f"version of {part.info.name}"] = part.info.version
        components[f"plug-in file of {part.info.name} sha256"] = registry.source_sha256(type(part), sha256)
    libraries = {"torch", *image_code.DECODERS, *entrant.libraries}
    components |= {f"library {name}": version for name, version in provenance.versions(libraries).items()}
    return Producer(components)


def scored_method(entrant: Entrant, missing: int, total: int, first_reason: str) -> ScoredMethod:
    """An entrant as tables show it, after scoring.

    Args:
        entrant: the method.
        missing: how many of the run's pairs it has no score for.
        total: the run's pairs.
        first_reason: why the first of them is missing.
    """
    info = entrant.info
    status, reason = entrant.status, entrant.reason
    settings, marks = {}, list(entrant.marks)
    training: Mapping[str, str] = {}
    with contextlib.suppress(UserError):  # a checkpoint that states nothing usable: its status says why
        training = lineage.training(lineage.stated(entrant.method))
    try:
        settings = contract_check.settings_of(entrant.method) if entrant.method is not None else {}
    except UserError as error:  # they were readable before scoring
        marks.append(f"its settings can't be read any more ({error})")
    if status == "scored" and missing:
        status = "failed" if missing == total else "partial"
        reason = first_reason
    return ScoredMethod(
        label=entrant.label,
        name=info.name,
        title=entrant.title,
        higher_is_better=info.higher_is_better,
        group=info.group if entrant.method is None else contract_check.group_of(entrant.method),
        trained_on=entrant.trained_on or info.trained_on,
        training=training,
        citation=info.citation,
        licence=info.licence,
        settings=settings,
        status=status,
        reason=reason,
        marks=tuple(marks),
        options=_options_in_force(entrant),
        source=info.source,
        libraries=entrant.libraries,
    )


def _options_in_force(entrant: Entrant) -> dict[str, str]:
    """All options of an entry beside which the run has other entries of its method, except files and folders."""
    if not entrant.varied or entrant.method is None:
        return {}
    known = {name: item.default for name, item in options_model(type(entrant.method)).model_fields.items()}
    files = {name for name in known if takes_path(type(entrant.method), name)}
    values = plain_options({name: value for name, value in {**known, **entrant.options}.items() if name not in files})
    stated: dict[str, str] = {}
    with contextlib.suppress(UserError):  # readable before scoring
        stated = contract_check.variant_of(entrant.method)
    return {name: _option_text(value) for name, value in values.items()} | stated


def _option_text(value: Any) -> str:
    """An option as a configuration has it, lists and mappings without brackets; empty where there is none."""
    if isinstance(value, Mapping):
        texts = {name: _option_text(item) for name, item in value.items()}
        return " ".join(text if name == "name" else f"{name}={text}" for name, text in texts.items())
    if isinstance(value, list):
        return " ".join(_option_text(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def directed(method: ScoredMethod, entrant: Entrant, lower_mos_better: bool) -> ScoredMethod:
    """The method with its direction: one that predicts labels has the labels' direction."""
    if isinstance(entrant.method, ScoreSource) and entrant.method.predicts_label:
        return replace(method, higher_is_better=not lower_mos_better)
    return method
