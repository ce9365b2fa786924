"""How far confidence can be believed: reliability diagram and expected calibration error."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

BINS = 15


class Reliability(NamedTuple):
    """Per confidence bin of equal width: mean confidence, accuracy (both 0 where empty) and number of nodes."""

    confidence: list[float]
    accuracy: list[float]
    count: list[int]  # type: ignore[assignment]  # the word of results.json; the tuple's own method is not missed


def reliability_diagram(
    logits: Float[Tensor, "nodes classes"], labels: Int[Tensor, " nodes"], bins: int = BINS
) -> Reliability:
    """Sort nodes by their top probability into `bins` bins over 0..1."""
    confidence, predicted = logits.double().softmax(-1).max(-1)
    place = (confidence * bins).long().clamp(max=bins - 1)
    count = torch.bincount(place, minlength=bins)
    size = count.clamp(min=1)
    mean_confidence = torch.bincount(place, weights=confidence, minlength=bins) / size
    mean_accuracy = torch.bincount(place, weights=(predicted == labels).double(), minlength=bins) / size
    return Reliability(mean_confidence.tolist(), mean_accuracy.tolist(), count.tolist())


def expected_calibration_error(
    logits: Float[Tensor, "nodes classes"], labels: Int[Tensor, " nodes"], bins: int = BINS
) -> float:
    """ECE: mean over nodes of |confidence - accuracy| of their bin (Guo et al., ICML 2017; 15 bins of equal width)."""
    diagram = reliability_diagram(logits, labels, bins)
    gaps = [n * abs(c - a) for c, a, n in zip(*diagram, strict=True)]
    return sum(gaps) / max(1, sum(diagram.count))
