"""The rows of the noise ceiling in ``summary.csv``: over all pairs, and in each condition. Pandas-free; numpy.

They stand under a method's name of their own, are never ranked and never compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from benchmark.evaluation.rows import RowScope
from benchmark.evaluation.tasks import parts_of, seed_of
from benchmark.statistics.catalogue import catalogue
from benchmark.statistics.design import Table
from benchmark.statistics.noise_ceiling import CORRELATIONS, NoisyLabels, ceilings, noise_variance
from benchmark.statistics.settings import StatisticsSettings
from benchmark.statistics.vocabulary import NOISE_CEILING

FEWEST = 3
"""Fewest pairs of which a ceiling is computed: with two every correlation is 1 or -1."""


def ceiling_rows(
    dataset: str, split: str, table: Table, conditions: Sequence[str], settings: StatisticsSettings
) -> tuple[list[tuple[object, ...]], list[str]]:
    """The rows, and what readers must know of them; a note only where labels say nothing of their noise.

    Args:
        dataset, split: of the pairs.
        table: the labelled pairs.
        conditions: the names of the conditions.
        settings: confidence, seed, subsets of conditions.
    """
    variance = noise_variance(table.label_sd, table.observers, table.label_half, table.votes)
    known = np.isfinite(variance)
    place = ", ".join(filter(None, (dataset, split)))
    if known.sum() < FEWEST:
        return [], [
            f"No noise ceiling ({place}): nothing says how noisy the labels are (their SD and number of observers, 95 % "
            "limits, or single votes)."
        ]
    rows = [*_of_some(RowScope(dataset, split, "pair"), table, variance, known, settings)]
    for name, chosen in parts_of(conditions, settings):
        inside = known & np.isin(table.conditions, chosen)
        rows += _of_some(RowScope(dataset, split, "condition", name), table, variance, inside, settings)
    return rows, [_note(table, known)]


def _of_some(
    scope: RowScope,
    table: Table,
    variance: np.ndarray[tuple[int], np.dtype[np.float64]],
    rows: np.ndarray[tuple[int], np.dtype[np.bool_]],
    settings: StatisticsSettings,
) -> Iterator[tuple[object, ...]]:
    """The ceiling of each statistic that has one, of some pairs."""
    if rows.sum() < FEWEST:
        return
    noisy = NoisyLabels(table.labels[rows], variance[rows], table.clusters[rows])
    found = dict(
        zip(
            CORRELATIONS,
            ceilings(
                noisy, seed_of(settings, scope.dataset, scope.split), settings.confidence, threads=settings.threads
            ),
            strict=True,
        )
    )
    sizes = (int(rows.sum()), len(np.unique(noisy.clusters)))
    for statistic in catalogue().values():
        if not statistic.ceiling or scope.level not in statistic.levels:
            continue
        item = found[statistic.ceiling]
        how = "jackknife-t" if np.isfinite(item.low) else ""
        numbers = (item.value, item.low, item.high, *sizes, how, item.note)
        yield (*scope.cells, NOISE_CEILING, statistic.name, *numbers)


def _note(table: Table, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> str:
    judged = np.isfinite(table.label_sd) & (table.observers >= 1)
    source = "single votes" if table.votes is not None else "SD and number of observers"
    if table.votes is None and not judged[known].any():
        source = "published 95 % limits"
    elif table.votes is None and not judged[known].all():
        source = "SD and number of observers, of other labels published 95 % limits"
    lacking = int((~known).sum())
    without = f"; {lacking:,} of {len(known):,} pairs without them are left out" if lacking else ""
    return (
        f"Noise ceiling: the correlation that a perfect method would have with labels as noisy as these, by their {source}"
        f"{without}; intervals: jackknife by cluster. It is not a method, is not ranked and not compared."
    )
