"""Which observers are drawn, where intervals are to speak of other observers too, and why they can't be. Pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmark.core.errors import ConfigError
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.votes import LEAST_AGREEMENT, in_units_of

KEY = "statistics.resample"
NO_VOTES = (
    f"{KEY}: cluster+observer draws observers, and needs their single votes: name them under `opinions` (from a spread and "
    "number of votes nobody can tell what observers have in common); or take resample: cluster"
)


def refuse_without_votes(settings: StatisticsSettings, *, votes: bool) -> None:
    """Refuse to draw observers whose votes are not known.

    Raises:
        ConfigError: says what is lacking.
    """
    if settings.by_observer and not votes:
        raise ConfigError(NO_VOTES)


def voted(pairs: pd.DataFrame, votes: pd.DataFrame, settings: StatisticsSettings) -> pd.DataFrame:
    """The votes on some pairs, of the observers who voted on any of them.

    Args:
        pairs: labelled pairs of one data set and split.
        votes: an observer a column, rows by the index of ``pairs``.
        settings: whether observers are to be drawn.

    Raises:
        ConfigError: observers are to be drawn, and there are fewer than two, a pair has no vote, or the labels are not made
            of these votes.
    """
    own = votes.loc[pairs.index]
    own = own.loc[:, own.notna().any(axis=0).to_numpy(dtype=bool)]
    if not settings.by_observer:
        return own
    if own.shape[1] < 2:
        raise ConfigError(f"{KEY}: cluster+observer needs two observers or more, and there is {own.shape[1]}")
    silent = pairs.loc[~own.notna().any(axis=1), "pair"].tolist()
    if silent:
        raise ConfigError(
            f"{KEY}: cluster+observer: {len(silent):,} of {len(pairs):,} pairs have no vote (the first is {silent[0]!r}); "
            "leave them out of the table, or take resample: cluster"
        )
    agreement = in_units_of(pairs["mos"].to_numpy(dtype=np.float64), own.to_numpy(dtype=np.float64).T)[1]
    if abs(agreement) < LEAST_AGREEMENT:
        raise ConfigError(
            f"{KEY}: cluster+observer: the labels and the means of the votes correlate by {agreement:.2f} only: are these "
            "the votes that the labels are made of?"
        )
    return own
