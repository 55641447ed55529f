"""Krasula's analysis: how well a method separates different from similar images, and better from worse. numpy, numba.

L. Krasula, K. Fliegel, P. Le Callet, M. Klima: On the accuracy of objective image and video quality models: new
methodology for performance evaluation, QoMEX 2016. Two images differ where Phi(|MOS1 - MOS2| / sqrt(s1²/N1 + s2²/N2))
exceeds .95. As in ``measures``, statistics are functions of counts.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmark.statistics.design import Design
from benchmark.statistics.resampling import FloatArray, IntArray
from benchmark.statistics.rounding import LAST_PLACES, constant, largest
from benchmark.statistics.weighted import in_threads

Z_95 = 1.6448536269514722
MOST_PAIRS = 5_000_000  # pairs of images; beyond, a random subset is used and a remark says so
MOST_WORK = 2e9  # image pairs x columns x replicates that are resampled exactly: a second or two
MOST_KEPT = 2e7  # image pairs x columns that are kept in memory for it
SIMILAR, CORRECT, WRONG, UNDECIDED = 0, 1, 2, 3
KINDS = np.array([UNDECIDED, CORRECT, WRONG], dtype=np.uint8)  # by agreement: 0, 1, -1


@dataclass(frozen=True, slots=True)
class ImagePairs:
    """The pairs of images in one set of rows: clusters of both, sign of the label difference, 0 if similar."""

    first: NDArray[np.uint32]
    second: NDArray[np.uint32]
    row_first: IntArray
    row_second: IntArray
    sign: NDArray[np.int8]
    partial: bool


@dataclass(frozen=True, slots=True)
class SortedPairs:
    """The pairs of images in the order of one column's score differences, as the kernel takes them."""

    first: NDArray[np.uint32]
    second: NDArray[np.uint32]
    kind: NDArray[np.uint8]
    last: NDArray[np.bool_]


class Discrimination:
    """``auc_ds``, ``auc_bw`` and ``cc_0`` of every column, over the images whose labels carry SD and observers.

    A tie of score differences counts one half, also in the share of correct signs; differences that are equal up to rounding
    (.3 - .2 and .2 - .1) are tied. Where exact resampling would take too long, replicates are linear in the counts, by the
    jackknife's influence of each cluster (``remark`` says so).
    """

    names = ("auc_ds", "auc_bw", "cc_0")

    def __init__(self, design: Design, replicates: int, rng: np.random.Generator, *, threads: int = 0) -> None:
        self.design = design
        self._threads = threads
        k = design.table.n_clusters
        rows = [_known(design, group.rows) for group in design.groups]
        sizes = [min(len(part) * (len(part) - 1) // 2, MOST_PAIRS) for part in rows]
        kept = sum(size * len(group.methods) for size, group in zip(sizes, design.groups, strict=True))
        self._linear = kept * float(replicates) > MOST_WORK or kept > MOST_KEPT
        self._pairs: list[SortedPairs] = []
        self._centre = np.full((3, design.n_columns), np.nan)
        self._left_out = np.full((k, 3, design.n_columns), np.nan)
        partial = False
        column = 0
        for group, part in zip(design.groups, rows, strict=True):
            images = _image_pairs(design, part, rng)
            partial |= images.partial
            scores = design.table.scores[list(group.methods)]
            if self._linear:
                work = functools.partial(self._linearise, images, scores, column)
                in_threads(work, range(len(scores)), threads)
            else:
                self._pairs += [_sort(images, row) for row in scores]
            column += len(scores)
        remarks = [f"{MOST_PAIRS:,} random pairs of images"] * partial + ["linearised"] * self._linear
        self.remark = ", ".join(remarks)

    def __call__(self, counts: FloatArray) -> FloatArray:
        """(B, K) counts → (B, statistics, columns); NaN where undefined."""
        if not self._linear:
            return sorted_areas(self._pairs, counts, threads=self._threads)
        k = counts.shape[1]
        influence = (k - 1) * (self._left_out.mean(axis=0) - self._left_out)
        linear = (counts - 1) @ influence.reshape(k, -1) / k
        values = self._centre + linear.reshape(len(counts), *self._centre.shape)
        one_left_out = (counts == 0).any(axis=1) & (np.abs(counts - 1).sum(axis=1) == 1)
        values[one_left_out] = self._left_out[np.argmin(counts[one_left_out], axis=1)]
        return np.asarray(values)

    def _linearise(self, images: ImagePairs, scores: FloatArray, first: int, row: int) -> None:
        """Keep the parts of a column's replicates: its value, and its values with each cluster left out."""
        from benchmark.statistics.discrimination_kernels import left_out_areas  # noqa: PLC0415 - numba is slow to import

        k, column, ordered = self.design.table.n_clusters, first + row, _sort(images, scores[row])
        results = np.full((3, k + 1), np.nan)  # the extra column leaves out nothing
        left_out_areas(ordered.first, ordered.second, ordered.kind, ordered.last, results)
        self._left_out[:, :, column], self._centre[:, column] = results[:, :k].T, results[:, k]


def sorted_areas(columns: Sequence[SortedPairs], counts: FloatArray, *, threads: int) -> FloatArray:
    """The three statistics of m columns in many resamples: (B, K) counts → (B, 3, m)."""
    from benchmark.statistics.discrimination_kernels import LANES, areas  # noqa: PLC0415 - numba is slow to import

    values = np.full((len(counts), 3, len(columns)), np.nan)

    def work(begin: int) -> None:
        block = np.ascontiguousarray(counts[begin : begin + LANES].T)
        for number, ordered in enumerate(columns):
            results = np.full((3, block.shape[1]), np.nan)
            areas(block, ordered.first, ordered.second, ordered.kind, ordered.last, results)
            values[begin : begin + LANES, :, number] = results.T

    in_threads(work, range(0, len(counts), LANES), threads)
    return values


def _known(design: Design, rows: IntArray) -> IntArray:
    """The rows whose label has a standard deviation and a number of observers."""
    table = design.table
    known = np.isfinite(table.label_sd[rows]) & (table.label_sd[rows] >= 0) & (table.observers[rows] >= 1)
    return rows[known]


def _image_pairs(design: Design, rows: IntArray, rng: np.random.Generator) -> ImagePairs:
    table, n = design.table, len(rows)
    partial = n * (n - 1) // 2 > MOST_PAIRS
    if partial:
        i = rng.integers(0, n, MOST_PAIRS)
        j = rng.integers(0, n - 1, MOST_PAIRS)
        j += j >= i
    else:
        i, j = np.triu_indices(n, 1)
    i, j = rows[i], rows[j]
    difference = table.labels[i] - table.labels[j]
    error = np.sqrt(table.label_sd[i] ** 2 / table.observers[i] + table.label_sd[j] ** 2 / table.observers[j])
    sign = np.where(np.abs(difference) > Z_95 * error, np.sign(difference), 0).astype(np.int8)
    clusters = table.clusters.astype(np.uint32)
    return ImagePairs(clusters[i], clusters[j], i, j, sign, partial)


def _sort(images: ImagePairs, scores: FloatArray) -> SortedPairs:
    known = scores[np.isfinite(scores)]
    scores = np.zeros_like(scores) if constant(known) else scores
    difference = scores[images.row_first] - scores[images.row_second]
    return sort_pairs(images.first, images.second, images.sign, difference, LAST_PLACES * largest(known))


def sort_pairs(
    first: NDArray[np.uint32],
    second: NDArray[np.uint32],
    sign: NDArray[np.int8],
    difference: FloatArray,
    tolerance: float,
) -> SortedPairs:
    """Pairs of images in the order of their score differences.

    Args:
        first, second: (p,) the clusters of both images.
        sign: (p,) 1 where the first image is better, -1 where the second is, 0 where they are similar.
        difference: (p,) the first image's score less the second's.
        tolerance: sizes of differences that are no further apart are tied.
    """
    size = np.abs(difference)
    order = np.argsort(size)  # ties in any order: they are entered as one group
    ordered = size[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = ordered[1:] - ordered[:-1] > tolerance
    agreement = sign * np.sign(difference).astype(np.int8)
    kind = np.where(sign == 0, np.uint8(SIMILAR), KINDS[agreement])
    return SortedPairs(first[order], second[order], kind[order], last)
