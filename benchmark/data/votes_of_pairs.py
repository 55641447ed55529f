"""What follows from single votes for the pairs of a table: labels, their spread and number, and notes. Pandas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from benchmark.core.errors import DataError
from benchmark.statistics.votes import centred, opinions

CENTRED = "each observer's mean is removed first"
SHOWN = 3
ROUNDED = 0.01
"""A difference of labels and votes' means below this share of the labels' spread is rounding."""


@dataclass(frozen=True, slots=True)
class PairsWithVotes:
    """Pairs with what their votes say.

    Attributes:
        pairs: as given, with ``mos``, ``mos_sd`` and ``observers`` from the votes where they were unknown.
        votes: an observer a column, of those with a vote; centred if wanted.
        notes: what readers must know.
    """

    pairs: pd.DataFrame
    votes: pd.DataFrame
    notes: list[str]


def judge(
    pairs: pd.DataFrame, votes: pd.DataFrame, centre: Literal["none", "observer"], unmatched: Sequence[str] = ()
) -> PairsWithVotes:
    """Take labels, their standard deviation and number from votes, where the table has none.

    Args:
        pairs: the columns of ``scores.csv``; ``mos`` may be NaN throughout, or a label.
        votes: one row a pair with the same index, one column an observer; NaN where there is none.
        centre: ``observer`` removes each observer's mean first.
        unmatched: names in the table of votes that match no pair, for messages.

    Raises:
        DataError: a pair has neither label nor vote.
    """
    values = votes.to_numpy(dtype=np.float64).T
    notes = [*_about_observers(values, votes.columns.astype(str), centre)]
    if centre == "observer":
        values = centred(values)
    kept = np.isfinite(values).any(axis=1)
    values = values[kept]
    said = opinions(values)
    given = pairs["mos"].to_numpy(dtype=np.float64)
    own = np.isfinite(given)
    unknown = pairs.loc[~own & ~np.isfinite(said.mean), "pair"].tolist()
    if unknown:
        more = f" and {len(unknown) - 1:,} more" if len(unknown) > 1 else ""
        others = (
            f"; {len(unmatched):,} names of the votes match no pair ({unmatched[0]!r} is the first)"
            if unmatched
            else ""
        )
        what = "and so no label; leave it out of the table, or give labels of its own"
        raise DataError(f"opinions: the pair {unknown[0]!r}{more} has no vote {what}{others}")
    if own.any():
        notes += _compared(given[own], said.mean[own])
    spread = np.where(said.spread > 0, said.spread, np.nan)
    alike = int((said.spread == 0).sum())
    if alike:
        notes.append(f"All votes agree on {alike:,} pairs: their SD is left empty (0 would make the label certain).")
    judged = pairs.assign(
        mos=np.where(own, given, said.mean),
        mos_sd=_where_unknown(pairs, "mos_sd", spread),
        observers=_where_unknown(pairs, "observers", np.where(said.count > 0, said.count, np.nan)),
    )
    return PairsWithVotes(judged, pd.DataFrame(values.T, index=pairs.index, columns=votes.columns[kept]), notes)


def _where_unknown(
    pairs: pd.DataFrame, column: str, found: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A column as it is, where the table has any of it; else what follows from votes."""
    given = pairs[column].to_numpy(dtype=np.float64)
    return given if np.isfinite(given).any() else found


def _about_observers(
    votes: np.ndarray[tuple[int, int], np.dtype[np.float64]], names: pd.Index[str], centre: str
) -> list[str]:
    """What is to be said of the observers: how many, who has none, one or always the same vote; pairs without votes."""
    known = np.isfinite(votes)
    count = known.sum(axis=1)
    level = np.array(
        [mine.sum() > 1 and np.ptp(row[mine]) == 0 for row, mine in zip(votes, known, strict=True)], dtype=bool
    )
    each = known.sum(axis=0)
    span = f"{each.min()}" if each.min() == each.max() else f"{each.min()} to {each.max()}"
    notes = [
        f"{known.sum():,} votes of {int((count > 0).sum())} observers, {span} on a pair"
        f"{f'; {CENTRED}' if centre == 'observer' else ''}."
    ]
    left = "left out, since without their mean nothing is left" if centre == "observer" else "used"
    for places, words in (
        (count == 0, "have no vote on these pairs and are left out"),
        (count == 1, f"have a single vote, which is {left}"),
        (level, "gave all images the same vote"),
    ):
        if places.any():
            some = names[places].tolist()
            listed = ", ".join(map(str, some[:SHOWN])) + (f" and {len(some) - SHOWN} more" if len(some) > SHOWN else "")
            notes.append(f"Observers who {words}: {listed}.")
    silent = int((each == 0).sum())
    if silent:
        notes.append(f"{silent:,} of {len(each):,} pairs have no vote.")
    return notes


def _compared(
    labels: np.ndarray[tuple[int], np.dtype[np.float64]], means: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[str]:
    """How the table's labels differ from the votes' means; nothing where they are these up to rounding."""
    known = np.isfinite(means)
    labels, means = labels[known], means[known]
    if len(labels) < 2:
        return []
    apart = np.abs(labels - means)
    if apart.max() <= ROUNDED * max(float(labels.std()), 1e-300):
        return []
    constant = labels.std() == 0 or means.std() == 0
    agreement = "" if constant else f"; they correlate by {np.corrcoef(labels, means)[0, 1]:.3f}"
    return [
        f"The table's labels are used; they differ from the means of the votes by up to {apart.max():.3g} (mean difference "
        f"{apart.mean():.3g}){agreement}."
    ]
