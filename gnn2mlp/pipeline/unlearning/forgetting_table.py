"""The table of knowledge from which a model forgets: itself on what is kept, a destroyer on what is not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, get_args

from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge.knowledge import TeacherKnowledge

Destroyer = Literal["random", "ignorant", "uniform"]
"""What the rows that are to be forgotten are held to: an untrained network, one that was briefly trained without them,
or the same odds for every answer."""


def check_destroyer(name: str, feature: float) -> None:
    """Raise `ConfigError` for an unknown destroyer, or one that has no activations where these are compared."""
    known = get_args(Destroyer)
    if name not in known:
        raise ConfigError(f"d2dgn.destroyer: expected one of {', '.join(known)}, got {name!r}{nearest(name, known)}")
    if name == "uniform" and feature:
        raise ConfigError(
            "d2dgn.destroyer: 'uniform' is no network and has no hidden activations to compare; take 'random' or "
            "'ignorant', or feature=0"
        )


def forgetting_table(
    node_ids: Tensor, preserver: Mapping[str, Tensor], destroyer: Mapping[str, Tensor], forgotten: Tensor
) -> TeacherKnowledge:
    """What a model is held to while it forgets: `logits`, perhaps `hidden`, and `forgotten`.

    Args:
        node_ids: int64 (rows,).
        preserver: by key, (rows, ...) of the model itself.
        destroyer: by key, (forgotten rows, ...) of what knows nothing of them.
        forgotten: bool (rows,).

    Raises:
        DataError: if nothing is to be forgotten, or nothing is left.

    Example:
        >>> import torch
        >>> gone, said = torch.tensor([False, True]), torch.tensor([[2.0, 0.0], [0.0, 2.0]])
        >>> forgetting_table(torch.arange(2), {"logits": said}, {"logits": torch.zeros(1, 2)}, gone)["logits"].tolist()
        [[2.0, 0.0], [0.0, 0.0]]
    """
    if not bool(forgotten.any()) or bool(forgotten.all()):
        raise DataError(
            f"d2dgn: expected some rows to forget and some to keep, got {int(forgotten.sum())} of {len(forgotten)} to "
            "forget"
        )
    values = {}
    for key, own in preserver.items():
        held = own.detach().float().clone()
        held[forgotten] = destroyer[key].detach().float()
        values[key] = held
    return TeacherKnowledge(node_ids, {**values, "forgotten": forgotten}, {"teacher": "preserver and destroyer"})


def without_labels(observed: Observed, forgotten: Tensor) -> Observed:
    """The same nodes, of which those to be forgotten (bool, observed nodes) have no label and no role any more."""
    labels = observed.graph.labels.clone()
    labels[forgotten] = observed.graph.task.blank
    train, valid = (rows[~forgotten[rows]] for rows in (observed.train, observed.valid))
    return Observed(replace(observed.graph, labels=labels), observed.node_ids, train, valid)


def kept_rows(observed: Observed, kept: Tensor) -> Observed:
    """The rows `kept` (bool, observed nodes) alone; none of the others has a role."""
    ids, row = kept.nonzero()[:, 0], kept.cumsum(0) - 1
    return Observed(observed.graph.subgraph(ids), observed.node_ids[ids], row[observed.train], row[observed.valid])
