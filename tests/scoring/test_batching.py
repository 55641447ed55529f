"""Batches for accelerators, here on a CPU: the same scores as one by one, halved when memory runs out, order kept."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmark import Method, MethodInfo
from benchmark.images.sizes import SizePolicy
from benchmark.scoring.batching import chunks, score_together
from benchmark.scoring.messages import PairTask, ReferenceGroup
from benchmark.scoring.read_ahead import Reader
from benchmark.scoring.score_group import PreparedPair, Terms, prepare, score_batch, score_pair

pytestmark = pytest.mark.heavy

INFO = MethodInfo(name="mae", title="MAE", higher_is_better=False)


class MeanAbsoluteError(Method):
    info = INFO

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        return (enhanced - reference).abs().mean(dim=(1, 2, 3))


class Split(Method):
    info = MethodInfo(name="split", title="Split", higher_is_better=False, random=True)

    def describe(self, reference: torch.Tensor, *, rng: np.random.Generator) -> tuple[torch.Tensor, float]:
        return reference, float(rng.random())

    def compare(self, enhanced: torch.Tensor, description: tuple[torch.Tensor, float]) -> torch.Tensor:
        return (enhanced - description[0]).abs().mean(dim=(1, 2, 3)) + description[1]


@pytest.fixture
def pairs() -> list[PreparedPair]:
    rng = np.random.default_rng(0)
    reference = rng.random((3, 20, 30), dtype=np.float32)
    return [PreparedPair(str(i), rng.random((3, 20, 30), dtype=np.float32), reference, "ab" * 32) for i in range(6)]


@pytest.mark.parametrize("method", [MeanAbsoluteError(), Split()], ids=["score", "describe"])
@pytest.mark.parametrize("budget", [1, 600, 1300, 10**9])
def test_together_as_alone(pairs: list[PreparedPair], method: Method, budget: int) -> None:
    together = score_batch(method, pairs, Terms("cpu", 0), budget=budget)
    assert together == pytest.approx([score_pair(method, pair, Terms("cpu", 0)) for pair in pairs], abs=1e-6)
    assert len(set(together)) == 6


def test_memory_that_runs_out_halves_the_batch(pairs: list[PreparedPair]) -> None:
    sizes: list[int] = []

    def small(batch: torch.Tensor) -> torch.Tensor:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("too much")
        return batch.mean(dim=(1, 2, 3))

    images = [torch.from_numpy(pair.enhanced) for pair in pairs]
    assert score_together(images, small) == pytest.approx([float(image.mean()) for image in images])
    assert sizes == [6, 3, 1, 2, 3, 1, 2]

    def none(batch: torch.Tensor) -> torch.Tensor:
        raise torch.OutOfMemoryError("too much")

    with pytest.raises(torch.OutOfMemoryError):
        score_together(images, none)


def test_a_result_of_another_shape_is_refused(pairs: list[PreparedPair]) -> None:
    with pytest.raises(ValueError, match="for 6 pairs"):
        score_together([torch.from_numpy(pair.enhanced) for pair in pairs], lambda batch: batch.mean()[None])


def test_chunks_keep_to_the_budget() -> None:
    assert [list(run) for run in chunks(5, 100, 250)] == [[0, 1], [2, 3], [4]]
    assert [list(run) for run in chunks(2, 1000, 10)] == [[0], [1]]


def test_autocast_computes_in_the_precision_agreed() -> None:
    class Product(Method):
        info = INFO

        def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
            product = enhanced[:, 0] @ reference[:, 0].transpose(1, 2)
            assert product.dtype == expected
            return product.mean(dim=(1, 2))

    rng = np.random.default_rng(1)
    pair = PreparedPair("", rng.random((3, 20, 30), np.float32), rng.random((3, 20, 30), np.float32), "ab" * 32)
    expected = torch.float32
    exact = score_pair(Product(), pair, Terms("cpu", 0))
    expected = torch.bfloat16
    rough = score_pair(Product(), pair, Terms("cpu", 0, "bfloat16"))
    assert rough != exact
    assert rough == pytest.approx(exact, rel=2e-2)


def test_several_readers_prepare_what_one_does(tiny_set: Path) -> None:
    folder = tiny_set.parent
    damaged = folder / "damaged.png"
    damaged.write_bytes((folder / "0_soft.png").read_bytes()[:300])
    names = ["0_soft.png", "damaged.png", "0_hard.png", "absent.png"]
    tasks = tuple(PairTask(name, str(folder / name), "") for name in names)
    group = ReferenceGroup(1, str(folder / "0.png"), "", tasks, {"mae": tuple(names)})
    found = []
    for readers in (1, 4):
        said: list[dict[str, Any]] = []
        pairs = prepare(group, SizePolicy(), lambda kind, said=said, **content: said.append(content), Reader(readers))
        assert [pair.pair for pair in pairs] == ["0_soft.png", "0_hard.png"]
        assert [(item["label"], item["pair"]) for item in said] == [("mae", "damaged.png"), ("mae", "absent.png")]
        found.append([pair.enhanced for pair in pairs])
    assert all(np.array_equal(one, other) for one, other in zip(*found, strict=True))
    assert not np.array_equal(found[0][0], found[0][1])
