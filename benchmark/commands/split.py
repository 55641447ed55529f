"""``split``: divides a data set into partitions and writes them as a split file. No images are decoded, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchmark.commands import front
from benchmark.config.protocol import DIVIDED_KEYS, FORMS, DividedData, Protocol
from benchmark.config.source import KeyPath, Source, absolute, parse, read_source
from benchmark.config.study import study_of
from benchmark.core.errors import ConfigError, UserError
from benchmark.core.file_names import file_stems
from benchmark.core.hashes import sha256_file
from benchmark.core.words import did_you_mean
from benchmark.data import load, pairs, protocols, split_files, split_imports, stored_orders
from benchmark.data.partitions import Partitions, PartSize, marks, sizes
from benchmark.plugins import named_folders

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = {"file": "from", "leave_out": "leave-out"}
"""The options that are not called as the protocol's keys are."""
SHOWN = 10
"""Partitions that are listed one by one."""


def drawn(values: Mapping[str, Any]) -> Protocol | None:
    """The protocol of the command's options; ``None`` where there are none.

    Raises:
        ConfigError: the options don't make a protocol.
    """
    given = {key: value for key, value in values.items() if value is not None}
    if not given:
        return None
    words: dict[KeyPath, str] = {(key,): f"--{OPTIONS.get(key, key)}" for key in given}
    return parse(Protocol, Source(given, "split", Path.cwd(), set_by=words))


def labels_of(config: Path, settings: Sequence[str]) -> list[str]:
    """What the data sets of a study are called; empty for a configuration of one.

    Raises:
        UserError: the configuration can't be used.
    """
    source = read_source(config, settings)
    return [part.label for part in study_of(source).parts] if "datasets" in source.values else []


def _of_label(source: Source, label: str) -> Source:
    """The configuration of one data set of a study, with the protocol of all."""
    (part,) = [part for part in study_of(source).parts if part.label == label]
    shared = {key: source.values[key] for key in ("protocol",) if key in source.values}
    return replace(part.source, values={**part.source.values, **shared})


def read_data(
    config: Path, settings: Sequence[str], plugin_folders: Sequence[Path], label: str = ""
) -> tuple[DividedData, load.Data, Source]:
    """The data set of a configuration for ``run`` or ``train``, what the configuration says of it, and the configuration.

    Args:
        config: path of the configuration.
        settings: ``key=value`` with dotted keys.
        plugin_folders: further folders of plug-ins.
        label: of a study, which of its data sets.

    Raises:
        UserError: the configuration or the data can't be used.
    """
    source = read_source(config, settings)
    if label:
        source = _of_label(source, label)
    kept = replace(source, values={key: source.values[key] for key in DIVIDED_KEYS if key in source.values})
    parsed = parse(DividedData, kept)
    named_folders.use(named_folders.absolute(parsed.plugins, source, plugin_folders))
    data = load.load(parsed.dataset, source, None)
    if parsed.protocol is not None:
        parsed = parsed.model_copy(update={"protocol": _with_paths(parsed.protocol, source, label)})
    return parsed, data, source


def _with_paths(protocol: Protocol, source: Source, label: str) -> Protocol:
    """A protocol whose files are those of the data set, found relative to the configuration."""
    try:
        own = protocol.of_dataset(label) if label else protocol
    except ValueError as error:
        raise ConfigError(f"{source.named(('protocol',))}: {error}") from None
    paths = {
        key: absolute(value, source, ("protocol", key))
        for key in ("file", "rows")
        if isinstance(value := getattr(own, key), Path) and str(value) != "dataset"
    }
    return own.model_copy(update=paths)


def divided_pairs(entry: DividedData, data: load.Data) -> pd.DataFrame:
    """The pairs that are divided: those of all splits, unless the configuration names some."""
    if entry.dataset.splits is None:
        return data.table
    return pairs.choose_splits(data.table, list(entry.dataset.splits))


def summary(partitions: Partitions, table: pd.DataFrame) -> list[str]:
    """What is in each part, in lines for a terminal."""
    found = sizes(table, partitions)
    of = f"{partitions.dataset}: " if partitions.dataset else ""
    lines = [f"{of}{len(partitions.partitions)} partitions by {partitions.by}"]
    for partition in partitions.partitions[:SHOWN]:
        own = [size for size in found if size.number == partition.number]
        label = f" ({partition.label})" if partition.label else ""
        lines.append(f"  {partition.number}{label}: {', '.join(map(_size, own))}")
    if len(partitions.partitions) > SHOWN:
        lines.append(f"  … and {len(partitions.partitions) - SHOWN} more")
    return [*lines, *(f"note: {note}" for note in (*partitions.notes, *marks(table, partitions)))]


def _size(size: PartSize) -> str:
    return f"{size.part} {size.clusters:,} references, {size.pairs:,} pairs"


@front.guarded
def command(
    config: Annotated[Path | None, typer.Argument(metavar="[CONFIG]")] = None,
    to: Annotated[
        Path | None, typer.Option(parser=front.path_option, metavar="FILE", help="The split file: splits.json.")
    ] = None,
    repeat: Annotated[
        int | None, typer.Option(parser=front.whole_number(1), metavar="N", help="So many random divisions.")
    ] = None,
    test: Annotated[
        float | None, typer.Option(parser=front.number, metavar="F", help="With --repeat: share that is tested.")
    ] = None,
    validate: Annotated[
        float | None, typer.Option(parser=front.number, metavar="F", help="Share that selects checkpoints.")
    ] = None,
    folds: Annotated[
        int | None, typer.Option(parser=front.whole_number(2), metavar="K", help="K folds, each tested once.")
    ] = None,
    leave_out: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="`condition`, or `condition,reference`: tested, never trained on."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(parser=front.whole_number(0), metavar="S", help="Seed of what is drawn (default: 0).")
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option(
            "--from", parser=front.path_option, metavar="FILE", help="A file to convert: pyiqa's .csv or .pkl."
        ),
    ] = None,
    rows: Annotated[
        Path | None,
        typer.Option(
            parser=front.path_option, metavar="CSV", help="The table whose rows a .pkl numbers, or `dataset`."
        ),
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="TEXT", help="How the wanted columns of a .csv begin: ratio802_seed123.")
    ] = None,
    orders: Annotated[
        Path | None,
        typer.Option(parser=front.path_option, metavar="FILE", help="Stored orders, one a row (.mat or .csv), to cut."),
    ] = None,
    cut: Annotated[
        float | None, typer.Option(parser=front.number, metavar="F", help="With --orders: share that is trained on.")
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(parser=front.path_option, metavar="CSV", help="With --orders: the names that they number."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="Of a study: this data set. Without it, --to names a folder for all."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another split file.")] = False,
    set_: front.Settings = None,
    plugins: front.Plugins = None,
) -> int:
    """Divide a data set by reference, and write the partitions with their hash."""
    if to is None:
        raise UserError("split: name the file to write: --to splits.json")
    options: dict[str, Any] = {
        "repeat": repeat,
        "test": test,
        "folds": folds,
        "seed": seed,
        "file": from_,
        "rows": rows,
    }
    options |= {"columns": columns, "leave_out": leave_out and front.names(leave_out)}
    if orders is not None:
        wrong = next((key for key, value in options.items() if value is not None), None)
        if wrong is not None:
            raise UserError(f"split: --{OPTIONS.get(wrong, wrong)} and --orders are different protocols: keep one")
        partitions, table = _ordered(orders, cut, names, validate or 0.0, config, set_ or (), plugins or ())
    else:
        lonely = "--cut" if cut is not None else "--names" if names is not None else ""
        if lonely:
            raise UserError(f"split: {lonely} says how stored orders are read: name them with --orders")
        protocol = drawn({**options, "validate": validate})
        if config is None:
            raise UserError("split: name a configuration, whose data set is divided")
        folders = [Path(item) for item in plugins or ()]
        places = _places(to, labels_of(config, set_ or ()), dataset)
        failed = 0
        for label, place in places.items():
            try:
                made = _divided(config, set_ or (), folders, protocol, label, convert=from_ is not None)
            except UserError as error:
                if len(places) == 1:
                    raise
                failed += 1
                print(f"{label}: {error}")
                continue
            _write(place, *made, overwrite=overwrite)
        return 2 if failed == len(places) else 3 if failed else 0
    _write(to, partitions, table, overwrite=overwrite)
    return 0


def _places(to: Path, labels: Sequence[str], wanted: str | None) -> dict[str, Path]:
    """The split file of each data set, by its label; a configuration without a study has the label ``""``."""
    if not labels:
        if wanted is not None:
            raise UserError(
                "split: --dataset chooses among `datasets:`, which this configuration has not: leave it out"
            )
        return {"": to}
    if wanted is not None:
        if wanted not in labels:
            near = did_you_mean(wanted, labels) or f" (they are {', '.join(labels)})"
            raise UserError(f"split: no data set of this study is called {wanted!r}{near}")
        return {wanted: to}
    if len(labels) == 1 and (to.suffix or to.is_file()):  # there is nothing to choose
        return {labels[0]: to}
    if to.suffix or to.is_file():
        raise UserError(
            f"split: this study has {len(labels)} data sets: name one (--dataset {labels[0]}), "
            f"or a folder for all their files (--to splits)"
        )
    return {label: to / f"{stem}.json" for label, stem in file_stems(labels).items()}


def _divided(
    config: Path,
    settings: Sequence[str],
    folders: Sequence[Path],
    drawn_: Protocol | None,
    label: str,
    *,
    convert: bool,
) -> tuple[Partitions, pd.DataFrame]:
    """One data set's partitions and its pairs."""
    entry, data, source = read_data(config, settings, folders, label)
    protocol = drawn_ or entry.protocol
    if protocol is None:
        raise UserError(f"split: {config} has no `protocol`, so say how: --folds 5, --repeat 10 --test 0.2 … ({FORMS})")
    table = divided_pairs(entry, data)
    with source.placing():
        return protocols.make(table, protocol, label or data.name, convert=convert), table


def _write(to: Path, partitions: Partitions, table: pd.DataFrame, *, overwrite: bool) -> None:
    """Write a split file and print what is in it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    new = split_files.write(to, partitions, overwrite=overwrite)
    print("\n".join(summary(partitions, table)))
    print(f"{to}: {'written' if new else 'unchanged'}, sha256 {sha256_file(to)}")


def _ordered(
    orders: Path,
    cut: float | None,
    names: Path | None,
    validate: float,
    config: Path | None,
    settings: Sequence[str],
    folders: Sequence[Path],
) -> tuple[Partitions, pd.DataFrame]:
    """Partitions from stored orders, of a configuration's data set or of the listed names alone."""
    if cut is None or names is None:
        raise UserError("split: --orders needs --cut (the share that is trained on) and --names (what they number)")
    if not 0 < cut < 1 or not 0 <= validate < 1 - cut:
        raise UserError(f"split: --cut {cut:g} and --validate {validate:g}: shares above 0 whose sum is below 1")
    listing = split_imports.list_names(names)
    if config is None:
        partitions = stored_orders.from_orders(orders, listing, cut, validate, None, "")
        return partitions, stored_orders.table_of(listing)
    entry, data, _ = read_data(config, settings, folders)
    table = divided_pairs(entry, data)
    return stored_orders.from_orders(orders, listing, cut, validate, table, data.name), table
