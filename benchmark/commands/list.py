"""``list methods`` and ``list datasets``: print plug-ins or their options. Imports plug-ins, but not torch or pandas."""

from __future__ import annotations

import inspect
from typing import get_args

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from benchmark.commands import front
from benchmark.core.errors import PluginError, UserError, in_words
from benchmark.plugins import contract_check, registry, weights
from benchmark.plugins.contracts import Dataset, Method, MethodInfo
from benchmark.plugins.options import options_model
from benchmark.scoring import promise


def print_methods(console: Console) -> int:
    """Print a row per method: direction, training data, source, licence, and whether it can be used now."""
    methods = registry.methods()
    listings, broken = methods.listings()
    table = _table("name", "better", "trained on", "source", "licence", "usable now")
    for entry in listings:
        try:
            method_type = methods.import_listing(methods.find(entry.name, (listings, broken)), {})
        except PluginError as error:
            table.add_row(entry.name, "?", "", "", "", f"no: {error}")
            continue
        info = method_type.info
        better = "higher" if info.higher_is_better else "lower"
        licence = info.licence.removeprefix(f"{info.source}: ")
        table.add_row(info.name, better, info.trained_on, info.source, licence, usable(method_type))
    for item in broken:
        table.add_row(item.place, "?", "", "", "", f"no: {item.reason}")
    console.print(table)
    return 0


def usable(method_type: type[Method]) -> str:
    """``yes``, or why a method can't be used on this machine now with its default options."""
    required = [name for name, item in options_model(method_type).model_fields.items() if item.is_required()]
    if required:
        return f"with options: {', '.join(required)} must be given"
    try:
        method = method_type()
        reason = contract_check.check_method(method)
        missing = [item.name for item in contract_check.weights_of(method) if weights.locate(item, None) is None]
    except UserError as error:
        return f"no: {error}"
    except (Exception, SystemExit) as error:  # a plug-in may raise anything; its row shows it
        return f"no: can't be built: {in_words(error)}"
    if reason is not None:
        return f"no: {reason}"
    return f"needs weights, downloaded on first use ({len(missing)} files)" if missing else "yes"


def print_datasets(console: Console) -> int:
    """Print a row per data set: labels, where to get it, licence."""
    datasets = registry.datasets()
    listings, broken = datasets.listings()
    table = _table("name", "title", "labels", "where to get it", "licence")
    for entry in listings:
        try:
            info = datasets.import_listing(datasets.find(entry.name, (listings, broken))).info
        except PluginError as error:
            table.add_row(entry.name, f"can't be used: {error}", "", "", "")
            continue
        table.add_row(info.name, info.title, info.labels, info.source, info.licence)
    for item in broken:
        table.add_row(item.place, f"can't be used: {item.reason}", "", "", "")
    console.print(table)
    return 0


def print_options(console: Console, plugin: type[Method] | type[Dataset]) -> int:
    """Print a plug-in's docstring, and a row per option with its type and default."""
    options = options_model(plugin).model_fields
    text = inspect.cleandoc(plugin.__doc__ or "")
    if options and "Args:" not in text:  # they are explained where they were first defined
        texts = [inspect.cleandoc(base.__doc__ or "") for base in plugin.__mro__]
        text += next(("\n\nArgs:" + other.split("Args:")[1] for other in texts if "Args:" in other), "")
    console.print(f"{plugin.info.name}: {plugin.info.title}\n\n{text}\n", markup=False, highlight=False)
    if isinstance(plugin.info, MethodInfo):
        console.print(f"{scale(plugin.info)}\n", markup=False, highlight=False)
    table = _table("option", "type", "default")
    for name, field in options.items():
        kind = getattr(field.annotation, "__name__", "") or str(field.annotation)
        if get_args(field.annotation):
            kind = str(field.annotation).replace("typing.", "").replace("pathlib.", "")
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


def _table(*headers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold", no_wrap=header == "name")
    return table


app = typer.Typer(help="List methods or data sets.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@front.guarded
def methods(name: front.PluginName = None, plugins: front.Plugins = None) -> int:
    """All methods, with direction, source, licence, and whether they can be used now; or one with its options."""
    front.add_plugins(plugins)
    if name is not None:
        return print_options(front.consoles()[0], registry.methods().load(name))
    return print_methods(front.consoles()[0])


@app.command()
@front.guarded
def datasets(name: front.PluginName = None, plugins: front.Plugins = None) -> int:
    """All data sets, with where to get them; or one with its options."""
    front.add_plugins(plugins)
    if name is not None:
        return print_options(front.consoles()[0], registry.datasets().load(name))
    return print_datasets(front.consoles()[0])
