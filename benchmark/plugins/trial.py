"""Tries a plug-in from elsewhere in a helper process before this one imports it. Standard library only.

A plug-in is code that this project did not write: importing or building it may end the process, even with an exit status of
0, or never return. The helper does the same first; if it dies or hangs, the plug-in's own row says so and nothing else
suffers. Exceptions are left to the caller, who meets them again and knows how to report them.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark import plugins
from benchmark.core import children

LIMIT_S = 120.0
PAIRS_LIMIT_S = 600.0
STEPS = ("imported", "built", "listing")
DOING = {
    "": "when it is imported",
    "imported": "when it is built with its options",
    "listing": "when it lists its pairs",
}


def is_foreign(file: Path | None) -> bool:
    """Whether a plug-in's file (``None``: an installed package's) does not come with this engine."""
    if file is None:
        return True
    own = [Path(folder) for kind in plugins.KINDS for folder in plugins.shipped_folders(kind)]
    own.append(Path(plugins.__file__).resolve().parent)
    return not any(file.resolve().is_relative_to(folder.resolve()) for folder in own)


def fault(kind: plugins.Kind, name: str, options: Mapping[str, Any] | None = None, limit: float = LIMIT_S) -> str:
    """The harm that a plug-in does to the process that imports it, and builds it if options are given; empty for none.

    Args:
        kind: the kind of plug-in.
        name: registered name.
        options: as written in the configuration; ``None`` to import only.
        limit: seconds until it counts as hanging.
    """
    return _try({"kind": kind, "name": name, "options": options, "pairs": False}, limit)


def _try(task: Mapping[str, Any], limit: float) -> str:
    request = {**task, "folders": _further_folders()}
    answer = children.ask("benchmark.plugins.trial", json.dumps(request, default=str).encode(), limit)
    done = [line for line in answer.text.splitlines() if line in (*STEPS, "end")]
    if done[-1:] == ["end"]:
        return ""
    doing = DOING.get(done[-1] if done else "", DOING["imported"])
    if answer.hung:
        return f"it takes longer than {limit:g} s {doing}"
    code = answer.code
    how = f"is killed by {signal.Signals(-code).name}" if code < 0 else f"ends with exit status {code}"
    return f"its process {how} {doing}"


def fault_of_pairs(name: str, options: Mapping[str, Any], limit: float = PAIRS_LIMIT_S) -> str:
    """The harm that a data set does to the process in which it lists its pairs; empty for none.

    Args:
        name: registered name.
        options: checked, with absolute paths.
        limit: seconds until it counts as hanging.
    """
    return _try({"kind": "datasets", "name": name, "options": options, "pairs": True}, limit)


def _further_folders() -> list[str]:
    """The folders of plug-ins that don't come with the engine, as arguments of ``plugins.add_folder``."""
    return list(dict.fromkeys(str(folder.parent) for kind in plugins.KINDS for folder in plugins.folders(kind)))


def main() -> None:
    """The helper process: does what a request on standard input asks, and reports each step on standard output."""
    children.die_with_parent()
    out = children.take_output()
    request = json.loads(sys.stdin.read())
    for folder in request["folders"]:
        with contextlib.suppress(FileNotFoundError):
            plugins.add_folder(Path(folder))

    def tell(step: str) -> None:
        out.write(f"{step}\n")
        out.flush()

    with contextlib.suppress(BaseException):  # the caller meets the error again
        _do(request, tell)
    tell("end")
    os._exit(0)  # skips the plug-in's threads and exit functions


def _do(request: Mapping[str, Any], tell: Any) -> None:
    from benchmark.config.source import read_source  # noqa: PLC0415
    from benchmark.plugins import contract_check, data_set_check, registry  # noqa: PLC0415 - `registry` imports this package
    from benchmark.plugins.options import check_options, construct  # noqa: PLC0415

    kinds: Mapping[str, Any] = {"methods": registry.methods, "datasets": registry.datasets}
    plugin = kinds[request["kind"]]().load(request["name"], tried=True)
    tell("imported")
    if request["pairs"]:
        options = check_options(plugin, request["options"], read_source({}), ("dataset",))
        dataset = plugin(**options)
        tell("listing")
        data_set_check.pairs_of(dataset)
    elif request["options"] is not None:
        built, _ = construct(plugin, request["options"], tried=True)
        tell("built")
        if request["kind"] == "methods":
            contract_check.check_method(built)


__all__: Sequence[str] = ("LIMIT_S", "fault", "fault_of_pairs", "is_foreign")

if __name__ == "__main__":
    main()
