"""Judging a choice of settings as new nodes will judge it, without a look at any of them: splits within a view."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.split import Setting, Split
from gnn2mlp.data.view import Observed, Views


def rehearse(
    observed: Observed,
    seed: int = 0,
    *,
    setting: Setting = "inductive",
    fold: int = 0,
    folds: int = 2,
    others: float = 0.0,
) -> Views:
    """A split within what is observed: a part of the validation nodes judges, the rest of them chooses the epoch.

    In the inductive setting the judges are taken out of the graph, so that they are to teacher and student what unseen
    test nodes are; in the transductive one they stay in it without their labels, like seen test nodes. Training nodes
    are those of the view. Over all folds each validation node judges once.

    Args:
        observed: all that may be seen; its own test nodes have no label here and judge nothing.
        seed: of the draw, stratified by class where there are classes.
        setting: `"inductive"` or `"transductive"`.
        fold: which part judges, counted from 0.
        folds: how many parts there are, at least 2.
        others: inductive: share of the nodes without a label that are taken out of the graph as well, from 0 and below
            1; the judges then lose neighbours that they would lose with unseen test nodes. Default: none.

    Returns:
        `observed`, what training is given, and `full`, in whose split `test` are the judges. Ids are row numbers of
        the view that was given, in which the judges have their labels.

    Raises:
        ConfigError: for a fold that there is none of, or a share out of range.
        DataError: if there are fewer validation nodes than folds.

    Example:
        >>> from gnn2mlp.data import PerClass, graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(20), [0, 1] * 10, [[0], [1]])
        >>> outer = Views.of(graph, PerClass(train=2, valid=4).split(graph, 0, "inductive", 0.5)).observed
        >>> inner = rehearse(outer)
        >>> outer.graph.num_nodes, inner.observed.graph.num_nodes, inner.full.split.sizes
        (16, 12, {'train': 4, 'valid': 4, 'seen': 0, 'unseen': 4})
    """
    if folds < 2 or not 0 <= fold < folds:
        raise ConfigError(f"rehearse: expected at least 2 folds and one of 0..folds-1, got fold {fold} of {folds}")
    if not 0 <= others < 1:
        raise ConfigError(f"rehearse: expected others as a share from 0 and below 1, got {others}")
    if observed.valid.numel() < folds:
        raise DataError(
            f"rehearse: expected at least {folds} validation nodes, of which each part judges once, got "
            f"{observed.valid.numel()}; let more nodes validate"
        )
    parts = [part.sort().values for part in _dealt(observed, seed, folds)]
    judges = parts.pop(fold)
    valid, none = torch.cat(parts).sort().values, judges[:0]
    unseen, seen = (judges, none) if setting == "inductive" else (none, judges)
    absent = _share_of_others(observed, seed, others) if setting == "inductive" else none
    scheme = {"name": "rehearsal", "fold": fold, "folds": folds, "others": others}
    return Views.of(observed.graph, Split(observed.train, valid, seen, unseen, setting, seed, scheme, absent))


def rehearsals(
    observed: Observed, seed: int = 0, *, setting: Setting = "inductive", folds: int = 2, others: float = 0.0
) -> Iterator[Views]:
    """`rehearse` for every fold in turn; arguments as there."""
    for fold in range(folds):
        yield rehearse(observed, seed, setting=setting, fold=fold, folds=folds, others=others)


def _dealt(observed: Observed, seed: int, folds: int) -> list[Tensor]:
    """The validation nodes dealt into parts, class by class, so that sizes differ by one at most."""
    shuffled = observed.valid[torch.randperm(observed.valid.numel(), generator=generator(seed, "judges"))]
    order = shuffled[observed.graph.task.strata(observed.graph.labels[shuffled]).argsort(stable=True)]
    return [order[part::folds] for part in range(folds)]


def _share_of_others(observed: Observed, seed: int, share: float) -> Tensor:
    """Ids, ascending, of so many of the nodes that neither train nor validate."""
    free = torch.ones(observed.graph.num_nodes, dtype=torch.bool)
    free[torch.cat([observed.train, observed.valid])] = False
    ids = free.nonzero()[:, 0]
    order = torch.randperm(ids.numel(), generator=generator(seed, "judges/others"))
    return ids[order[: int(share * ids.numel())]].sort().values
