"""Loads and checks the data set of a run, chooses its splits and notes what tables must say. Pandas; no pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from benchmark.config.models import DATA_KEYS, DatasetEntry
from benchmark.config.source import Source, absolute
from benchmark.config.vote_files import OpinionsEntry
from benchmark.core.errors import ConfigError, PluginError, UserError, in_words
from benchmark.data import choices, folds, pairs
from benchmark.data.vote_tables import read_votes
from benchmark.data.votes_of_pairs import judge
from benchmark.images.sizes import SizePolicy
from benchmark.plugins import data_set_check, registry, trial
from benchmark.plugins.contracts import Dataset, MayDownload
from benchmark.plugins.options import check_options, options_model, plain_options


@dataclass(frozen=True, slots=True)
class Data:
    """A loaded data set.

    Attributes:
        dataset: the plug-in's instance.
        options: its checked options.
        table: all pairs of all splits (columns: ``benchmark.data.pairs``).
        chosen: the pairs to score.
        choices: the choices between them; ``None`` where the data set has none.
        sizes: how images are prepared.
        lower_mos_better: direction of the labels.
        notes: what tables must say.
        votes: single votes, row by row as ``chosen``, an observer a column; ``None`` where there are none.
    """

    dataset: Dataset
    options: Mapping[str, Any]
    table: pd.DataFrame
    chosen: pd.DataFrame
    choices: pd.DataFrame | None
    sizes: SizePolicy
    lower_mos_better: bool
    notes: tuple[str, ...] = field(default=())
    votes: pd.DataFrame | None = None

    @property
    def name(self) -> str:
        """The data set's registered name, as written in the first column of the run's files."""
        return self.dataset.info.name

    @property
    def simulated(self) -> bool:
        """Whether the labels are simulated."""
        return data_set_check.labels_of(self.dataset) == "simulated"

    def fingerprint(self, hashes: Mapping[str, str]) -> str:
        """SHA-256 over the scored pairs: names, labels and the content of both images."""
        digest = hashlib.sha256()
        for choice in self.choices.itertuples() if self.choices is not None else ():
            digest.update(f"{choice.first}\0{choice.second}\0{choice.preference!r}\0{choice.votes!r}\n".encode())
        for row in self.chosen.itertuples():
            images = (hashes.get(str(path), "unreadable") for path in (row.reference_path, row.enhanced_path))
            digest.update("\0".join((str(row.pair), repr(row.mos), *images)).encode() + b"\n")
        return digest.hexdigest()


def build(entry: DatasetEntry, source: Source, *, offline: bool = False) -> tuple[Dataset, dict[str, Any]]:
    """The data set's plug-in with its options.

    Args:
        entry: its entry in the configuration.
        source: the configuration, for messages.
        offline: whether it must not download anything.

    Raises:
        ConfigError: an unknown name or a wrong option; or a plug-in from elsewhere that, tried in a helper process first,
            ends or hangs it while listing its pairs.
    """
    try:
        plugin = registry.datasets().load(entry.name, entry.options)
    except PluginError as error:
        raise ConfigError(f"{source.where(('dataset',))}: {error}") from None
    known = options_model(plugin).model_fields
    given = entry.options
    for key in DATA_KEYS:
        if key in given and key not in known:
            raise ConfigError(f"{source.where(('dataset', key))}: the data set {entry.name!r} takes no {key!r}")
    options = check_options(plugin, given, source, ("dataset",))
    try:
        dataset = plugin(**options)
        data_set_check.check_dataset(dataset)
    except UserError as error:
        raise ConfigError(f"{source.where(('dataset',))}: {error}") from None
    except (Exception, SystemExit) as error:  # a plug-in's constructor may do anything
        raise ConfigError(f"{source.where(('dataset',))}: {entry.name} can't be built: {in_words(error)}") from error
    fault = trial.fault_of_pairs(entry.name, options) if registry.is_foreign(plugin) else ""
    if fault:
        raise ConfigError(f"{source.where(('dataset',))}: {entry.name}: {fault}")
    if offline and isinstance(dataset, MayDownload):
        dataset.offline = True
    return dataset, options


def size_policy(entry: DatasetEntry) -> SizePolicy:
    """How images are prepared, as the configuration says."""
    return SizePolicy(
        size_mismatch=entry.size_mismatch,
        resize=entry.resize,
        fov=entry.fov,
        max_pixels=entry.max_pixels,
        orientation=entry.orientation,
        bit_depth=entry.bit_depth,
    )


def arranged(table: pd.DataFrame, entry: DatasetEntry) -> pd.DataFrame:
    """The pairs in the splits that are used: those of the folds if one is left out, else the data set's own.

    Raises:
        ConfigError: there is no such fold.
    """
    if entry.test_fold is None:
        return table
    return folds.leave_out(folds.divide(table, entry.folds, entry.fold_seed), entry.test_fold)


def load(
    entry: DatasetEntry, source: Source, limit: int | None, *, offline: bool = False, pooled: bool = False
) -> Data:
    """Load a data set and choose the pairs to score.

    Args:
        entry: the data set and how it is read.
        source: the configuration as read, for messages.
        limit: only so many references of each split; ``None`` for all.
        offline: whether nothing may be downloaded.
        pooled: whether the pairs of all splits (or those named) are taken as one set without splits.

    Raises:
        ConfigError: an unknown name, option or split.
        benchmark.core.errors.DataError: the data can't be used; carries every problem.
    """
    dataset, options = build(entry, source, offline=offline)
    listed = data_set_check.pairs_of(dataset)
    judged = data_set_check.choices_of(dataset)
    table = pairs.complete(listed, labelled=judged is None)
    judged = None if judged is None else choices.complete(judged, table)
    wanted = None if entry.splits is None else list(entry.splits)
    if pooled:
        wanted = ["all"] if wanted is None else wanted
    with source.placing():
        table = arranged(table, entry)
        chosen = pairs.limit_references(pairs.choose_splits(table, wanted), limit)
    if pooled:
        table, chosen = table.assign(split=""), chosen.assign(split="")
    between = None if judged is None else _with_new_splits(choices.among(judged, chosen), chosen)
    lower = dataset.info.lower_mos_better if entry.lower_mos_better is None else entry.lower_mos_better
    sizes = size_policy(entry)
    votes, said = None, list[str]()
    if entry.opinions is not None:
        chosen, votes, said = _judged(entry.opinions, table, chosen, source)
    data = Data(dataset, plain_options(options), table, chosen, between, sizes, lower, votes=votes)
    return replace(data, notes=(*_notes(data, entry, limit), *said))


def _judged(
    entry: OpinionsEntry, table: pd.DataFrame, chosen: pd.DataFrame, source: Source
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """The chosen pairs with what votes say, the votes, and what is to be said of them; the file may have other splits'."""
    assert entry.file is not None
    placed = entry.model_copy(update={"file": absolute(entry.file, source, ("dataset", "opinions", "file"))})
    read = read_votes(placed, table, [str(path) for path in table["enhanced_path"]])
    by_pair = read.votes.set_axis(pd.Index(table["pair"].astype(str)))
    here = by_pair.loc[chosen["pair"].astype(str).tolist()].set_axis(chosen.index)
    judged = judge(chosen, here, entry.centre, read.unmatched)
    return judged.pairs, judged.votes, [*read.notes, *judged.notes]


def _with_new_splits(some: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Choices in the splits of their pairs, which folds may have changed."""
    return some.assign(split=chosen.set_index("pair").loc[some["first"], "split"].to_numpy())


def _notes(data: Data, entry: DatasetEntry, limit: int | None) -> list[str]:
    notes = list(data_set_check.notes_of(data.dataset))
    if data.simulated and not any("simulated labels" in note.lower() for note in notes):
        notes.insert(0, "Simulated labels: no person judged these images.")
    splits = [name for name in dict.fromkeys(data.chosen["split"]) if name]
    references = data.chosen["reference"].nunique()
    if entry.test_fold is not None:
        own = "the data set's own" if entry.folds is None else f"drawn by seed {entry.fold_seed}"
        count = data.table["fold"].nunique()
        notes.append(f"Fold {entry.test_fold} of {count} is the test split, the others are trained on (folds: {own}).")
    where = f"split {', '.join(splits)}: " if splits else ""
    notes.append(f"{where}{len(data.chosen)} pairs of {references} references.")
    if data.choices is not None:
        notes.append(f"{len(data.choices):,} choices of observers between two images of a reference.")
    if limit is not None:
        notes.append(f"Only the first {limit} references of each split (--limit).")
    if data.lower_mos_better and data.chosen["mos"].notna().any():
        notes.append("Lower labels mean better quality; correlations are turned so that positive means agreement.")
    unnamed = int((data.chosen["condition"] == "").sum())
    if 0 < unnamed < len(data.chosen):
        notes.append(f"{unnamed} pairs have no condition: they count in all pairs, in the rows of no condition.")
    notes += data.sizes.describe()
    shared = pairs.shared_references(data.table)
    if shared:
        notes.append(f"{len(shared)} references stand in more than one split.")
    return notes
