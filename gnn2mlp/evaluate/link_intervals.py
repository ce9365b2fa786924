"""95 % intervals of ROC-AUC and Hits@k on the test pairs of one graph, and of the differences of models on them.

What they speak of: pairs like these of this one graph, each as if it were drawn by itself, and models as they were
trained. Pairs share nodes, so that the true uncertainty of another graph, or of other nodes, is larger.

A figure of 0 or 1 is 0 or 1 in every bootstrap sample, however few pairs there are: its interval is Wilson's, and that
of the difference of two such figures Bonett and Price's, neither of which has a width of zero.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from gnn2mlp.evaluate.intervals import CONFIDENCE, DRAWN, LEAST_DRAWS, MOST_DRAWS, Interval, bonett_price, wilson

# How a figure is told, and of which k.
HITS = "hits@"
# Figures that no sample of the pairs changes.
_ENDS = (0.0, 1.0)


class Weighed:
    """Scores of pairs, sorted once, of which any figure under other weights of the pairs takes one pass.

    Args:
        positives: scores (positives,) of links.
        negatives: scores (negatives,) of pairs that are none.
    """

    def __init__(self, positives: np.ndarray, negatives: np.ndarray):
        values, places = np.unique(np.concatenate([positives, negatives]), return_inverse=True)
        self._values, self._count = places, len(values)
        self._positives = len(positives)

    def figure(self, metric: str, positive: np.ndarray, negative: np.ndarray) -> float:
        """ROC-AUC (`"auc"`) or Hits@k (`"hits@20"`) if pairs are there as often as the weights say.

        Args:
            metric: which.
            positive: whole numbers (positives,).
            negative: whole numbers (negatives,).
        """
        links = np.bincount(self._values[: self._positives], positive, self._count)
        others = np.bincount(self._values[self._positives :], negative, self._count)
        if metric.startswith(HITS):
            return _hits(links, others, int(metric.removeprefix(HITS)))
        below = np.cumsum(others) - others
        return float((links * (below + others / 2)).sum() / (links.sum() * others.sum()))


def _hits(links: np.ndarray, others: np.ndarray, k: int) -> float:
    """The share of links strictly above the k-th best of the others, both as counts by ascending score."""
    above = np.cumsum(others[::-1])[::-1]  # others at a score or above it
    if above[0] < k:
        return float("nan")
    kth = int(np.flatnonzero(above >= k)[-1])
    return float(links[kth + 1 :].sum() / links.sum())


def link_intervals(
    scores: Mapping[str, tuple[np.ndarray, np.ndarray]],
    metrics: Sequence[str] = ("auc", "hits@20"),
    reference: str | None = None,
    seed: int = 0,
) -> dict[str, dict[str, dict[str, Interval]]]:
    """Percentile intervals of bootstrap samples, positives and negatives drawn apart, the same for all models.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 8 and 13.

    Args:
        scores: by model, scores (positives,) of links and (negatives,) of pairs that are none, in one order for all.
        metrics: `"auc"` and `"hits@k"`; one that is not defined, of fewer negatives than k, is left out.
        reference: a model; then `differences` holds how much better it is than each other one.
        seed: of the samples.

    Returns:
        `scores`, and with a reference `differences`: by metric and model an interval, whose `nodes` are positives.

    Example:
        >>> random = np.random.default_rng(0)
        >>> said = {"a": (random.normal(1, 1, 200), random.normal(0, 1, 200)), "b": (np.zeros(200), np.zeros(200))}
        >>> found = link_intervals(said, reference="a")
        >>> auc = found["scores"]["auc"]["a"]
        >>> 0.7 < auc.low < auc.value < auc.high < 0.85, found["scores"]["auc"]["b"].value
        (True, 0.5)
        >>> found["differences"]["auc"]["b"].low > 0
        True
    """
    counts = [len(part) for part in next(iter(scores.values()))]
    named = [name for name in metrics if not name.startswith(HITS) or int(name.removeprefix(HITS)) <= counts[1]]
    weighed = {model: Weighed(*answered) for model, answered in scores.items()}
    random = np.random.default_rng(seed)
    draws = max(LEAST_DRAWS, min(MOST_DRAWS, DRAWN // max(1, sum(counts))))
    once = [np.ones(count) for count in counts]
    values = {name: {model: each.figure(name, *once) for model, each in weighed.items()} for name in named}
    drawn: dict[str, dict[str, list[float]]] = {name: {model: [] for model in weighed} for name in named}
    for _ in range(draws):
        weights = [np.bincount(random.integers(count, size=count), minlength=count) for count in counts]
        for name, by in drawn.items():
            for model, each in by.items():
                each.append(weighed[model].figure(name, *weights))
    # AUC is told by the fewer of both, Hits@k by links alone.
    told_by = {name: counts[0] if name.startswith(HITS) else min(counts) for name in named}
    found = {
        "scores": {
            name: {model: _of_score(values[name][model], drawn[name][model], told_by[name]) for model in weighed}
            for name in named
        }
    }
    if reference is not None:
        found["differences"] = {
            name: {
                model: _of_difference(
                    (values[name][reference], values[name][model]),
                    np.subtract(drawn[name][reference], drawn[name][model]),
                    told_by[name],
                )
                for model in weighed
                if model != reference
            }
            for name in named
        }
    return {
        part: {name: {model: one._replace(nodes=counts[0]) for model, one in by.items()} for name, by in each.items()}
        for part, each in found.items()
    }


def _of_score(value: float, drawn: Sequence[float], pairs: int) -> Interval:
    return wilson(value, pairs) if value in _ENDS else _percentiles(value, drawn, pairs)


def _of_difference(values: tuple[float, float], drawn: np.ndarray, pairs: int) -> Interval:
    ours, theirs = values
    if ours in _ENDS and theirs in _ENDS:
        return bonett_price(max(ours - theirs, 0) * pairs, max(theirs - ours, 0) * pairs, pairs)
    return _percentiles(ours - theirs, drawn, pairs)


def _percentiles(value: float, drawn: np.ndarray | Sequence[float], pairs: int) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value, float(low), float(high), pairs)
