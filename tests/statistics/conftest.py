"""Tables of scores for the tests of statistics."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmark.statistics.design import Table


@pytest.fixture
def make_table() -> Callable[..., Table]:
    """A table of simulated labels and scores, with ties, missing scores and opinions as asked for."""

    def make(
        references: int = 10,
        conditions: int = 4,
        methods: int = 3,
        *,
        digits: int | None = None,
        missing: int = 0,
        seed: int = 0,
    ) -> Table:
        rng = np.random.default_rng(seed)
        n = references * conditions
        reference, condition = np.divmod(np.arange(n), conditions)
        labels = rng.normal(size=references)[reference] + 0.5 * condition + rng.normal(size=n)
        scores = np.tanh(labels / 2) + 0.5 * rng.normal(size=(methods, n))
        if digits is not None:
            labels, scores = np.round(labels, digits), np.round(scores, digits)
        for _ in range(missing):
            scores[rng.integers(methods), rng.integers(n)] = np.nan
        return Table(
            labels=labels,
            scores=scores,
            clusters=reference,
            n_clusters=references,
            references=reference,
            conditions=condition,
            label_sd=rng.uniform(0.3, 0.9, n),
            observers=np.full(n, 15.0),
        )

    return make
