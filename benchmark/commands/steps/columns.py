"""Collects each method's scores in the order of the pairs, and asks score sources for theirs. Pandas."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from benchmark.core.errors import PluginError, UserError, in_words
from benchmark.plugins import contract_check, registry
from benchmark.plugins.contracts import ScoreSource, UsesScores
from benchmark.results.scored import Failure
from benchmark.scoring import asking, promise
from benchmark.scoring.engine import Outcome
from benchmark.scoring.lineup import Entrant
from benchmark.scoring.work import Prepared


def columns(prepared: Prepared, scored: Outcome) -> list[tuple[str, list[float]]]:
    """Each method's scores in the order of the pairs; score sources are asked here, those that use other scores last."""
    chosen = prepared.data.chosen
    answered: dict[str, list[float]] = {}
    for entrant in sorted(prepared.entrants, key=_uses_scores):
        if isinstance(entrant.method, ScoreSource) and entrant.status == "scored":
            values = _ask(entrant, prepared, scored, _others(prepared, answered))
        else:
            values = [scored.scores.get((entrant.label, str(pair)), np.nan) for pair in chosen["pair"]]
        answered[entrant.label] = values
    return [(entrant.label, answered[entrant.label]) for entrant in prepared.entrants]


def _uses_scores(entrant: Entrant) -> bool:
    return isinstance(entrant.method, ScoreSource) and isinstance(entrant.method, UsesScores)


def _others(prepared: Prepared, answered: Mapping[str, list[float]]) -> pd.DataFrame:
    """The scores of methods that predict no labels, by label, a row a pair."""
    judging = [
        entrant.label
        for entrant in prepared.entrants
        if entrant.label in answered
        and not (isinstance(entrant.method, ScoreSource) and (entrant.method.predicts_label or _uses_scores(entrant)))
    ]
    return pd.DataFrame({label: answered[label] for label in judging}, index=prepared.data.chosen.index)


def _ask(entrant: Entrant, prepared: Prepared, scored: Outcome, others: pd.DataFrame) -> list[float]:
    """A score source's scores; pairs for which it has none are failures with a reason."""
    loaded, chosen = prepared.data, prepared.data.chosen
    nothing = [float("nan")] * len(chosen)
    assert isinstance(entrant.method, ScoreSource)
    try:
        if registry.is_foreign(type(entrant.method)):
            limit = prepared.config.time_limit
            values = asking.ask(entrant.task(), prepared.plugin_folders, loaded.table, chosen, others, limit=limit)
        else:
            if isinstance(entrant.method, UsesScores):
                entrant.method.use(others.copy())
            answer = entrant.method.scores(loaded.table.copy(), chosen.copy())
            values = contract_check.numbers_of(answer, chosen)
    except PluginError as error:
        entrant.give_up("failed", str(error))
        return nothing
    except UserError as error:
        entrant.give_up("unavailable", str(error))
        return nothing
    except (Exception, SystemExit) as error:  # a plug-in's failure concerns its own row only
        entrant.give_up("failed", in_words(error))
        return nothing
    for at, pair in enumerate(chosen["pair"]):
        reason = "it gave no score for this pair" if np.isnan(values[at]) else promise.fault(values[at], entrant.info)
        if reason:
            values[at] = float("nan")
            scored.failures.append(Failure(str(pair), entrant.label, reason))
    return values
