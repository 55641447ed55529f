"""What decides a study's trainings beside data and seed, as text, so that tables can tell which are alike. No torch."""

from __future__ import annotations

import json

from benchmark.commands.steps.planned_training import Planned
from benchmark.plugins.options import options_model, plain_options
from benchmark.training import statement

OF_DATA = ("train.split", "train.validate", "train.seed")
"""Settings of a training that follow from what it is trained on."""
USUAL = "validation, or last"
"""The epoch that is reported where the configuration names none."""


def of_training(planned: Planned, select: str = "") -> dict[str, str]:
    """A method's options (``method.…``), the settings of its training (``train.…``) and ``select``; defaults included.

    Args:
        planned: the training.
        select: the epoch of its row, where that is another than the configuration says.

    Raises:
        benchmark.core.errors.UserError: the method, the device or the pairs can't be used.
    """
    prepared = planned.prepared()
    settings = statement.settings(prepared.config, prepared.method, prepared.options, prepared.data)
    known = {key: value for key, value in settings.items() if not key.startswith("dataset.") and key not in OF_DATA}
    defaults = {name: item.default for name, item in options_model(type(prepared.method)).model_fields.items()}
    options = plain_options({**defaults, **prepared.options})
    scoring = sorted(prepared.method.scoring_options & options.keys() - {"checkpoint"})
    known |= {f"method.{name}": options[name] for name in scoring}
    known |= {"train.n_epoch": prepared.config.train.n_epoch}
    texts = {key: json.dumps(value, default=str, sort_keys=True) for key, value in known.items()}
    return {**texts, "select": select or planned.method.entry.select or USUAL}
