"""Few classes a node, drawn by their probabilities."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import generator
from gnn2mlp.tasks import Task

CLASS_KEYS = frozenset({"class_indices", "class_probabilities"})

# Nodes times classes that are held in double precision at a time.
_HELD = 2**24


def check_has_classes(task: Task) -> None:
    """Raise `ConfigError` if outputs are not a distribution over classes to draw from."""
    if not task.exclusive:
        raise ConfigError(
            f"export: expected a task with one class for each {task.unit} to draw classes from, got {task.name!r}; "
            "take soft_labels, which goes with every task, in place of sampled_labels"
        )


def sampled_classes(
    logits: Float[Tensor, "nodes classes"], draws: int, seed: int
) -> tuple[Int[Tensor, "nodes drawn"], Float[Tensor, "nodes drawn"]]:
    """Classes that were drawn with replacement by softmax(logits), and the share of the draws that fell on each.

    Unbiased: the expectation of a class's share is its probability (Anshumann et al., Sparse Logit Sampling, ACL 2025).
    Rows are as wide as the node with the most different classes; what is left of the others is class 0 with share 0.

    Args:
        logits: of all nodes.
        draws: of each node.
        seed: of the draws.

    Returns:
        int32 and float32 (nodes, drawn), the most frequent class first.

    Example:
        >>> sure = torch.tensor([[9.0, -9.0, -9.0], [-99.0, -99.0, 99.0]])
        >>> indices, shares = sampled_classes(sure, draws=10, seed=0)
        >>> indices.tolist(), shares.tolist()
        ([[0], [2]], [[1.0], [1.0]])
    """
    random = generator(seed, "drawn classes")
    counts = torch.zeros(logits.shape, dtype=torch.int32)
    for rows in torch.arange(len(logits)).split(max(1, _HELD // max(1, logits.size(1)))):
        probability = logits[rows].double().softmax(-1)
        drawn = torch.multinomial(probability, draws, replacement=True, generator=random)
        counts[rows] = torch.zeros_like(probability).scatter_add_(1, drawn, torch.ones_like(drawn).double()).int()
    width = max(1, int((counts > 0).sum(1).max())) if len(logits) else 1
    ordered = counts.sort(dim=1, descending=True, stable=True)
    kept, often = ordered.indices[:, :width], ordered.values[:, :width]
    return torch.where(often > 0, kept, 0).int(), often.float() / draws
