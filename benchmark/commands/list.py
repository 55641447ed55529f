"""``list methods`` and ``list datasets``: print plug-ins or their options. Imports plug-ins, but not torch or pandas."""

from __future__ import annotations

import inspect
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from benchmark.commands import front
from benchmark.commands.steps.listed_methods import methods_as_json, print_methods
from benchmark.core.errors import PluginError
from benchmark.plugins import registry
from benchmark.plugins.commercial import commercial_use
from benchmark.plugins.contracts import Dataset, DatasetInfo, Method, MethodInfo
from benchmark.plugins.copies import find_copies
from benchmark.plugins.options import method_options, options_model
from benchmark.scoring import promise

USUAL = Path("data")
"""The folder that is searched where none is named."""
LICENCE_WIDE = 21


def print_datasets(console: Console, root: Path | None = None) -> int:
    """Print a row per data set: its size, labels and licence as published, and where copies lie.

    Args:
        console: where to.
        root: the folder that is searched for copies; default: ``data`` in the current one, if it is there.

    Raises:
        UserError: there is no folder ``root``.
    """
    found, broken, top = _found(root)
    table = _table("name", "pairs", "refs", "labels", "better", "licence", "here")
    for column in table.columns[1:3]:
        column.justify, column.no_wrap = "right", True
    table.columns[3].no_wrap = True
    table.columns[5].max_width = LICENCE_WIDE
    table.collapse_padding = True
    for name, (data_set, places) in found.items():
        if isinstance(data_set, str):
            table.add_row(name, "", "", "", "", "", f"can't be used: {data_set}")
            continue
        info, here = data_set.info, _here(places, top)
        counts = (_count(info.pairs), _count(info.references))
        table.add_row(info.name, *counts, scale_of(info), better(info), info.licence, here)
    for item in broken:
        table.add_row(item.place, "", "", "", "", "", f"can't be used: {item.reason}")
    console.print(table)
    looked = (
        "not looked for: name a folder that holds data sets by --root"
        if top is None
        else f"below {top}, without simulated copies"
    )
    console.print(f"here: {looked}. `list datasets NAME` says where to get one and what it must look like.")
    return 0


def datasets_as_json(root: Path | None = None) -> list[dict[str, Any]]:
    """What ``print_datasets`` prints, and the rest of each ``info``, for programs.

    Raises:
        UserError: there is no folder ``root``.
    """
    found, broken, top = _found(root)
    items: list[dict[str, Any]] = []
    for name, (data_set, places) in found.items():
        if isinstance(data_set, str):
            items.append({"name": name, "error": data_set})
        else:
            here = None if top is None or places is None else [str(place) for place in places]
            items.append({**asdict(data_set.info), "here": here})
    return [*items, *({"name": item.place, "error": item.reason} for item in broken)]


Found = dict[str, tuple[type[Dataset] | str, list[Path] | None]]


def _found(root: Path | None) -> tuple[Found, list[registry.BrokenPlugin], Path | None]:
    """Every data set, or why it can't be used, with its copies; the files that can't be read; the folder searched."""
    datasets = registry.datasets()
    listings, broken = datasets.listings()
    found: Found = {}
    for entry in listings:
        try:
            found[entry.name] = (datasets.import_listing(datasets.find(entry.name, (listings, broken))), None)
        except PluginError as error:
            found[entry.name] = (str(error), None)
    top = root if root is not None or not USUAL.is_dir() else USUAL
    if top is not None:
        usable = {name: item for name, (item, _) in found.items() if not isinstance(item, str)}
        found.update({name: (usable[name], places) for name, places in find_copies(usable, top).items()})
    return found, broken, top


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def scale_of(info: DatasetInfo) -> str:
    """The labels of a data set in words: what they are, from where to where."""
    low, high = info.label_range
    span = "" if low is None or high is None else f" {_short(low)} to {_short(high)}"
    simulated = "simulated " if info.labels == "simulated" else ""
    return f"{simulated}{info.label_name}{span}"


def better(info: DatasetInfo) -> str:
    """Which labels are better."""
    return "lower" if info.lower_mos_better else "higher"


def _short(number: float) -> str:
    """A label with three digits, or all of those before the decimal point."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _here(places: list[Path] | None, top: Path | None) -> str:
    if top is None or places is None:
        return ""
    return "\n".join(str(place.relative_to(top)) if place != top else str(top) for place in places) or "no"


def print_options(console: Console, plugin: type[Method] | type[Dataset]) -> int:
    """Print a plug-in's docstring, and a row per option with its type and default."""
    options = options_model(plugin).model_fields
    text = inspect.cleandoc(plugin.__doc__ or "")
    if options and "Args:" not in text:  # they are explained where they were first defined
        texts = [inspect.cleandoc(base.__doc__ or "") for base in plugin.__mro__]
        text += next(("\n\nArgs:" + other.split("Args:")[1] for other in texts if "Args:" in other), "")
    console.print(f"{plugin.info.name}: {plugin.info.title}\n\n{text}\n", markup=False, highlight=False)
    if isinstance(plugin.info, MethodInfo):
        given = ", ".join(f"`{name}`" for name in method_options(plugin))
        line = f"Direction and range are those of {given}." if given else scale(plugin.info)
        console.print(f"{line}\n\n{terms(plugin.info)}\n", markup=False, highlight=False)
    else:
        console.print(f"{facts(plugin.info)}\n", markup=False, highlight=False)
    table = _table("option", "type", "default")
    for name, field in options.items():
        kind = getattr(field.annotation, "__name__", "") or str(field.annotation)
        if get_args(field.annotation):
            kind = str(field.annotation).replace("typing.", "").replace("pathlib.", "")
        kind = method_options(plugin)[name].__name__ if name in method_options(plugin) else kind
        table.add_row(name, kind, "must be given" if field.is_required() else str(field.default))
    if table.row_count:
        console.print(table)
    else:
        console.print("It has no options.")
    return 0


def scale(info: MethodInfo) -> str:
    """Sentences on the direction and range of a method's scores, and on its scores for images of one colour."""
    better = "Higher" if info.higher_is_better else "Lower"
    flat = f" For images of one colour it gives {info.flat_images}." if info.flat_images else ""
    return f"{better} is better; scores are {promise.in_words(info)}.{flat}"


def terms(info: MethodInfo) -> str:
    """A line on a method's licence with its default options."""
    use = {"yes": "commercial use allowed", "no": "no commercial use", "unknown": "commercial use not known"}
    return f"licence: {info.licence or 'not stated'} ({use[commercial_use(info.licence)]})"


def facts(info: DatasetInfo) -> str:
    """What was published of a data set, a line each; nothing of what isn't known."""
    size = [
        f"{_count(count)} {what}" for count, what in ((info.pairs, "pairs"), (info.references, "references")) if count
    ]
    lines = (
        ("published", ", ".join(size)),
        ("labels", f"{scale_of(info)}, {better(info)} is better"),
        ("opinions", info.opinions),
        ("splits", ", ".join(info.splits)),
        ("layout", info.layout),
        ("variants", info.variants),
        ("get it", info.source),
        ("citation", info.citation),
        ("licence", info.licence),
    )
    return "\n".join(f"{name}: {text}" for name, text in lines if text)


def _table(*headers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold", no_wrap=header == "name")
    return table


app = typer.Typer(help="List methods or data sets.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@front.guarded
def methods(
    name: front.PluginName = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
    plugins: front.Plugins = None,
) -> int:
    """All methods: direction, source, licence, commercial use, whether they can be used now; or one with its options."""
    front.add_plugins(plugins)
    if as_json:
        items = methods_as_json()
        wanted = None if name is None else registry.methods().find(name).name
        print(json.dumps([item for item in items if wanted in (None, item["name"])], indent=2))
        return 0
    if name is not None:
        return print_options(front.consoles()[0], registry.methods().load(name))
    return print_methods(front.consoles()[0])


@app.command()
@front.guarded
def datasets(
    name: front.PluginName = None,
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", parser=front.path_option, metavar="DIR", help="Look for copies here and two levels below."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
    plugins: front.Plugins = None,
) -> int:
    """All data sets: size, labels, licence, and where copies lie; or one with its options and where to get it."""
    front.add_plugins(plugins)
    if as_json:
        items = datasets_as_json(root)
        wanted = None if name is None else registry.datasets().find(name).name
        print(json.dumps([item for item in items if wanted in (None, item["name"])], indent=2))
        return 0
    if name is not None:
        return print_options(front.consoles()[0], registry.datasets().load(name))
    return print_datasets(front.consoles()[0], root)
