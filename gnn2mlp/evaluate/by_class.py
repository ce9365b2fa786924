"""Class by class: how many rows have it, how many are answered with it, and how many of these are right."""

from typing import NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.showing import short_repr


class ClassCounts(NamedTuple):
    """Numbers of rows, one for each class (or label, of which a row may have several).

    Recall is `right / nodes`, precision `right / answered`.

    Args:
        nodes: that have the class.
        answered: that are said to have it.
        right: that have it and are said to.
    """

    nodes: list[int]
    answered: list[int]
    right: list[int]

    def __repr__(self) -> str:
        return short_repr(self)


def class_counts(decided: Tensor, labels: Tensor, classes: int) -> ClassCounts:
    """Count answers by class.

    Args:
        decided: what is answered: int64 (rows,), the class of each, or bool (rows, classes), whether it has the label.
        labels: the truth in the same form: int64 (rows,), -1 where unknown, or numbers (rows, classes), 0, 1, or NaN
            where unknown. What is not known counts nowhere.
        classes: how many there are.

    Example:
        >>> class_counts(torch.tensor([0, 1, 1, 0]), torch.tensor([0, 0, 1, -1]), 2)
        ClassCounts(nodes=[2, 1], answered=[1, 2], right=[1, 1])
    """
    if decided.dim() == 1:
        known = labels >= 0
        said, truth = decided[known], labels[known]
        parts = (truth, said, truth[said == truth])
        return ClassCounts(*(torch.bincount(part, minlength=classes).tolist() for part in parts))
    known = ~labels.isnan()
    said, has = decided.bool() & known, labels == 1
    return ClassCounts(*(part.sum(0).tolist() for part in (has, said, said & has)))
