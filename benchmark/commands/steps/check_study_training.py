"""``check`` for the methods that a study trains: how many trainings are done, and which can't be gone on with. No torch."""

from __future__ import annotations

from collections import Counter

from benchmark.commands.steps.train_study import plan_of
from benchmark.commands.steps.training_state import state_of
from benchmark.config.source import Source
from benchmark.core.errors import Problem, UserError


def findings(source: Source, config: object) -> list[Problem]:
    """A finding on each method that the study trains; reads no images."""
    try:
        plan = plan_of(source, config)
        states = [(item, state_of(item)) for item in plan.trainings]
    except UserError as error:
        return [Problem("error", str(error), "trained methods")]
    problems = []
    for label in dict.fromkeys(item.method.label for item in plan.trainings):
        own = [(item, state) for item, state in states if item.method.label == label]
        counts = Counter(state.kind for _, state in own)
        message = f"{counts['done']} of {len(own)} trainings are done, {counts['begun']} begun"
        problems.append(Problem("note", message, f"method {label}"))
        problems += [
            Problem("error", f"{item.where}: {state.reason}", f"method {label}")
            for item, state in own
            if state.kind == "other"
        ]
    return problems
