"""Asks a score source that is not the engine's own in a helper process, which the source may crash or block. Pandas.

The helper's standard input is a pickle that this engine wrote for itself, and its answer is JSON on standard output: a
plug-in can spoil its answer and nothing else.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import plugins
from benchmark.core import children
from benchmark.core.errors import PluginError, UserError, in_words
from benchmark.plugins import contract_check
from benchmark.plugins.contracts import UsesScores
from benchmark.scoring.messages import MethodTask

if TYPE_CHECKING:
    import pandas as pd


def ask(
    task: MethodTask,
    folders: Sequence[str],
    table: pd.DataFrame,
    chosen: pd.DataFrame,
    others: pd.DataFrame,
    *,
    limit: float,
) -> list[float]:
    """The scores that a source answers.

    Args:
        task: the source with its options.
        folders: further plug-in folders.
        table: all pairs.
        chosen: the pairs that are asked for.
        others: the other methods' scores of them, for a source that uses them.
        limit: time limit in seconds.

    Raises:
        PluginError: the source failed, broke its contract, ended its process or took too long.
        UserError: the source itself says why it has no answer.
    """
    request = pickle.dumps((asdict(task), list(folders), table, chosen, others))
    answer = children.ask("benchmark.scoring.asking", request, limit)
    if answer.hung:
        raise PluginError(f"it takes longer than {limit:g} s")
    return _read(answer)


def _read(reply: children.Answer) -> list[float]:
    try:
        answer = json.loads(reply.text)
        if answer["kind"] == "values":
            return [float(value) for value in answer["values"]]
        text = str(answer["text"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PluginError(f"its process ended with exit status {reply.code} and gave no answer") from None
    if answer["kind"] == "user":
        raise UserError(text)
    raise PluginError(text)


def main() -> None:
    """Run the helper process."""
    children.die_with_parent()
    out = children.take_output()
    task, folders, table, chosen, others = pickle.load(sys.stdin.buffer)
    for folder in folders:
        plugins.add_folder(Path(folder))
    out.write(json.dumps(_answer(MethodTask(**task), table, chosen, others)))
    out.flush()
    os._exit(0)


def _answer(task: MethodTask, table: pd.DataFrame, chosen: pd.DataFrame, others: pd.DataFrame) -> dict[str, Any]:
    from benchmark.scoring.method_building import build  # noqa: PLC0415 - imports the plug-in

    try:
        source: Any = build(task)
        if isinstance(source, UsesScores):
            source.use(others)
        return {"kind": "values", "values": contract_check.numbers_of(source.scores(table, chosen), chosen)}
    except PluginError as error:
        return {"kind": "plugin", "text": str(error)}
    except UserError as error:
        return {"kind": "user", "text": str(error)}
    except (Exception, SystemExit) as error:  # a plug-in may do anything
        return {"kind": "plugin", "text": in_words(error)}


if __name__ == "__main__":
    main()
