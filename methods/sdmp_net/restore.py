"""Whether a checkpoint fits the method that is to read it, in words where it doesn't. No torch at run time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from benchmark import UserError

if TYPE_CHECKING:
    import torch

FROZEN = ("cnn.", "vit.")
"""How the names of the frozen backbones' tensors begin."""


def carries_backbones(state: Iterable[str] | None) -> bool:
    """Whether a checkpoint's table of tensors holds the frozen backbones too."""
    return any(key.startswith(FROZEN) for key in state or ())


def check_identity(place: str, content: Mapping[str, Any], identity: Mapping[str, str], *, carried: bool) -> None:
    """Refuse a checkpoint that was trained as something else.

    Args:
        place: the file, for messages.
        content: what it holds.
        identity: of the method that reads it.
        carried: whether it holds its own backbones; then those of the method don't matter.

    Raises:
        UserError: says each difference.
    """
    stated: Mapping[str, str] = content.get("identity") or {}
    compared = [key for key in identity if key != "backbones" or not carried]
    different = [
        f"{key} is {stated.get(key, 'not stated')!r}, not {identity[key]!r}"
        for key in compared
        if stated.get(key) != identity[key]
    ]
    if different:
        raise UserError(f"{place} was trained as another network: {'; '.join(different)}")
    scaling = content.get("label_scaling") or {}
    if not {"low", "high", "lower_mos_better"} <= set(scaling) or not scaling["low"] < scaling["high"]:
        raise UserError(f"{place} states no usable label scaling (low < high, lower_mos_better); train again")


def check_tensors(name: str, state: Mapping[str, torch.Tensor], wanted: Mapping[str, torch.Tensor]) -> None:
    """Refuse tensors other than those that the network needs.

    Raises:
        UserError: says which are missing, not known or of another shape.
    """
    problems = [f"{key} is missing" for key in wanted if key not in state]
    problems += [f"{key} is not known" for key in state if key not in wanted]
    problems += [
        f"{key} has shape {tuple(state[key].shape)}, not {tuple(wanted[key].shape)}"
        for key in wanted
        if key in state and state[key].shape != wanted[key].shape
    ]
    if problems:
        more = f" … and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise UserError(f"{name}: the checkpoint doesn't fit this network: {'; '.join(problems[:3])}{more}")
