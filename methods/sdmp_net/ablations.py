"""Variants of a preset that lack a part: which there are, how a checkpoint states one, what can't be combined. No torch.

The options of ``method`` say what is wanted, a checkpoint's identity what was trained. Both become ``Choice``s, and
``ablated`` makes the architecture of them. Source: the parts are those of the published description (``docs/sdmp_net.md``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from benchmark import UserError

from .architecture import Architecture, Branches, Offsets

SCALES = (1, 2, 3, 4)
"""The stages of a ResNet."""
KEYS = {"scales": "cnn_stages"}
"""The key of a checkpoint's identity where it is not the option's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is said of the parts; ``None`` where nothing is.

    Attributes:
        offsets, branches, difference, weighting: as in ``Architecture``.
        scales: stages of the CNN, from 1.
        vit_layers: blocks of the transformer, from 0.
    """

    offsets: Offsets | None = None
    branches: Branches | None = None
    difference: bool | None = None
    weighting: bool | None = None
    scales: tuple[int, ...] | None = None
    vit_layers: tuple[int, ...] | None = None

    def said(self) -> dict[str, Any]:
        """What is said, by option."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


OPTIONS = tuple(item.name for item in fields(Choice))
"""The options of the method that choose parts."""


def parts(architecture: Architecture) -> dict[str, str]:
    """The parts of a network by option, as texts; a part that belongs to an absent branch is empty."""
    return {
        "offsets": architecture.offsets if architecture.cnn_stages else "",
        "branches": architecture.branches,
        "difference": _text(architecture.difference),
        "weighting": _text(architecture.weighting),
        "scales": _text(architecture.cnn_stages),
        "vit_layers": _text(architecture.vit_layers),
    }


def changed(architecture: Architecture, preset: Architecture) -> dict[str, str]:
    """The parts that are not the preset's."""
    usual = parts(preset)
    return {name: value for name, value in parts(architecture).items() if value != usual[name]}


def in_words(architecture: Architecture, preset: Architecture) -> str:
    """The parts that are not the preset's, for the note below a table; empty where there are none."""
    found = changed(architecture, preset)
    if architecture.branches != "both":  # what belongs to the other branch goes with it
        found = {name: value for name, value in found.items() if value}
    return ", ".join(f"{name} {value}" for name, value in found.items())


def identity(architecture: Architecture, preset: Architecture) -> dict[str, str]:
    """What a checkpoint states of the parts: nothing that the preset has anyway, so that earlier checkpoints agree."""
    return {KEYS.get(name, name): value for name, value in changed(architecture, preset).items()}


def usual(preset: Architecture) -> dict[str, str]:
    """What ``identity`` does not state of the preset itself."""
    return {KEYS.get(name, name): value for name, value in parts(preset).items()}


def stated(content: Mapping[str, str], preset: Architecture) -> Choice:
    """What a checkpoint's identity says of the parts; what it can't have been trained with says nothing."""
    texts = parts(preset) | {name: content[key] for name in parts(preset) if (key := KEYS.get(name, name)) in content}
    truth = {"true": True, "false": False}
    return Choice(
        offsets=_one_of(texts["offsets"], get_args(Offsets)),
        branches=_one_of(texts["branches"], get_args(Branches)),
        difference=truth.get(texts["difference"]),
        weighting=truth.get(texts["weighting"]),
        scales=_numbers(texts["scales"], SCALES),
        vit_layers=_numbers(texts["vit_layers"], range(preset.vit.blocks)),
    )


def joined(method: str, given: Choice, trained: Choice, checkpoint: str) -> Choice:
    """The options with what a checkpoint says where they say nothing.

    Args:
        method: the method's name, for messages.
        given: the options.
        trained: what the checkpoint says.
        checkpoint: its file, for messages.

    Raises:
        UserError: they contradict each other; the message names both for each option.
    """
    said, known = given.said(), trained.said()
    against = [
        f"`{name}` is {_shown(value)} here, but {_shown(known[name])} in the checkpoint"
        for name, value in said.items()
        if name in known and known[name] != value
    ]
    if against:
        raise UserError(f"{method}: {'; '.join(against)} {checkpoint}: leave it out, or score another checkpoint")
    return replace(trained, **said)


def ablated(method: str, preset: Architecture, choice: Choice) -> Architecture:
    """A preset with chosen parts.

    Raises:
        UserError: a value is not allowed, or two options exclude each other.
    """
    branches = choice.branches or "both"
    _check_values(method, preset, choice)
    if branches == "vit":
        unused = [name for name in ("scales", "offsets") if getattr(choice, name) is not None]
        if unused:
            raise UserError(
                f"{method}: `{unused[0]}: {_shown(getattr(choice, unused[0]))}` is about the CNN's features, which "
                "`branches: vit` leaves out; remove one of the two"
            )
    if branches == "cnn":
        if choice.vit_layers is not None:
            raise UserError(
                f"{method}: `vit_layers: {_shown(choice.vit_layers)}` is about the ViT's features, which `branches: cnn` "
                "leaves out; remove one of the two"
            )
        if choice.offsets in (None, "learned"):
            raise UserError(
                f"{method}: offsets are learned from the ViT's features, which `branches: cnn` leaves out; set `offsets` to "
                "zero or none"
            )
    return replace(
        preset,
        offsets="none" if branches == "vit" else choice.offsets or preset.offsets,
        difference=preset.difference if choice.difference is None else choice.difference,
        weighting=preset.weighting if choice.weighting is None else choice.weighting,
        cnn_stages=() if branches == "vit" else choice.scales or preset.cnn_stages,
        vit_layers=() if branches == "cnn" else choice.vit_layers or preset.vit_layers,
    )


def _check_values(method: str, preset: Architecture, choice: Choice) -> None:
    """Refuse what is none of an option's values, also where no configuration has checked it."""
    for name, allowed in (("offsets", get_args(Offsets)), ("branches", get_args(Branches))):
        value = getattr(choice, name)
        if value is not None and value not in allowed:
            raise UserError(
                f"{method}: `{name}` is {_shown(value)}; it must be {', '.join(allowed[:-1])} or {allowed[-1]}"
            )
    _check_numbers(method, "scales", choice.scales, SCALES)
    _check_numbers(method, "vit_layers", choice.vit_layers, range(preset.vit.blocks))


def _check_numbers(method: str, name: str, chosen: Sequence[int] | None, possible: Sequence[int]) -> None:
    if chosen is None:
        return
    if not chosen or not set(chosen) <= set(possible) or list(chosen) != sorted(set(chosen)):
        rule = f"one or several of {possible[0]} to {possible[-1]}, ascending, each once"
        raise UserError(f"{method}: `{name}` is {_shown(tuple(chosen))}; it must be {rule}")


def _one_of(text: str, allowed: tuple[Any, ...]) -> Any:
    return text if text in allowed else None


def _numbers(text: str, possible: Sequence[int]) -> tuple[int, ...] | None:
    """The numbers of a text such as ``1 2 3``; ``None`` where there are none, or others than possible."""
    known = {str(number): number for number in possible}
    words = text.split()
    return tuple(known[word] for word in words) if words and set(words) <= set(known) else None


def _text(value: bool | tuple[int, ...]) -> str:
    return str(value).lower() if isinstance(value, bool) else " ".join(map(str, value))


def _shown(value: object) -> str:
    """A value as a configuration has it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
