"""Trains, validates and saves, epoch by epoch. Torch.

On one CPU thread the final weights are the same bit for bit after any interruption. Randomness has no state to save:
order, crops and dropout of an epoch are drawn from (seed, epoch, place).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from rich.console import Console

from benchmark.config.training import TrainSection
from benchmark.core.errors import UserError, in_words
from benchmark.plugins import checkpoints
from benchmark.plugins.checkpoint_content import CheckpointContent
from benchmark.statistics import krcc, plcc, srcc
from benchmark.training import agreement, choose_inputs, course, losses
from benchmark.training.course import Epoch
from benchmark.training.display import TrainingDisplay
from benchmark.training.inputs import Batch, Inputs
from benchmark.training.job import Job

UNKNOWN = (float("nan"),) * 3
PORTION = 32
"""Most crops of a pair that go through the network together in validation."""


def train(job: Job) -> list[Epoch]:
    """Train to the last epoch, resuming from a checkpoint where there is one.

    Raises:
        UserError: a checkpoint can't be resumed from, images can't be used, or a loss is not finite.
    """
    trained = [parameter for parameter in job.module.parameters() if parameter.requires_grad]
    optimizer = _optimizer(job.options, trained)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, job.options.T_max, job.options.eta_min)
    history, tested, job = _resume(job, optimizer, scheduler)
    if len(history) >= job.options.n_epoch:
        return history
    inputs = choose_inputs.inputs_of(job, lambda line: _say(job, line))
    epochs, batches_an_epoch = job.options.n_epoch, -(-len(job.division.train) // job.options.batch_size)
    console = job.console if job.ranks.first else Console(quiet=True)
    with TrainingDisplay(console, epochs, len(history), batches_an_epoch) as display:
        for number in range(len(history) + 1, epochs + 1):
            begin = time.monotonic()
            loss = _train_epoch(job, number, trained, optimizer, scheduler, inputs, display)
            due = number % job.options.val_freq == 0 or number == epochs
            correlations = validate(job, inputs, job.division.validation) if due else UNKNOWN
            if job.watched is not None:
                tested.append(validate(job, inputs, job.watched)[0] if due else float("nan"))
            rate = float(optimizer.param_groups[0]["lr"])
            history.append(Epoch(number, loss, rate, *correlations, round(time.monotonic() - begin, 3)))
            if job.ranks.first:
                _save(job, history, tested, optimizer, scheduler)
            display.epoch(history)
    return history


def _optimizer(options: TrainSection, trained: Sequence[torch.nn.Parameter]) -> torch.optim.Optimizer:
    kind = torch.optim.Adam if options.optimizer == "adam" else torch.optim.AdamW
    return kind(trained, lr=options.learning_rate, weight_decay=options.weight_decay)


def _resume(
    job: Job, optimizer: torch.optim.Optimizer, scheduler: torch.optim.lr_scheduler.LRScheduler
) -> tuple[list[Epoch], list[float], Job]:
    """The epochs that are done, SRCC on watched pairs after each, and the job with what further checkpoints state."""
    path = job.start.path
    if path is None:
        return [], [], job
    content = course.read(path)
    agreement.check_same(path, content, job.about)
    try:
        job.method.restore(content["state"])
        optimizer.load_state_dict(content["optimizer"])
        scheduler.load_state_dict(content["scheduler"])
        history = course.history_from(content)
        steps = 1 if job.options.scheduler_step == "epoch" else -(-len(job.division.train) // job.options.batch_size)
        tested = [float(value) for value in content.get("tested") or ()]
        if job.watched is not None and len(tested) != len(history):
            raise ValueError("it does not know how its epochs did on the test part (select: test); begin it anew")
        if not content["epoch"] * steps == scheduler.last_epoch == len(history) * steps:
            raise ValueError("its epochs, its history and its learning rates do not agree")
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RuntimeError,
    ) as error:  # whatever unexpected content causes
        others = course.others(path.parent, path)
        raise UserError(f"{path}: can't be gone on from: {in_words(error)}{others}") from None
    changes = list(content.get("changes", []))
    for remark in agreement.remarks(content, job.about["circumstances"]):
        changes.append(f"after epoch {len(history)}: {remark}")
        _say(job, f"note: {path.name}: {remark}")
    begun = content.get("begun", -1) if job.options.load_epoch == -1 else job.options.load_epoch
    for line in course.going_on(path, len(history), job.options.n_epoch, job.start.note):
        _say(job, line)
    about: CheckpointContent = {**job.about, "begun": begun}
    if changes:  # going on is no change: what a kill interrupted states what one left alone does
        about["changes"] = changes
    return history, tested, replace(job, about=about)


def _say(job: Job, line: str) -> None:
    if job.ranks.first:
        job.console.print(line, highlight=False, markup=False, soft_wrap=True)


def _train_epoch(
    job: Job,
    number: int,
    trained: Sequence[torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    inputs: Inputs,
    display: TrainingDisplay,
) -> float:
    options, table = job.options, job.division.train
    loss_of = losses.combined(options.loss_weights)
    order = np.random.default_rng([options.seed, 2, number]).permutation(len(table)).tolist()
    whole = [order[start : start + options.batch_size] for start in range(0, len(order), options.batch_size)]
    own = [job.ranks.share(batch) for batch in whole]
    labels = job.division.scaling.scale(table["mos"])
    job.module.train()
    total = 0.0
    for step, batch in enumerate(inputs.batches(table, labels.tolist(), number, own)):
        torch.manual_seed(_step_seed(options.seed, number, step, job.ranks.rank))
        optimizer.zero_grad(set_to_none=True)
        loss = _loss(job, loss_of, inputs, batch)
        if not torch.isfinite(loss):
            raise UserError(f"epoch {number}: the loss is {loss.item()}; lower train.learning_rate")
        loss.backward()  # type: ignore[no-untyped-call]
        job.ranks.sum_gradients(trained)
        optimizer.step()
        if options.scheduler_step == "iteration":
            scheduler.step()
        total += float(loss.detach())
        display.advance()
    if options.scheduler_step == "epoch":
        scheduler.step()
    return total / len(whole)


def _loss(job: Job, loss_of: Any, inputs: Inputs, batch: Batch | None) -> torch.Tensor:
    """The loss of the global batch; gradients reach this rank's predictions only, and are summed over ranks later."""
    if batch is not None:
        labels = batch.labels
        with autocast(job.device, job.options.amp):
            predicted = inputs.predict(batch.given).float()
    else:
        predicted = labels = torch.zeros(0, device=job.device, requires_grad=True)
    loss: torch.Tensor = loss_of(job.ranks.gather_batch(predicted), job.ranks.gather_batch(labels.detach()))
    return loss


def _step_seed(seed: int, epoch: int, step: int, rank: int) -> int:
    return int(np.random.default_rng([seed, 3, epoch, step, rank]).integers(2**63 - 1))


def autocast(device: str, wanted: bool) -> AbstractContextManager[Any]:
    """A context of bf16 autocast where it was asked for and the device is CUDA."""
    if wanted and device.startswith("cuda"):
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return nullcontext()


def validate(job: Job, inputs: Inputs, table: pd.DataFrame) -> tuple[float, float, float]:
    """SRCC, PLCC and KRCC of the mean prediction over pairs' validation crops; NaN where there are no pairs."""
    own = job.ranks.share(range(len(table)))
    labels = job.division.scaling.scale(table["mos"]) if len(table) else np.empty(0)
    job.module.eval()
    predicted: list[float] = []
    with torch.inference_mode():
        for batch in inputs.batches(table, labels.tolist(), None, [[index] for index in own]):
            assert batch is not None
            with autocast(job.device, job.options.amp):
                crops = zip(*(torch.split(part, PORTION) for part in batch.given), strict=True)
                parts = [inputs.predict(portion).float() for portion in crops]
                predicted.append(float(torch.cat(parts).mean()))
    together = np.array([value for part in job.ranks.gather(predicted) for value in part])
    if together.size < 2 or not np.isfinite(together).all():
        return UNKNOWN
    return srcc(together, labels), plcc(together, labels), krcc(together, labels)


def _save(
    job: Job,
    history: Sequence[Epoch],
    tested: Sequence[float],
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> None:
    content: CheckpointContent = {
        **job.about,
        "state": {name: value.detach().cpu() for name, value in job.method.state().items()},
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "epoch": len(history),
        "history": course.history_record(history),
    }
    if job.watched is not None:
        content["tested"] = list(tested)
    job.confirm()
    best = course.best_of(history)
    if best is None or best.epoch == len(history):
        checkpoints.write(job.directory / "best.pt", content)
    if job.watched is not None and course.best_place(tested) in (None, len(tested) - 1):
        checkpoints.write(job.directory / course.BEST_TEST, {**content, "selected_on": job.about["tested_on"]})
    if len(history) % job.options.save_interval == 0 or len(history) == job.options.n_epoch:
        checkpoints.write(job.directory / f"epoch_{len(history)}.pt", content)
    course.write_history(job.directory, history)
    checkpoints.write(job.directory / "last.pt", content)
