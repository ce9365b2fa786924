"""How far confidence can be believed: reliability diagram and expected calibration error."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.core.showing import short_repr

BINS = 15
# Bins of equally many nodes: so many, of at least so many nodes.
MASS_BINS, FEWEST_OF_BIN = 10, 20


class Reliability(NamedTuple):
    """Per confidence bin of equal width: mean confidence, accuracy (both 0 where empty) and number of nodes."""

    confidence: list[float]
    accuracy: list[float]
    count: list[int]  # type: ignore[assignment]  # the word of results.json; the tuple's own method is not missed

    def __repr__(self) -> str:
        return short_repr(self)


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


def diagram_by_mass(
    logits: Float[Tensor, "nodes classes"], labels: Int[Tensor, " nodes"], bins: int = MASS_BINS
) -> Reliability:
    """Sort nodes by their top probability into bins of equally many nodes, at least 20 each where there are so many.

    No bin rests on a node or two, as bins of equal width do where a network is mostly sure.

    Example:
        >>> logits = torch.tensor([[0.2, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]).repeat(20, 1)
        >>> diagram_by_mass(logits, torch.zeros(80, dtype=torch.int64)).count
        [20, 20, 20, 20]
    """
    confidence, predicted = logits.double().softmax(-1).max(-1)
    nodes = labels.numel()
    parts = max(1, min(bins, nodes // FEWEST_OF_BIN))
    order = confidence.argsort(stable=True)
    place = torch.empty(nodes, dtype=torch.int64)
    place[order] = torch.arange(nodes) * parts // max(1, nodes)
    size = torch.bincount(place, minlength=parts)
    means = [
        (torch.bincount(place, weights=values, minlength=parts) / size.clamp(min=1)).tolist()
        for values in (confidence, (predicted == labels).double())
    ]
    return Reliability(means[0], means[1], size.tolist())


def calibration_error_by_chance(logits: Float[Tensor, "nodes classes"], bins: int = BINS, draws: int = 20) -> float:
    """The calibration error that probabilities without any fault would show on as many nodes: what chance adds.

    Answers are drawn right with the probability that each claims (consistency resampling; Bröcker and Smith, Weather
    and Forecasting, 2007), and the errors of the draws are averaged. An error near this one cannot be told from 0.

    Example:
        >>> few, many = (calibration_error_by_chance(torch.tensor([[1.0, 0.0]]).repeat(n, 1)) for n in (50, 5000))
        >>> few > 0.03 > 0.01 > many
        True
    """
    confidence, predicted = logits.double().softmax(-1).max(-1)
    random = generator(0, "answers that are as right as they claim")
    wrong = (predicted + 1) % max(2, logits.size(1))
    errors = []
    for _ in range(draws):
        right = torch.rand(confidence.shape, generator=random, dtype=torch.float64) < confidence
        errors.append(expected_calibration_error(logits, predicted.where(right, wrong), bins))
    return sum(errors) / draws
