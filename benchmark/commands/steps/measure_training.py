"""Measures two steps of a training: seconds for a pair, and the size of a checkpoint. Torch inside functions.

Nothing is downloaded and nothing written.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmark.commands.steps.one_training import PreparedTraining, environment
from benchmark.commands.steps.planned_training import Planned
from benchmark.core.errors import UserError, in_words
from benchmark.plugins import contract_check, weights
from benchmark.scoring.process import tune_allocator

STEPS = 2
"""The second is measured: the first starts what is started once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What two steps tell.

    Attributes:
        seconds: for a pair and epoch: reading it, both directions through the network, its share of a step.
        bytes: size of a checkpoint.
        steps: how many were done.
    """

    seconds: float
    bytes: int
    steps: int


def measure(planned: Planned) -> Measured:
    """Do two steps of a training and forget them.

    Raises:
        UserError: its weights are not on this machine, its images can't be used, or the method fails.
    """
    prepared = planned.prepared()
    wanted = contract_check.weights_of(prepared.method)
    files = weights.ensure(wanted, weights_dir=prepared.weights_dir, offline=True, strict=False)
    tune_allocator()
    with tempfile.TemporaryDirectory() as shelf, environment(weights.environment(wanted, files, Path(shelf))):
        try:
            return _steps(prepared)
        except UserError:
            raise
        except Exception as error:  # whatever a plug-in raises: a forecast goes on without it
            raise UserError(in_words(error)) from None


def _steps(prepared: PreparedTraining) -> Measured:
    import torch

    from benchmark.training import batches, inputs, losses

    options, table, device = prepared.config.train, prepared.division.train, prepared.device
    with torch.random.fork_rng():
        module = prepared.method.build(device)
        trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
        optimizer = torch.optim.Adam(trained, lr=0.0)
        module.train()
        read = batches.ImageCache(prepared.data.sizes)
        labels = prepared.division.scaling.scale(table["mos"]).tolist()
        given = inputs.NewCrops(prepared.method, prepared.data.sizes, read, 0, device, 0)
        loss_of, seconds = losses.combined(options.loss_weights), 0.0
        for step in range(STEPS):
            begin = time.monotonic()
            rows = [(step * options.batch_size + place) % len(table) for place in range(options.batch_size)]
            (batch,) = given.batches(table, labels, 1, [rows])
            assert batch is not None
            loss: torch.Tensor = loss_of(given.predict(batch.given).float(), batch.labels)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            float(loss.detach())  # waits for a GPU
            seconds = time.monotonic() - begin
        held = sum(value.numel() * value.element_size() for value in prepared.method.state().values())
        moments = 2 * sum(parameter.numel() * parameter.element_size() for parameter in trained)
    return Measured(seconds / options.batch_size, held + moments, STEPS)
