"""How reliable a teacher is at a node: by how much its certainty moves when the features are disturbed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor

from gnn2mlp.core.seeds import generator
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR, Features

Perturbation = Literal["add", "multiply"]

# Numbers that are drawn at a time where only those of stored entries are used.
DRAWN = 1 << 24
_LANES = 16


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

    Noise on every entry makes sparse rows dense, one draw at a time, here and where `predict` computes. Multiplied rows
    stay sparse.

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
    undisturbed, columns = entropy(logits.double()), []
    for draw in range(draws):
        noisy = _disturbed(graph.features, noise, generator(seed, f"feature noise {draw}"), perturbation)
        shifted = entropy(predict(replace(graph, features=noisy)).double())
        columns.append(((shifted - undisturbed) / noise).float())
    return torch.stack(columns, dim=1)


def _disturbed(x: Features, noise: float, random: torch.Generator, perturbation: Perturbation) -> Features:
    """X + ε, or X (1 + ε), with a number of ε for every entry, whether it is stored or not."""
    if isinstance(x, CSR) and perturbation == "multiply":
        return x.with_values(x.values * _factors(x, noise, random))
    noisy = torch.randn(x.shape, generator=random, dtype=x.dtype).mul_(noise)
    if isinstance(x, CSR):
        return noisy.index_put_((x.row_ids(), x.indices), x.values, accumulate=True)
    return noisy.add_(1).mul_(x) if perturbation == "multiply" else noisy.add_(x)


def _factors(x: CSR, noise: float, random: torch.Generator) -> Tensor:
    """1 + ε of the stored entries (nonzeros,), where ε is drawn for all, some rows at a time."""
    factors, (rows, width) = torch.empty_like(x.values), x.shape
    # torch fills arrays sixteen numbers at a time: rows in multiples of it get what they would get all together.
    size = max(1, DRAWN // (_LANES * max(1, width))) * _LANES
    bounds = [*range(0, max(1, rows - _LANES), size), rows]
    for first, last in pairwise(bounds):
        drawn = torch.randn((last - first, width), generator=random, dtype=x.dtype).mul_(noise).add_(1)
        entries = slice(int(x.indptr[first]), int(x.indptr[last]))
        factors[entries] = drawn[x.row_ids()[entries] - first, x.indices[entries]]
    return factors
