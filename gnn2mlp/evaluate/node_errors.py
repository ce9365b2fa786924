"""How wrong each single answer is, for every task: what comparisons of groups of nodes are made of."""

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.tasks import Task

# What an error is, by task.
ERRORS, WRONG_LABELS, ABSOLUTE = "errors", "wrong labels", "absolute error"


def error_measure(task: Task) -> str:
    """What `node_errors` gives: `"errors"`, `"wrong labels"` (shares), or `"absolute error"`."""
    if task.exclusive:
        return ERRORS
    return WRONG_LABELS if task.answers.classes is not None else ABSOLUTE


def node_errors(task: Task, output: Tensor, labels: Tensor) -> np.ndarray:
    """The error of each answer, float64 (rows,); all rows need a known label, or a part of one.

    Args:
        task: with the decision thresholds of the model.
        output: (rows, outputs) of a network.
        labels: as the task reads them.

    Returns:
        Of classes 1 for a wrong answer, else 0. Of several labels the share of the known ones that are answered
        wrongly. Of numbers the absolute error, in the unit of the label; of several targets the mean over those that
        are known, each in units of its standard deviation.

    Example:
        >>> from gnn2mlp.tasks import NodeClassification
        >>> logits = torch.tensor([[2.0, 0.0], [2.0, 0.0]])
        >>> node_errors(NodeClassification(["cat", "dog"]), logits, torch.tensor([0, 1])).tolist()
        [0.0, 1.0]
    """
    measure = error_measure(task)
    if measure == ABSOLUTE:
        off = (task.values(output).double() - labels.double()).abs()  # type: ignore[attr-defined]
        if off.size(1) > 1:
            off = off / torch.as_tensor(task.scale or 1.0, dtype=off.dtype)  # type: ignore[attr-defined]
        return np.asarray(off.nanmean(1).numpy())
    decided = task.decide(output)  # type: ignore[attr-defined]
    if measure == ERRORS:
        return np.asarray((decided != labels).double().numpy())
    known = ~labels.isnan()
    wrong = ((decided != (labels == 1)) & known).double().sum(1)
    return np.asarray((wrong / known.sum(1).clamp(min=1)).numpy())
