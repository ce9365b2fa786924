"""What makes a codebook structure-aware: its vectors must tell a node's features and edges. Nothing here is N x N."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR, Features

# σ(±5) is within a hundredth of 1 and 0: sharp enough to tell edges, blunt enough to learn from.
SHARPNESS = 5.0


def feature_error(vectors: Tensor, features: Features, decoder: Tensor, gamma: float) -> Tensor:
    """Scaled cosine error, mean over rows of (1 - cos(x_i, x̂_i))^γ with x̂ = W v + b.

    The decoded rows are never made: their inner products with x are (x W)·v + x·b, their squared lengths
    vᵀ(WᵀW)v + 2 v·(Wᵀb) + b·b. So it costs the non-zeros of the features times `dim`, and memory of (rows, dim).

    Args:
        vectors: v, (rows, dim).
        features: x, (rows, features), dense or sparse; rows of zeros count as an error of 1.
        decoder: (features, dim + 1), W with b as its last column.
        gamma: γ >= 1, weighs rows that are far off (Hou et al., GraphMAE, KDD 2022, equation 2).
    """
    mapped, gram = features @ decoder, decoder.T @ decoder
    ones = torch.cat([vectors, torch.ones_like(vectors[:, :1])], dim=1)
    inner = (mapped * ones).sum(1)
    squares = ((ones @ gram) * ones).sum(1)
    cosine = inner / (squares.clamp(min=1e-12).sqrt() * lengths(features).clamp(min=1e-6))
    error: Tensor = (1 - cosine).clamp(min=0).pow(gamma).mean()
    return error


def lengths(features: Features) -> Tensor:
    """Euclidean length (rows,) of each row."""
    return features.row_lengths() if isinstance(features, CSR) else features.square().sum(1).sqrt()


def edge_error(decoded: Tensor, edges: Tensor, pairs: Tensor) -> Tensor:
    """Binary cross-entropy of σ(5 cos(ẑ_i, ẑ_j)) on edges (1) and other pairs (0), each kind with weight one half.

    The paper compares A with σ(X̂X̂ᵀ) in the Frobenius norm over all N x N pairs; on a sparse graph nearly all of them
    are no edges, so the two kinds are sampled and weighed alike. Its inner products grow with the features: where a
    node has hundreds of them (cpf-a-computer) they reach hundreds, and this loss drowns all others. Cosines do not.

    Args:
        decoded: ẑ (nodes, dim).
        edges: int64 (2, edges).
        pairs: int64 (2, pairs) that are no edges. A node with itself counts for nothing.
    """
    unit = SHARPNESS**0.5 * F.normalize(decoded, dim=1)
    losses = [
        _mean(
            F.softplus(sign * torch.linalg.vecdot(unit.index_select(0, ends[0]), unit.index_select(0, ends[1]))), ends
        )
        for sign, ends in ((-1, edges), (1, pairs))
        if ends.numel()
    ]
    return 0.5 * torch.stack(losses).sum() if losses else decoded.sum() * 0.0


def _mean(losses: Tensor, ends: Tensor) -> Tensor:
    """Over the pairs that count. On a CPU these alone were drawn; elsewhere choosing them would be to wait."""
    if devices.on_cpu(losses):
        return losses.mean()
    counts = ends[0] != ends[1]
    return losses.where(counts, 0.0).sum() / counts.sum().clamp(min=1)
