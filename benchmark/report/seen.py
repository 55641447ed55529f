"""Which data sets are no test of a method, since its network has seen their references: as trained here, or as declared.

Pandas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from benchmark.report.content import ReportData
from benchmark.results.scored import ScoredMethod

DECLARED = "its network was trained on this data set, as declared"
SHORTEST = 3
"""Letters and digits of a data set's name that is looked for in a declaration; shorter ones are words of any text."""


def seen_in(trained_here: Mapping[str, str], data: ReportData, label: str) -> dict[str, str]:
    """Why a data set is no test of some methods, by their labels.

    Args:
        trained_here: the same of methods that the study trains.
        data: the data set's results.
        label: what the study calls it.
    """
    about = data.record.get("dataset") or {}
    names = [label, *(str(about[key]) for key in ("name", "title") if about.get(key))]
    declared = [method.label for method in data.methods if _declared(method, names)]
    return {**dict.fromkeys(declared, DECLARED), **trained_here}


def _declared(method: ScoredMethod, names: Iterable[str]) -> bool:
    """Whether a method that is not trained here says that it was trained on a data set of one of the names.

    Where a checkpoint states its training, its references were compared with those that are scored, which is more exact.
    """
    if method.train_on or method.by_partition or method.training:
        return False
    said = _words(method.trained_on)
    return any(_contains(said, _words(re.sub(r"\(.*?\)", "", name))) for name in names)


def _words(text: str) -> list[str]:
    """Words without their punctuation, ``KADID-10k`` as one: ``kadid10k``."""
    return [word for part in re.split(r"[\s,;+()]+", text) if (word := re.sub(r"[^a-z0-9]", "", part.casefold()))]


def _contains(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether some words stand in a text, one after the other."""
    if len("".join(wanted)) < SHORTEST:
        return False
    return any(list(words[at : at + len(wanted)]) == list(wanted) for at in range(len(words)))
