"""Fits methods that learn from columns, anew in each partition, and takes their scores of the tested pairs. Pandas.

The labels of tested pairs stay here: a plug-in is built anew for each partition and given those it is trained on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmark.core.errors import PluginError, UserError
from benchmark.data.partitions import Partitions, rows_of_each
from benchmark.evaluation.trained_scores import PARTITION_COLUMNS, SCALING, TestedPart, TrainedScores
from benchmark.plugins import contract_check
from benchmark.plugins.contracts import LearnsFromColumns, MethodInfo
from benchmark.results.scored import OWN, ScoredMethod, Status

ABOUT = ("pair", "reference", "cluster", "condition")
"""What a method is told of a pair beside its features."""
BY_PARTITION = "the training part of each partition"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Learner:
    """A plug-in that learns from columns, as a study asks for it.

    Attributes:
        label: what its row is called.
        name: its registered name.
        features: the columns that it learns from.
        info: its description.
        settings: options that tables print.
        build: makes a new one.
    """

    label: str
    name: str
    features: tuple[str, ...]
    info: MethodInfo
    settings: Mapping[str, str]
    build: Callable[[], LearnsFromColumns]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a learner did with one data set.

    Attributes:
        method: its record; says what failed.
        scores: of each partition by its number, what its training gives.
    """

    method: ScoredMethod
    scores: Mapping[int, TrainedScores]


def learn(
    learner: Learner, scores: pd.DataFrame, features: pd.DataFrame, partitions: Partitions, *, lower_mos_better: bool
) -> Learned:
    """Fit a method in every partition and score the tested pairs; one that fails costs its partition only.

    Args:
        learner: the method.
        scores: the pairs of one data set (columns of ``scores.csv``).
        features: the columns of its table, row by row as ``scores``.
        partitions: how it is divided.
        lower_mos_better: whether lower labels mean better quality.
    """
    given = features[list(learner.features)].astype(float).reset_index(drop=True)
    about = scores[list(ABOUT)].reset_index(drop=True)
    labels = scores["mos"].to_numpy(dtype=float) * (-1.0 if lower_mos_better else 1.0)
    names = about["pair"].astype(str).to_numpy()
    found: dict[int, TrainedScores] = {}
    faults: list[tuple[int, str]] = []
    gaps = _gaps(given)
    for partition, parts in rows_of_each(scores, partitions) if not gaps else ():
        train, test, validation = parts["train"], parts["test"], parts["validation"]
        try:
            if not train.any():
                raise UserError("nothing to train on")
            method = learner.build()
            values = contract_check.learned(
                method, (given[train], labels[train], about[train]), (given[test], about[test])
            )
            further: list[float] = []
            if not method.label_units and validation.any():
                further = contract_check.predicted(method, (given[validation], about[validation]))
        except UserError as error:
            faults.append((partition.number, str(error)))
            continue
        found[partition.number] = TrainedScores(
            None,
            _by_name(names[test], values),
            _by_name(names[validation], further) if further else {},
            label_units=method.label_units,
        )
    reason = gaps or _reason(faults, found, len(partitions.partitions))
    return Learned(_record(learner, found, reason), found)


def _by_name(names: Iterable[str], values: Iterable[float]) -> dict[str, float]:
    return {name: value if math.isfinite(value) else math.nan for name, value in zip(names, values, strict=True)}


def _gaps(features: pd.DataFrame) -> str:
    """Why features can't be learned from; empty if they can."""
    for name in features.columns:
        missing = int((~np.isfinite(features[name])).sum())
        if missing:
            return f"the column {name!r} has no finite number for {missing:,} of {len(features):,} pairs"
    return ""


def _reason(faults: Sequence[tuple[int, str]], found: Mapping[int, TrainedScores], count: int) -> str:
    if faults:
        more = f" (and {len(faults) - 1} more of {count} partitions)" if len(faults) > 1 else ""
        return f"partition {faults[0][0]}: {faults[0][1]}{more}"
    missing = [number for number, item in found.items() if any(map(math.isnan, item.scores.values()))]
    if missing:
        shown = ", ".join(map(str, missing[:SHOWN])) + (", …" if len(missing) > SHOWN else "")
        return f"no score for some pairs of {len(missing)} of {count} partitions ({shown})"
    return ""


def _record(learner: Learner, found: Mapping[int, TrainedScores], reason: str) -> ScoredMethod:
    known = any(not all(map(math.isnan, item.scores.values())) for item in found.values())
    status: Status = "scored" if not reason else "partial" if known else "failed"
    return ScoredMethod(
        label=learner.label,
        name=learner.name,
        title=learner.info.title if learner.label == learner.name else learner.label,
        higher_is_better=True,
        group=learner.info.group,
        trained_on=BY_PARTITION,
        citation=learner.info.citation,
        licence=learner.info.licence,
        settings={"features": ", ".join(learner.features), **learner.settings},
        status=status,
        reason=reason,
        by_partition=True,
        train_on=OWN,
        source=learner.info.source,
        libraries=learner.info.libraries,
    )


def imported_methods(parts: Sequence[TestedPart]) -> list[ScoredMethod]:
    """The records of methods whose trainings were read from a file; says which partitions or pairs they lack."""
    found = []
    for label in dict.fromkeys(label for part in parts for label in part.trained):
        missing = [part.number for part in parts if label not in part.trained]
        short = [
            part.number
            for part in parts
            for item in part.trained.get(label, ())
            if any(math.isnan(item.scores.get(name, math.nan)) for name in part.pairs)
        ]
        reason = _lacking("no score in", missing, len(parts)) or _lacking(
            "no score for some pairs of", short, len(parts)
        )
        found.append(
            ScoredMethod(
                label=label,
                name=label,
                title=label,
                higher_is_better=True,
                trained_on=BY_PARTITION,
                status="partial" if reason else "scored",
                reason=reason,
                by_partition=True,
                train_on=OWN,
            )
        )
    return found


def _lacking(what: str, numbers: Sequence[int], count: int) -> str:
    """Which partitions lack something; empty for none."""
    places = list(dict.fromkeys(numbers))
    shown = ", ".join(map(str, places[:SHOWN])) + (", …" if len(places) > SHOWN else "")
    return f"{what} {len(places)} of {count} partitions ({shown})" if places else ""


def partition_scores(dataset: str, parts: Iterable[TestedPart]) -> pd.DataFrame:
    """The content of ``partitions.csv``: a row for each partition, method, training and pair that it tests or validates."""
    rows: list[pd.DataFrame] = []
    for part in parts:
        for label, trainings in part.trained.items():
            for item in trainings:
                scores = {**item.scores, **item.validation}
                cells = {
                    "dataset": dataset,
                    "partition": part.number,
                    "seed": np.nan if item.seed is None else item.seed,
                }
                columns = {**cells, "pair": list(scores), "method": label, "score": list(scores.values())}
                if item.scaling is not None:
                    columns |= dict(zip(SCALING, item.scaling, strict=True))
                rows.append(pd.DataFrame(columns))
    if not rows:
        return pd.DataFrame(columns=list(PARTITION_COLUMNS))
    table = pd.concat(rows, ignore_index=True)
    return table.astype({"seed": "Int64"})


def check_learner(kind: type, name: str) -> type[LearnsFromColumns]:
    """A method's class as one that learns from columns.

    Raises:
        PluginError: it is another kind of method.
    """
    if not issubclass(kind, LearnsFromColumns):
        raise PluginError(f"{name} does not learn from columns: it has no `features` (docs/add_a_method.md)")
    return kind
