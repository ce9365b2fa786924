"""Whether a model has forgotten: what its answers to deleted rows tell, beside those of a model that never saw them.

All is two-sided. A model that remembers deleted rows is surer of them than of new ones; one that was made to forget
them by force is conspicuously unsure of them, which gives them away as well. What is aimed at are the answers of a
model that was trained anew without the rows, and the distance to that one is what counts.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.auroc_difference import auroc_difference
from gnn2mlp.evaluate.intervals import Interval, bootstrap_interval, share_interval
from gnn2mlp.evaluate.membership import Membership, membership_auc
from gnn2mlp.nn.averaged import Outputs
from gnn2mlp.tasks import Task


class AttackDistance(NamedTuple):
    """How far an attack on a model goes from the same attack on one that was trained anew without the deleted rows.

    Args:
        difference: of the areas, the model's minus the reference's: above 0 the deleted rows are remembered, below 0
            they are answered worse than if they had never been seen. With its 95 % interval, over rows.
        low: of `distance`, the least that the interval allows.
        high: the most.
    """

    difference: Interval
    low: float
    high: float

    @property
    def distance(self) -> float:
        """The size of the difference: 0 is indistinguishable from retraining, whichever side it lies on."""
        return abs(self.difference.value)

    def record(self) -> dict[str, Any]:
        """All of it, JSON-able."""
        return {"distance": self.distance, **self._asdict(), "difference": self.difference._asdict()}


def entropy_attack(forgotten: Tensor, fresh: Tensor, task: Task | None = None) -> Membership:
    """Membership inference by certainty: rows are taken for deleted ones where the model is surer of them.

    Salem et al., ML-Leaks, NDSS 2019: the entropy of a model's answer is lower on what trained it. It takes no label.

    Args:
        forgotten: (rows, outputs), what the model says of the deleted rows.
        fresh: of rows that never trained.
        task: what outputs stand for; default: one of several classes.

    Returns:
        The area: 0.5 tells nothing, near 1 rows are remembered, near 0 conspicuously unknown.

    Raises:
        DataError: if one of them has no row, or outputs stand for no probabilities.

    Example:
        >>> sure, even = torch.tensor([[4.0, 0.0]] * 20), torch.zeros(20, 2)
        >>> entropy_attack(sure, even).auc, entropy_attack(even, sure).auc, entropy_attack(even, even).auc
        (1.0, 0.0, 0.5)
    """
    return membership_auc(certainty(forgotten, task), certainty(fresh, task))


def loss_attack(
    forgotten: Tensor, forgotten_labels: Tensor, fresh: Tensor, fresh_labels: Tensor, task: Task | None = None
) -> Membership:
    """Membership inference by the loss: rows are taken for deleted ones where the model is nearer to their label.

    Yeom et al., Privacy Risk in Machine Learning, CSF 2018, for an attacker who knows the labels of the rows. Rows
    without one are left out.

    Args:
        forgotten: (rows, outputs), what the model says of the deleted rows.
        forgotten_labels: (rows, ...), as the task has them.
        fresh: of rows that never trained.
        fresh_labels: likewise.
        task: what outputs stand for; default: one of several classes.

    Raises:
        DataError: if one of them has no row with a label.

    Example:
        >>> right, labels = torch.tensor([[4.0, 0.0]] * 20), torch.zeros(20, dtype=torch.int64)
        >>> loss_attack(right, labels, -right, labels).auc
        1.0
    """
    return membership_auc(closeness(forgotten, forgotten_labels, task), closeness(fresh, fresh_labels, task))


def link_attack(deleted: tuple[Tensor, Tensor], absent: tuple[Tensor, Tensor], task: Task | None = None) -> Membership:
    """Whether deleted edges are told from pairs that were never linked: ends of an edge are answered more alike.

    He et al., Stealing Links from Graph Neural Networks, USENIX Security 2021. Even a model that never saw an edge
    tells something, as linked nodes are alike: the distance to retraining is what counts.

    Args:
        deleted: (edges, outputs) of the one ends, and of the others, of the deleted edges.
        absent: (pairs, outputs) likewise, of pairs without an edge.
        task: what outputs stand for; default: one of several classes.

    Example:
        >>> one, other = torch.tensor([[4.0, 0.0]] * 20), torch.tensor([[0.0, 4.0]] * 20)
        >>> link_attack((one, one), (one, other)).auc
        1.0
    """
    return membership_auc(likeness(*deleted, task), likeness(*absent, task))


def certainty(outputs: Tensor, task: Task | None = None) -> Tensor:
    """Minus the entropy of each answer in nats, (rows,); of several labels its sum over them.

    Raises:
        DataError: for a task whose outputs stand for no probabilities.
    """
    kind, said = _kind(task), outputs.double()
    if kind == "values":
        raise DataError("entropy_attack: expected outputs that stand for probabilities, got numbers; take loss_attack")
    if kind == "classes":
        log_p = said.log_softmax(-1)
        return (log_p.exp() * log_p).sum(-1)
    both = torch.stack([said, -said])
    return (both.sigmoid() * torch.nn.functional.logsigmoid(both)).sum(0).sum(-1)


def closeness(outputs: Tensor, labels: Tensor, task: Task | None = None) -> Tensor:
    """Minus the loss of each row that has a label, (labelled rows,)."""
    if task is None:
        known = labels >= 0
        return -torch.nn.functional.cross_entropy(outputs[known].double(), labels[known], reduction="none")
    known = task.known(labels)
    return -task.loss(outputs[known].double(), labels[known])


def likeness(one: Tensor, other: Tensor, task: Task | None = None) -> Tensor:
    """Minus the squared distance between what two answers stand for, (rows,)."""
    told = [_told(_kind(task), outputs.double()) for outputs in (one, other)]
    return -(told[0] - told[1]).square().sum(-1)


def attack_distance(model: tuple[Tensor, Tensor], reference: tuple[Tensor, Tensor]) -> AttackDistance:
    """How far an attack goes on a model, from how far it goes on the reference.

    Args:
        model: scores (rows,) of the deleted rows and of the fresh ones, higher for what the model has learnt; such as
            their `certainty`.
        reference: of the same rows, by the model that was trained anew without the deleted ones.

    Example:
        >>> random = torch.Generator().manual_seed(0)
        >>> anew = torch.randn(60, 3, generator=random), torch.randn(60, 3, generator=random)
        >>> scores = [(certainty(one), certainty(anew[1])) for one in (torch.zeros(60, 3), anew[0])]
        >>> found = attack_distance(*scores)  # a model that knows nothing at all of the deleted rows
        >>> found.difference.high < 0, found.distance > 0.3
        (True, True)
    """
    found = auroc_difference(model, reference)
    apart = not found.low <= 0 <= found.high
    ends = sorted([abs(found.low), abs(found.high)])
    return AttackDistance(found, ends[0] if apart else 0.0, ends[1])


def divergence(reference: Tensor, model: Tensor, task: Task, seed: int = 0) -> Interval:
    """The mean divergence of a model from the reference on the same rows, in nats of classes, with its 95 % interval.

    Args:
        reference: (rows, outputs), what the model says that was trained anew.
        model: what the other one says.
        task: whose divergence; of classes KL(reference ‖ model).
        seed: of the bootstrap samples.
    """
    values = task.divergence(reference.double(), model.double()).numpy()
    return bootstrap_interval(lambda places: float(values[places].mean()), len(values), seed)


def changed(before: Tensor, after: Tensor, task: Task) -> Interval | None:
    """The share of answers that are others now; `None` where outputs are numbers."""
    if _kind(task) == "values":
        return None
    old, new = (np.asarray(task.predict(outputs)) for outputs in (before, after))
    other = old != new
    return share_interval(other if other.ndim == 1 else other.any(axis=1))


def _kind(task: Task | None) -> Outputs:
    return "classes" if task is None else task.averaged_as


def _told(kind: Outputs, outputs: Tensor) -> Tensor:
    if kind == "values":
        return outputs
    return outputs.softmax(-1) if kind == "classes" else outputs.sigmoid()
