"""Decides what a network is given: new crops, or the features of a pool, kept where the frozen part's share pays. Torch."""

from __future__ import annotations

import time
from collections.abc import Callable

import pandas as pd

from benchmark.plugins.contracts import KeepsFeatures
from benchmark.training import frozen_share, losses
from benchmark.training.batches import ImageCache
from benchmark.training.feature_pool import FeaturePool, Kind
from benchmark.training.frozen_share import FrozenShare
from benchmark.training.inputs import Inputs, NewCrops
from benchmark.training.job import Job

MEASURED_PAIRS = 4


def inputs_of(job: Job, say: Callable[[str], None]) -> Inputs:
    """The inputs of a training; of features that are kept, those that are missing are computed now.

    Args:
        job: the training, its network on the device.
        say: takes lines for the user.

    Raises:
        UserError: an image can't be used.
        OSError: features can't be written.
    """
    method, options, ranks, read = job.method, job.options, job.ranks, ImageCache(job.sizes)
    if not isinstance(method, KeepsFeatures) or not method.crop_pool:
        return NewCrops(method, job.sizes, read, options.seed, job.device, options.num_workers)
    pool = FeaturePool(method, job.sizes, read, options.seed, job.device, job.shelf.digest)
    share: FrozenShare = ranks.gather(_share(job, method, pool) if ranks.first else None)[0]
    if not share.pays:
        say(f"{share}, less than a third: its features are not kept, which would save little")
        return pool
    train = job.division.train
    files = pool.keep(job.shelf.folder, job.shelf.made_from, next(train.itertuples()))
    begin = time.monotonic()
    made = sum(int(count) for count in ranks.gather(_fill(job, pool)))
    done = f"{made:,} pairs computed in {time.monotonic() - begin:.1f} s" if made else "all were there already"
    size = files.bytes_a_pair * len(train) / 1e6
    say(
        f"{share}: features of {method.crop_pool} crops a pair are kept ({size:,.1f} MB for {len(train):,} pairs; {done})"
    )
    return pool


def _share(job: Job, method: KeepsFeatures, pool: FeaturePool) -> FrozenShare:
    """The frozen share of a step; the first process's measurement decides for all."""
    rows = list(job.division.train.head(min(MEASURED_PAIRS, job.options.batch_size)).itertuples())
    crops = [pair for row in rows for pair in pool.crops(row, "training", 0)]
    return frozen_share.measure(method, job.module, crops, losses.combined(job.options.loss_weights))


def _fill(job: Job, pool: FeaturePool) -> int:
    """Compute what is missing; each process begins with its own share of the pairs."""
    parts: list[tuple[pd.DataFrame | None, Kind]] = [
        (job.division.train, "training"),
        (job.division.validation, "validation"),
        (job.watched, "validation"),
    ]
    return sum(
        pool.fill(table, kind, len(table) * job.ranks.rank // job.ranks.size)
        for table, kind in parts
        if table is not None and len(table)
    )
