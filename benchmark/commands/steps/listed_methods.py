"""All methods for ``list methods``: in groups by whether they can be used now, in tables that fit the terminal. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmark.core.errors import PluginError, UserError, in_words
from benchmark.core.fitting import GAP, fitting, left_out, widest
from benchmark.plugins import contract_check, registry, weights
from benchmark.plugins.commercial import commercial_use
from benchmark.plugins.contracts import Method
from benchmark.plugins.options import method_options, options_model

GROUPS: Mapping[str, str] = {
    "usable": "Usable now",
    "weights": "Usable once their weights are here: downloaded on first use, or by `weights`",
    "checkpoint": "Usable with a checkpoint: train them first",
    "options": "Usable with options that must be given",
    "unusable": "Can't be used here",
}
"""Groups of methods by what they lack, and their headings."""
STARTS = {
    "yes": "usable",
    "needs weights": "weights",
    "no: needs a checkpoint": "checkpoint",
    "with options": "options",
}
WIDEST = {"trained on": 26, "source": 14, "licence": 21, "why": 40}
"""The most that columns of text take; longer cells are folded."""
WANTED = ("commercial", "trained on", "source", "licence")
"""Columns that are left out where there is no room, the last one first."""


@dataclass(frozen=True, slots=True)
class ListedMethod:
    """A row of the list.

    Attributes:
        group: of ``GROUPS``.
        cells: by heading.
    """

    group: str
    cells: Mapping[str, str]


def group_of(usable: str) -> str:
    """The group of a method by what ``usable`` says of it."""
    return next((group for start, group in STARTS.items() if usable.startswith(start)), "unusable")


def print_methods(console: Console) -> int:
    """Print the methods in groups; columns that the terminal has no room for are named below."""
    rows = _rows()
    missing: dict[str, None] = {}
    needed = 0
    for group, heading in GROUPS.items():
        own = [row for row in rows if row.group == group]
        if not own:
            continue
        console.print(f"{heading} ({len(own)})", highlight=False, soft_wrap=True)
        shown, absent, whole = _columns(own, console.width, why=group in ("options", "unusable"))
        missing |= dict.fromkeys(absent)
        needed = max(needed, whole)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
        for name in shown:
            table.add_column(name, overflow="fold", max_width=WIDEST.get(name), no_wrap=name in ("name", "commercial"))
        for row in own:
            table.add_row(*(row.cells.get(name, "") for name in shown))
        console.print(table)
    if missing:
        console.print(
            left_out(list(missing), console.width, needed, "`list methods --json`"), highlight=False, soft_wrap=True
        )
    console.print("commercial: whether the licence of code and weights allows commercial use; ? is not known.")
    return 0


def _columns(rows: list[ListedMethod], width: int, *, why: bool) -> tuple[list[str], list[str], int]:
    """The columns of a group that are shown, those that are not, and the width that shows all."""
    order = ["name", "better", "commercial", "trained on", "source", "licence", *(["why"] if why else [])]
    widths = {
        name: min(WIDEST.get(name, width), max(len(name), widest(row.cells.get(name, "") for row in rows)))
        for name in order
    }
    needed = sum(widths.values()) + GAP * (len(order) - 1)
    widths |= {"why": 20} if why else {}  # folded where there is little room
    kept = fitting(widths, WANTED, [name for name in order if name not in WANTED], width, GAP)
    return [name for name in order if name in kept], [name for name in order if name not in kept], needed


def _rows() -> list[ListedMethod]:
    """A row per method, and per file that can't be read."""
    found, broken = _methods()
    rows = []
    for name, method_type in found.items():
        if isinstance(method_type, str):
            rows.append(ListedMethod("unusable", {"name": name, "better": "?", "why": method_type}))
            continue
        info, can = method_type.info, usable(method_type)
        better = "higher" if info.higher_is_better else "lower"
        use = commercial_use(info.licence)
        cells = {
            "name": info.name,
            "better": "as " + ", ".join(method_options(method_type)) if method_options(method_type) else better,
            "commercial": "?" if use == "unknown" else use,
            "trained on": info.trained_on,
            "source": info.source,
            "licence": info.licence.removeprefix(f"{info.source}: "),
            "why": can.removeprefix("no: ").removeprefix("with options: "),
        }
        rows.append(ListedMethod(group_of(can), cells))
    return rows + [ListedMethod("unusable", {"name": item.place, "better": "?", "why": item.reason}) for item in broken]


def methods_as_json() -> list[dict[str, Any]]:
    """What ``print_methods`` prints, and the rest of each ``info``, for programs."""
    found, broken = _methods()
    items: list[dict[str, Any]] = []
    for name, method_type in found.items():
        if isinstance(method_type, str):
            items.append({"name": name, "error": method_type})
            continue
        info, can = method_type.info, usable(method_type)
        item = {**asdict(info), "commercial_use": commercial_use(info.licence), "usable": can, "group": group_of(can)}
        if method_options(method_type):  # the named method's
            item |= {"higher_is_better": None, "score_range": None}
        items.append(item)
    return [*items, *({"name": item.place, "error": item.reason} for item in broken)]


def _methods() -> tuple[dict[str, type[Method] | str], list[registry.BrokenPlugin]]:
    """Every method, or why it can't be used, and the files that can't be read."""
    methods = registry.methods()
    listings, broken = methods.listings()
    found: dict[str, type[Method] | str] = {}
    for entry in listings:
        try:
            found[entry.name] = methods.import_listing(methods.find(entry.name, (listings, broken)), {})
        except PluginError as error:
            found[entry.name] = str(error)
    return found, broken


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
