"""Trains in several processes: each computes its share of a global batch, gradients are summed. Torch's gloo or nccl.

A loss over a batch (Pearson, ranking) needs the whole batch. A rank gathers the predictions of the others without gradient,
and its own keep theirs; summed over ranks, gradients equal those of a single process with the same global batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from benchmark.scoring import torchrun


@dataclass(frozen=True, slots=True)
class TrainingRanks:
    """This process among those that train together; alone unless ``torchrun`` started it."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files and prints."""
        return self.rank == 0

    def share(self, items: Sequence[Any]) -> list[Any]:
        """This rank's contiguous part of a global batch."""
        bounds = [round(index * len(items) / self.size) for index in range(self.size + 1)]
        return list(items[bounds[self.rank] : bounds[self.rank + 1]])

    def gather_batch(self, own: Tensor) -> Tensor:
        """The predictions (or labels) of the whole global batch, (N,), with gradients for this rank's part only."""
        if self.size == 1:
            return own
        sizes = self.gather(int(own.shape[0]))
        longest = max(sizes)
        padded = torch.zeros(longest, dtype=own.dtype, device=own.device)
        padded[: own.shape[0]] = own.detach()
        parts = [torch.empty_like(padded) for _ in range(self.size)]
        dist.all_gather(parts, padded)
        whole = [part[:size] for part, size in zip(parts, sizes, strict=True)]
        whole[self.rank] = own
        return torch.cat(whole)

    def sum_gradients(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Add up the gradients of all ranks in one transfer."""
        if self.size == 1:
            return
        wanted = list(parameters)
        for parameter in wanted:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        flat = torch.cat([parameter.grad.reshape(-1) for parameter in wanted if parameter.grad is not None])
        dist.all_reduce(flat)
        place = 0
        for parameter in wanted:
            count = parameter.numel()
            parameter.grad = flat[place : place + count].view_as(parameter).clone()
            place += count

    def gather(self, value: Any) -> list[Any]:
        """A small value of every rank, in rank order."""
        if self.size == 1:
            return [value]
        values: list[Any] = [None] * self.size
        dist.all_gather_object(values, value)
        return values


def join(device: str) -> TrainingRanks:
    """Join the group that ``torchrun`` describes in the environment, if it does."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        return TrainingRanks()
    if not dist.is_initialized():
        store, rank, size = torchrun.meet()
        backend = "nccl" if device.startswith("cuda") else "gloo"
        dist.init_process_group(backend, store=store, rank=rank, world_size=size)
    return TrainingRanks(dist.get_rank(), dist.get_world_size())


def leave(group: TrainingRanks) -> None:
    """Leave the group."""
    if group.size > 1 and dist.is_initialized():
        dist.destroy_process_group()
