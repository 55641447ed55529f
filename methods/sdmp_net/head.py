"""SDMP-Net's prediction: from both images' features to one quality per pair of crops. Imports torch."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .architecture import Widths


class Prediction(nn.Module):
    """Joins the features of reference and enhanced image and predicts the scaled label.

    For the published network: ViT 3,840 + deformed CNN 768 = 4,608 channels -> 256 per image; reference, enhanced and
    their difference: 768 -> 1,024 -> 512; per position 512 -> 256 -> score and weight.

    Attributes:
        difference: whether the difference is among what it sees.
        weight: gives each position its weight; ``None`` where all count alike.
    """

    def __init__(
        self, channels: int, widths: Widths, dropout: float, *, difference: bool = True, weighting: bool = True
    ) -> None:
        super().__init__()
        self.difference = difference
        self.joint = nn.Conv2d(channels, widths.joint, 1)
        self.mix1 = nn.Conv2d((3 if difference else 2) * widths.joint, widths.mixed, 3, padding=1)
        self.mix2 = nn.Conv2d(widths.mixed, widths.judged, 3, padding=1)
        self.hidden = nn.Conv2d(widths.judged, widths.hidden, 1)
        self.dropout = nn.Dropout(dropout)
        self.score = nn.Conv2d(widths.hidden, 1, 1)
        self.weight = nn.Conv2d(widths.hidden, 1, 1) if weighting else None

    def join(self, vit: Tensor, deformed: list[Tensor]) -> Tensor:
        """Join one image's features: (N, 3840, V, V) and, for each scale, (N, 768, V, V) to (N, 256, V, V)."""
        out: Tensor = self.joint(torch.cat([vit, *deformed], dim=1))
        return out

    def forward(self, reference: Tensor, enhanced: Tensor) -> Tensor:
        """Quality of each pair: joint features of both images, (N, 256, V, V) each, to (N,)."""
        difference = [reference - enhanced] if self.difference else []
        x = torch.cat([reference, enhanced, *difference], dim=1)
        return self.judge(self.hidden(self.mix2(functional.relu(self.mix1(x)))))

    def judge(self, hidden: Tensor) -> Tensor:
        """The mean of the patch scores, weighted if there are weights: (N, 256, V, V), before its ReLU, to (N,).

        The perceptron 512 -> 256 -> 1 works on each position separately: its layers are 1x1 convolutions.
        """
        x = self.dropout(functional.relu(hidden))
        scores: Tensor = self.score(x)
        if self.weight is None:
            return scores.mean(dim=(1, 2, 3))
        weights = torch.sigmoid(self.weight(x))
        out: Tensor = (scores * weights).sum(dim=(1, 2, 3)) / weights.sum(dim=(1, 2, 3))
        return out
