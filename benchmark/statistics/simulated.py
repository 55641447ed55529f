"""Simulated studies with known correlations: the stated model behind ``power`` and ``coverage``. numpy only.

Labels are normal, and images of one reference share a part of the variance. A method's score is its correlation times the
label plus normal noise of the same structure, of which all methods share a part. Over all pairs label and
score are then bivariate normal with Pearson's correlation r, so that the true values are known (Kendall 1948):
SRCC = 6/pi asin(r/2), KRCC = 2/pi asin(r).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark.statistics.design import Table
from benchmark.statistics.resampling import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A simulated study.

    Attributes:
        references: number of photographs.
        conditions: number of images per photograph.
        reference_share: share of the variance, of labels and of noise, that images of one reference have in common.
        common_noise: share of the noise's variance that all methods have in common.
    """

    references: int
    conditions: int
    reference_share: float = 0.5
    common_noise: float = 0.5

    def __post_init__(self) -> None:
        if self.references < 2 or self.conditions < 1:
            raise ValueError("a study needs at least two references and one condition")
        for share in (self.reference_share, self.common_noise):
            if not 0 <= share <= 1:
                raise ValueError(f"a share lies between 0 and 1, not {share}")


def simulate(model: Model, correlations: Sequence[float], rng: np.random.Generator) -> Table:
    """Draw one study.

    Args:
        model: its size and structure.
        correlations: Pearson's r of each method with the labels, over all pairs, in (-1, 1).
        rng: random generator.
    """
    n = model.references * model.conditions
    references = np.repeat(np.arange(model.references), model.conditions)
    labels = _normal(model, references, rng)
    common = _normal(model, references, rng)
    scores = np.empty((len(correlations), n))
    for row, r in enumerate(correlations):
        own = _normal(model, references, rng)
        noise = np.sqrt(model.common_noise) * common + np.sqrt(1 - model.common_noise) * own
        scores[row] = r * labels + np.sqrt(1 - r * r) * noise
    return Table(
        labels=labels,
        scores=scores,
        clusters=references,
        n_clusters=model.references,
        references=references,
        conditions=np.tile(np.arange(model.conditions), model.references),
        label_sd=np.full(n, np.nan),
        observers=np.full(n, np.nan),
    )


def pearson_for_srcc(srcc: float) -> float:
    """Pearson's r of a bivariate normal pair with this SRCC."""
    return float(2 * np.sin(np.pi * srcc / 6))


def true_values(r: float) -> dict[str, float]:
    """SRCC, PLCC and KRCC of a bivariate normal pair."""
    return {"srcc": 6 / np.pi * float(np.arcsin(r / 2)), "plcc": r, "krcc": 2 / np.pi * float(np.arcsin(r))}


def _normal(
    model: Model, references: np.ndarray[tuple[int], np.dtype[np.int64]], rng: np.random.Generator
) -> FloatArray:
    shared = rng.standard_normal(model.references)[references]
    single = rng.standard_normal(len(references))
    return np.asarray(np.sqrt(model.reference_share) * shared + np.sqrt(1 - model.reference_share) * single)
