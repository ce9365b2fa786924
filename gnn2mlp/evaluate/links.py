"""Scores of links by population: which pairs a figure speaks of."""

import torch
from jaxtyping import Float
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.links.split import LinkSplit
from gnn2mlp.tasks import LinkPrediction

LINK_POPULATIONS = {
    "overall": "all test pairs",
    "old-old": "test pairs of two nodes that were there in training",
    "old-new": "test pairs of a node that was there in training and one that appeared after it",
    "new-new": "test pairs of two nodes that appeared after training",
}


def link_scores(
    split: LinkSplit,
    positive: Float[Tensor, " positives"],
    negative: Float[Tensor, " negatives"],
    task: LinkPrediction | None = None,
) -> dict[str, dict[str, float]]:
    """Every metric of every population: its positives against all test negatives, one list for all, as LLP has it.

    A population without a pair, and a metric that asks for more negatives than there are, is left out.
    Average precision falls with the share of positives: compare it within a population, not between two.

    Args:
        split: whose `test` and `test_negatives` were scored.
        positive: scores of `split.test`, in its order; of any scale, as only their order counts.
        negative: scores of `split.test_negatives`.
        task: which metrics; default: those of `LinkPrediction`.

    Returns:
        Figures by population, then by metric.

    Raises:
        DataError: if there is no score for each pair, or one is no number.

    Example:
        >>> from gnn2mlp.data import RandomEdges, graph_from_arrays
        >>> ring = graph_from_arrays(torch.eye(40), [0, 1] * 20, [range(40), [*range(1, 40), 0]])
        >>> split = RandomEdges().split(ring, seed=0)
        >>> positive, negative = torch.tensor([3.0, 2.0, 1.0, 0.0]), torch.tensor([1.5, 1.0, 0.5, -1.0])
        >>> link_scores(split, positive, negative)["overall"]["auc"]
        0.71875
    """
    task = task or LinkPrediction()
    _check(positive, split.test, "test")
    _check(negative, split.test_negatives, "test_negatives")
    found = {}
    for name, mask in split.populations(split.test).items():
        own = positive[mask.to(positive.device)]
        output, labels = torch.cat([own, negative]), torch.cat([torch.ones_like(own), torch.zeros_like(negative)])
        if own.numel():
            figures = task.scores(output, labels)
            found[name] = {metric: value for metric, value in figures.items() if value == value}
    return found


def _check(scores: Tensor, pairs: Tensor, part: str) -> None:
    if scores.shape != (pairs.size(0),):
        raise DataError(f"{part}: expected a score for each of {pairs.size(0)} pairs, got shape {tuple(scores.shape)}")
    if bad := int((~scores.isfinite()).sum()):
        raise DataError(f"{part}: expected finite scores, got {bad} that are NaN or infinite; train anew")
