"""Which observers are drawn, where intervals are to speak of other observers too, and why they can't be. Pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmark.core.errors import ConfigError
from benchmark.evaluation.tasks import labelled_blocks
from benchmark.statistics.votes import LEAST_AGREEMENT, in_units_of

KEY = "statistics.resample"
DRAWN = "cluster+observer"
NO_VOTES = (
    f"{KEY}: {DRAWN} draws observers, and needs their single votes: name them under `opinions` (from a spread and "
    "number of votes nobody can tell what observers have in common); or take resample: cluster"
)


def refuse(resample: str, pairs: pd.DataFrame, votes: pd.DataFrame | None) -> None:
    """Refuse to draw observers who can't be drawn, before anything is scored.

    Args:
        resample: what is drawn.
        pairs: the pairs (columns of ``scores.csv``).
        votes: single votes on them with the same index; ``None`` where they are not known.

    Raises:
        ConfigError: says what is lacking.
    """
    if resample != DRAWN:
        return
    if votes is None:
        raise ConfigError(NO_VOTES)
    for _, _, rows in labelled_blocks(pairs):
        _refuse_some(rows, voted(rows, votes))


def voted(pairs: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    """The votes on some pairs, of the observers who voted on any of them: an observer a column, rows as ``pairs``."""
    own = votes.loc[pairs.index]
    return own.loc[:, own.notna().any(axis=0).to_numpy(dtype=bool)]


def _refuse_some(pairs: pd.DataFrame, own: pd.DataFrame) -> None:
    """Refuse fewer than two observers, pairs without a vote, and labels that are not made of these votes."""
    if own.shape[1] < 2:
        raise ConfigError(f"{KEY}: {DRAWN} needs two observers or more, and there is {own.shape[1]}")
    silent = pairs.loc[~own.notna().any(axis=1), "pair"].tolist()
    if silent:
        raise ConfigError(
            f"{KEY}: {DRAWN}: {len(silent):,} of {len(pairs):,} pairs have no vote (the first is {silent[0]!r}); "
            "leave them out of the table, or take resample: cluster"
        )
    agreement = in_units_of(pairs["mos"].to_numpy(dtype=np.float64), own.to_numpy(dtype=np.float64).T)[1]
    if abs(agreement) < LEAST_AGREEMENT:
        raise ConfigError(
            f"{KEY}: {DRAWN}: the labels and the means of the votes correlate by {agreement:.2f} only: are these the votes "
            "that the labels are made of?"
        )
