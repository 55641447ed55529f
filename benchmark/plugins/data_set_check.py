"""Checks whether a data set keeps its contract, and says in a sentence to its author where it doesn't. Pandas late.

The same of methods, and of what plug-ins say of themselves, is in ``contract_check``.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, get_args

from benchmark.core.errors import PluginError, Problem
from benchmark.plugins.answers import all_of, asked, broken, hidden, kind_of, shown
from benchmark.plugins.contract_check import info_fault
from benchmark.plugins.contracts import Dataset, DatasetInfo, LabelKind, StatesLabels

if TYPE_CHECKING:
    import pandas as pd


def check_dataset(dataset: Dataset) -> None:
    """Make sure that a built data set keeps the contract.

    Raises:
        PluginError: it breaks the contract, in one sentence.
    """
    fault = info_fault(dataset.info, DatasetInfo) or hidden(dataset)
    if fault:
        raise PluginError(broken(fault))


def pairs_of(dataset: Dataset) -> pd.DataFrame:
    """The table that a data set returns, columns unchecked.

    Raises:
        PluginError: it isn't a table, or the plug-in fails.
        UserError: what it raises itself.
    """
    import pandas as pd  # noqa: PLC0415

    table = asked(dataset.pairs, "pairs", _data_set(dataset))
    if not isinstance(table, pd.DataFrame):
        raise PluginError(
            _data_set(dataset)
            + broken(f"`pairs()` returned {kind_of(table)}; it must return a pandas DataFrame, one row a pair")
        )
    return table


def choices_of(dataset: Dataset) -> pd.DataFrame | None:
    """The table of choices that a data set returns, columns unchecked, or ``None``; raises like ``pairs_of``."""
    import pandas as pd  # noqa: PLC0415

    table = asked(dataset.choices, "choices", _data_set(dataset))
    if table is not None and not isinstance(table, pd.DataFrame):
        raise PluginError(
            _data_set(dataset)
            + broken(
                f"`choices()` returned {kind_of(table)}; it must return a pandas DataFrame, one row a choice, or None"
            )
        )
    return table


def examined(dataset: Dataset) -> tuple[pd.DataFrame, list[Problem]]:
    """The usable pairs of a data set and the problems with the others; raises like ``pairs_of``.

    A data set without ``examine`` is asked for its ``pairs`` directly, so that a message names the function it defines.
    """
    if dataset.examine == types.MethodType(Dataset.examine, dataset):
        return pairs_of(dataset), []
    import pandas as pd  # noqa: PLC0415

    answer = asked(dataset.examine, "examine", _data_set(dataset))
    if not (
        isinstance(answer, tuple)
        and len(answer) == 2
        and isinstance(answer[0], pd.DataFrame)
        and all_of(answer[1], Problem)
    ):
        raise PluginError(
            _data_set(dataset)
            + broken(f"`examine()` returned {kind_of(answer)}; it must return a DataFrame and a list of Problem(…)")
        )
    return answer[0], list(answer[1])


def labels_of(dataset: Dataset) -> str:
    """Whether the labels are ``opinions`` or ``simulated``: as the data set says, else as its ``info`` does.

    Raises:
        PluginError: they are neither.
    """
    labels = asked(lambda: _labels(dataset), "labels", _data_set(dataset))
    if labels not in get_args(LabelKind):
        kinds = " or ".join(map(repr, get_args(LabelKind)))
        raise PluginError(_data_set(dataset) + broken(f"its `labels` is {shown(labels)}; it must be {kinds}"))
    return str(labels)


def notes_of(dataset: Dataset) -> tuple[str, ...]:
    """The sentences that tables must print about a data set; raises like ``pairs_of``."""
    notes = asked(dataset.notes, "notes", _data_set(dataset))
    if not all_of(notes, str):
        raise PluginError(
            _data_set(dataset) + broken(f"`notes()` returned {kind_of(notes)}; it must return a tuple of sentences")
        )
    return tuple(notes)


def _labels(dataset: Dataset) -> LabelKind:
    return dataset.labels if isinstance(dataset, StatesLabels) else dataset.info.labels


def _data_set(dataset: Dataset) -> str:
    return f"data set {dataset.info.name}: "
