"""How reliable a teacher is at a node: by how much its certainty moves when the features are disturbed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR

Perturbation = Literal["add", "multiply"]


def entropy(logits: Tensor) -> Tensor:
    """Entropy (nodes,) of softmax(logits), in nats."""
    log_p = logits.log_softmax(-1)
    return -(log_p.exp() * log_p).sum(-1)


def entropy_shift(
    predict: Callable[[NodeData], Tensor],
    graph: NodeData,
    logits: Tensor,
    draws: int,
    noise: float,
    seed: int,
    perturbation: Perturbation = "add",
) -> Tensor:
    """By how much noise on the features changes the entropy of the teacher's answers.

    Column k is (H(p(X + ε_k)) - H(p(X))) / δ with ε_k ~ N(0, δ² I) on every entry of X, zeros of sparse rows included:
    the mean square over columns is ρ of KRD (Wu et al., ICML 2023, equation 3), smaller where the teacher is more
    reliable. Signs are kept, so that readers may take squares (the paper) or absolute values (its released code).

    Args:
        predict: logits (nodes, classes) of a graph, in evaluation mode.
        graph: its features are disturbed, what links its nodes is not.
        logits: the undisturbed answer.
        draws: number of columns.
        noise: δ.
        seed: of the noise; draw k is the same whatever the number of draws.
        perturbation: `"add"` as above; `"multiply"` disturbs X to X (1 + ε), entry by entry, which leaves zeros alone
            (the released code of LightHGNN+).

    Returns:
        float32 (nodes, draws), in nats per unit of noise.
    """
    x = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features
    undisturbed, columns = entropy(logits.double()), []
    for draw in range(draws):
        random = generator(seed, f"feature noise {draw}")
        noisy = torch.randn(x.shape, generator=random, dtype=x.dtype).mul_(noise)
        noisy = noisy.add_(1).mul_(x) if perturbation == "multiply" else noisy.add_(x)
        shifted = entropy(predict(replace(graph, features=noisy)).double())
        columns.append(((shifted - undisturbed) / noise).float())
    return torch.stack(columns, dim=1)
