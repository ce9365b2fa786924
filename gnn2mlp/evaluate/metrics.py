"""Accuracy and fidelity."""

from jaxtyping import Float, Int
from torch import Tensor


def accuracy(logits: Float[Tensor, "nodes classes"], labels: Int[Tensor, " nodes"]) -> float:
    """Share of nodes whose largest logit is at their label; in 0..1."""
    return (logits.argmax(-1) == labels).double().mean().item()


def agreement(student: Float[Tensor, "nodes classes"], teacher: Float[Tensor, "nodes classes"]) -> float:
    """Fidelity: share of nodes on which student and teacher predict the same class (Stanton et al., NeurIPS 2021)."""
    return (student.argmax(-1) == teacher.argmax(-1)).double().mean().item()
