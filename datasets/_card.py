"""An optional file beside labels that says what they are: ``{"labels": "simulated" | "opinions", "title": …}``.

``demo-data`` writes it into each set that it makes, so that no table of simulated labels can be taken for another.
A helper of the loaders in this folder.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmark import DataError, Problem
from benchmark.data.labels import read_text

CARD = "dataset.json"
Kind = Literal["opinions", "simulated"]


@dataclass(slots=True)
class Card:
    """The content of ``dataset.json``."""

    labels: Kind = "opinions"
    title: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def simulated(self) -> bool:
        """Whether no person judged."""
        return self.labels == "simulated"


def read_card(folders: Sequence[Path]) -> Card:
    """The first ``dataset.json`` in these folders; the default if there is none."""
    file = next((folder / CARD for folder in folders if (folder / CARD).is_file()), None)
    card = Card()
    if file is None:
        return card
    try:
        content = json.loads(read_text(file, json=True))
    except DataError as error:
        card.problems += error.problems
        return card
    except (ValueError, RecursionError) as error:
        card.problems.append(Problem("error", f"is no JSON ({error})", str(file)))
        return card
    if not isinstance(content, dict):
        card.problems.append(Problem("error", 'must hold an object such as {"labels": "opinions"}', str(file)))
        return card
    labels = content.get("labels", "opinions")
    if labels not in ("opinions", "simulated"):
        card.problems.append(
            Problem("error", f'"labels" is {labels!r}; it must be "opinions" or "simulated"', str(file))
        )
        return card
    card.labels = "simulated" if labels == "simulated" else "opinions"
    card.title = str(content.get("title", ""))
    return card
