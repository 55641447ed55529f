"""Checks that a checkpoint fits the method that reads it, and says what does not. No torch at run time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from benchmark import UserError

if TYPE_CHECKING:
    import torch

FROZEN = ("cnn.", "vit.")
"""Prefixes of the names of the frozen backbones' tensors."""


def carries_backbones(state: Iterable[str] | None) -> bool:
    """Whether a checkpoint's tensors include the frozen backbones."""
    return any(key.startswith(FROZEN) for key in state or ())


def check_identity(
    place: str,
    content: Mapping[str, Any],
    identity: Mapping[str, str],
    *,
    carried: bool,
    usual: Mapping[str, str] | None = None,
) -> None:
    """Refuse a checkpoint whose identity differs from the method's.

    Args:
        place: the file, for messages.
        content: the checkpoint's content.
        identity: the identity of the method that reads it.
        carried: whether it holds its own backbones; then the method's don't matter.
        usual: what an identity need not state, since the preset has it.

    Raises:
        UserError: the message states each difference.
    """
    stated: Mapping[str, str] = {**(usual or {}), **(content.get("identity") or {})}
    identity = {**(usual or {}), **identity}
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
    """Refuse tensors that are not exactly those that the network needs.

    Raises:
        UserError: the message names those that are missing, unknown or of another shape.
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
