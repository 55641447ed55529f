"""Locates the user's own files of the backbones in the folder of the option ``pretrained``. No torch.

The module ``pretrained`` reads them; they are located separately so that a training can state which they were.
"""

from __future__ import annotations

from pathlib import Path

from benchmark.core.errors import WeightsUnavailableError

from .architecture import Architecture, Backbone

_SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


def present(folder: Path, architecture: Architecture) -> dict[str, str]:
    """The files of the backbones that are there, by the backbones' names."""
    places = {backbone.name: _look(folder, backbone) for backbone in architecture.backbones}
    return {name: str(place) for name, place in places.items() if place is not None}


def find(folder: Path, backbone: Backbone) -> Path:
    """The user's file of a backbone: ``<name>.safetensors`` (``.pth`` …), or as ``efid-bench weights --to`` lays it out.

    Raises:
        WeightsUnavailableError: there is no such file.
    """
    path = _look(folder, backbone)
    if path is None:
        raise WeightsUnavailableError(
            f"pretrained: {folder} holds no weights of {backbone.name}; expected {backbone.name}.safetensors there "
            "(or .pth, .pt, .bin, or the folders that `efid-bench weights CONFIG --to DIR` makes)"
        )
    return path


def _look(folder: Path, backbone: Backbone) -> Path | None:
    published = backbone.weight_file()
    layout = folder / "huggingface" / published.repository.replace("/", "--") / published.revision / published.name
    candidates = [folder / f"{backbone.name}{suffix}" for suffix in _SUFFIXES] + [layout]
    return next((candidate for candidate in candidates if candidate.is_file()), None)
