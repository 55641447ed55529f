"""Scores the same pairs with enhanced images changed a little: the configuration's ``robustness``. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd
from rich.console import Console

from benchmark.commands.steps.ready import Ready
from benchmark.images.disturb import Disturbance
from benchmark.report.text import one_line
from benchmark.scoring.torchrun import ScoringRanks
from benchmark.scoring.work import Prepared, plan_work, score


@dataclass(frozen=True, slots=True)
class Disturbed:
    """Scores with disturbed images.

    Attributes:
        scores: by disturbance: a column a method, a row a pair, as the data set has them.
        lost: sentences on scores that are missing.
    """

    scores: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    lost: tuple[str, ...] = ()


UNDISTURBED = Disturbed()


def with_disturbance(prepared: Prepared, name: Disturbance) -> Prepared:
    """The same pairs with a disturbance of their enhanced images, and the methods that look at images."""
    sizes = replace(prepared.data.sizes, disturb=name)
    entrants = [replace(entrant) for entrant in prepared.entrants if entrant.scores_images]
    return replace(prepared, data=replace(prepared.data, sizes=sizes), entrants=entrants)


def score_disturbed(ready: Ready, group: ScoringRanks, console: Console) -> Disturbed:
    """Score all pairs with each disturbance that is configured.

    They are stored as all scores are, under the disturbance, so that a run that goes on computes none twice. A method that
    fails here keeps its undisturbed scores.
    """
    found: dict[str, pd.DataFrame] = {}
    lost: dict[str, None] = {}
    for name in ready.prepared.config.robustness:
        prepared = with_disturbance(ready.prepared, name)
        data, entrants = prepared.data, prepared.entrants
        work = plan_work(prepared, ready.machine, ready.work.memory, group, console)
        if work.plan.groups:
            console.print(f"robustness: {name}", markup=False, highlight=False)
        scored = score(prepared, work, group, console)
        columns = {
            entrant.label: [scored.scores.get((entrant.label, str(pair)), float("nan")) for pair in data.chosen["pair"]]
            for entrant in entrants
        }
        found[name] = pd.DataFrame(columns)
        first = {failure.label: failure.reason for failure in reversed(scored.failures)}
        for entrant in entrants:
            reason = first.get(entrant.label, "")
            if reason:
                missing = sum(value != value for value in columns[entrant.label])  # noqa: PLR0124 - NaN
                lost[f"{entrant.label} has no score of {missing} pairs after `{name}`: {one_line(reason)}."] = None
    return Disturbed(found, tuple(lost))
