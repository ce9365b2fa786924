"""Whether a model can be made to tell that some rows trained it: membership inference by its loss on them."""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.trust import auroc, auroc_interval

_LEAST = 1e-12


class Membership(NamedTuple):
    """How well scores tell rows that may have trained a model from rows that certainly did not.

    Args:
        auc: probability that a row of the first kind has the higher score, ties counting half: 0.5 tells nothing, and
            so does neither side of it; below 0.5 rows are recognised by being answered worse than unknown ones.
        low: end of its 95 % interval (DeLong et al., 1988).
        high: the other end.
        suspected: rows of the first kind.
        fresh: rows that never trained.
    """

    auc: float
    low: float
    high: float
    suspected: int
    fresh: int

    @property
    def tells(self) -> bool:
        """Whether the interval leaves out 0.5: then something of the rows is in the model, or they differ anyway."""
        return not self.low <= 0.5 <= self.high

    def __repr__(self) -> str:
        return short_repr(self)


def membership_auc(suspected: ArrayLike, fresh: ArrayLike) -> Membership:
    """Membership inference from scores that are higher for what was learnt, such as the negative loss.

    Args:
        suspected: (rows,) of rows that trained, or that did until they were removed.
        fresh: (rows,) of rows like them that never trained.

    Raises:
        DataError: if one of them has no row.

    Example:
        >>> random = np.random.default_rng(0)
        >>> found = membership_auc(random.normal(size=200), random.normal(size=200))
        >>> found.tells, membership_auc(random.normal(2, size=200), random.normal(size=200)).tells
        (False, True)
    """
    first, second = np.asarray(suspected, np.float64).ravel(), np.asarray(fresh, np.float64).ravel()
    if not first.size or not second.size:
        raise DataError(f"membership: expected rows of both kinds, got {first.size} suspected and {second.size} fresh")
    score = torch.from_numpy(np.concatenate([first, second]))
    kind = torch.arange(score.numel()) < first.size
    low, high = auroc_interval(score, kind)
    value = auroc(score, kind)
    assert value is not None, "there are rows of both kinds"
    assert low is not None, "likewise"
    assert high is not None, "likewise"
    return Membership(value, low, high, first.size, second.size)


def membership(
    predictor: Any, suspected: Any, fresh: Any, suspected_labels: Any = None, fresh_labels: Any = None
) -> Membership:
    """Membership inference on a classifier, by its loss where labels are known, else by its confidence.

    Yeom et al., Privacy Risk in Machine Learning, CSF 2018: what trained a model has a lower loss than what did not.
    Of a model that was made again without some rows these are as unknown as any others, and the area is 0.5. An area
    apart from it on either side is evidence: rows that were unlearnt by force are often recognised by being answered
    worse.

    Args:
        predictor: with `predict_proba` and `classes_`.
        suspected: rows that trained, or that were removed.
        fresh: rows like them that the model never had.
        suspected_labels: (rows,) their true classes; those that the model does not know count as probability 0.
        fresh_labels: likewise.

    Raises:
        DataError: if one of them has no row, or labels are given of one kind alone.
    """
    if (suspected_labels is None) != (fresh_labels is None):
        raise DataError("membership: expected labels of both kinds of rows, or of neither, got those of one")
    scores = [
        _scores(predictor, rows, labels) for rows, labels in ((suspected, suspected_labels), (fresh, fresh_labels))
    ]
    return membership_auc(*scores)


def _scores(predictor: Any, rows: Any, labels: Any) -> np.ndarray:
    """Logarithm of the probability of the true class, or of the highest one."""
    p = np.asarray(predictor.predict_proba(rows), np.float64)
    if labels is None:
        found: np.ndarray = np.log(np.maximum(p.max(axis=1), _LEAST))
        return found
    places = {value: place for place, value in enumerate(np.asarray(predictor.classes_).tolist())}
    columns = np.array([places.get(value, -1) for value in np.asarray(labels).tolist()], np.int64)
    if len(columns) != len(p):
        raise DataError(f"membership: expected a label for each of {len(p)} rows, got {len(columns)}")
    told = np.where(columns >= 0, p[np.arange(len(p)), np.maximum(columns, 0)], 0.0)
    return np.asarray(np.log(np.maximum(told, _LEAST)))
