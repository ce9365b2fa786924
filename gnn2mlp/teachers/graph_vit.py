"""Graph ViT of whole graphs."""

from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.nn.dropout import dropout, relu_dropout_
from gnn2mlp.teachers._patch_network import random_walk
from gnn2mlp.teachers._patch_teacher import PatchTeacher

Attention = Literal["hadamard", "plain", "graph", "kernel", "additive"]
ATTENTIONS: tuple[str, ...] = get_args(Attention)


def closeness(overlap: Tensor) -> Tensor:
    """How much of two patches is common to both: o_ij / sqrt(o_ii o_jj), (graphs, slots, slots), from 0 to 1.

    Example:
        >>> closeness(torch.tensor([[[4.0, 2.0], [2.0, 1.0]]])).tolist()
        [[[1.0, 1.0], [1.0, 1.0]]]
    """
    size = overlap.diagonal(dim1=1, dim2=2).clamp(min=1).sqrt()
    return overlap / (size[:, :, None] * size[:, None, :])


def diffused(overlap: Tensor, steps: int) -> Tensor:
    """The probability that a walk from patch to patch ends in another after so many steps."""
    found: Tensor = torch.linalg.matrix_power(random_walk(overlap), steps)
    return found


def weights_of(scores: Tensor, filled: Tensor, factor: Tensor | None, normalised: bool) -> Tensor:
    """The softmax of scores (graphs, heads, slots, slots) over slots that hold a patch, times a factor.

    Args:
        scores: of the slot of the row for that of the column.
        filled: bool (graphs, slots).
        factor: (graphs, slots, slots), at least 0; `None`: 1.
        normalised: whether rows sum to one after the factor, or before it.
    """
    scores = scores.masked_fill(~filled[:, None, None, :], -torch.inf)
    if factor is None:
        return scores.softmax(-1)
    if not normalised:
        return scores.softmax(-1) * factor[:, None]
    weights = (scores - scores.amax(-1, keepdim=True)).exp() * factor[:, None]
    return weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)


class PatchAttention(nn.Module):
    """Self-attention between patches, guided by how they overlap; equations of section 3.4 and of table 4."""

    def __init__(self, width: int, heads: int, attention: Attention, steps: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.attention = attention
        self.steps = steps
        self.dropout = dropout
        self.maps = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.bias = nn.Linear(1, heads) if attention == "additive" else None

    def forward(self, x: Tensor, overlap: Tensor, filled: Tensor) -> Tensor:
        """Map tokens (graphs, slots, width) to tokens."""
        graphs, slots, width = x.shape
        query, key, value = self.maps(x).view(graphs, slots, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = query @ key.mT / (width // self.heads) ** 0.5
        if self.bias is not None:
            scores = scores + self.bias(closeness(overlap)[..., None]).permute(0, 3, 1, 2)
        weights = weights_of(scores, filled, self.factor(overlap), normalised=self.attention != "hadamard")
        told = dropout(weights, self.dropout, self.training) @ value
        found: Tensor = self.out(told.transpose(1, 2).reshape(graphs, slots, width))
        return found

    def factor(self, overlap: Tensor) -> Tensor | None:
        """What multiplies weights (graphs, slots, slots)."""
        if self.attention in ("hadamard", "graph"):
            return closeness(overlap)
        return diffused(overlap, self.steps) if self.attention == "kernel" else None


class AttentionBlock(nn.Module):
    """x ← x + attention(LN(x)), then x ← x + FFN(LN(x)) with ReLU and twice the width in between."""

    def __init__(self, width: int, heads: int, attention: Attention, steps: int, dropout: float):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.attention = PatchAttention(width, heads, attention, steps, dropout)
        self.first, self.second = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.dropout = dropout

    def forward(self, x: Tensor, overlap: Tensor, filled: Tensor) -> Tensor:
        """Map tokens (graphs, slots, width) to tokens."""
        told = self.attention(self.norms[0](x), overlap, filled)
        x = x + dropout(told, self.dropout, self.training)
        h = relu_dropout_(self.first(self.norms[1](x)), self.dropout, self.training)
        return x + dropout(self.second(h), self.dropout, self.training)


class Transformer(nn.Module):
    """Blocks one after another."""

    def __init__(self, blocks: int, width: int, heads: int, attention: Attention, steps: int, dropout: float):
        super().__init__()
        self.blocks = nn.ModuleList(AttentionBlock(width, heads, attention, steps, dropout) for _ in range(blocks))

    def forward(self, tokens: Tensor, overlap: Tensor, filled: Tensor) -> Tensor:
        """Map tokens (graphs, slots, width) to tokens."""
        for block in self.blocks:
            tokens = block(tokens, overlap, filled)
        return tokens


class GraphViT(PatchTeacher):
    """Graph ViT (He et al., ICML 2023, https://arxiv.org/abs/2212.13350): the patches of `graph_mixer`, with attention.

    With Q, K and V of the tokens and A of how patches overlap, heads are (A ⊙ softmax(QKᵀ/√d)) V by default.

    Departures from the paper and its code, beside those of `graph_mixer`: A is the share of nodes that two patches have
    in common, of which the released code takes the number, which grows with the graph; tokens are normalised once more
    after the last block.

    Args:
        attention: `"hadamard"`; `"plain"`: softmax(QKᵀ/√d) V; `"graph"`: the softmax with weights A, which leaves out
            patches without a common node; `"kernel"`: with the probabilities of a walk from patch to patch;
            `"additive"`: softmax(QKᵀ/√d + aA + b) V, where a head learns a and b.
        heads: of each block.
        diffusion: steps of the walk of `"kernel"`.
        options: those of `PatchTeacher`.

    Example:
        >>> GraphViT(attention="kernel", heads=4).spec().options["heads"]
        4
    """

    name = "graph_vit"
    citation = "He et al., A Generalization of ViT/MLP-Mixer to Graphs, ICML 2023"

    def __init__(self, attention: Attention = "hadamard", heads: int = 8, diffusion: int = 8, **options: Any):
        super().__init__(**options)
        self.attention: Attention = attention
        self.heads = heads
        self.diffusion = diffusion
        check_at_least("teacher", 1, heads=heads, diffusion=diffusion)
        if attention not in ATTENTIONS:
            raise ConfigError(f"teacher.attention: expected one of {', '.join(ATTENTIONS)}, got {attention!r}")
        if self.hidden % heads:
            raise ConfigError(f"teacher.hidden: expected a multiple of teacher.heads ({heads}), got {self.hidden}")

    def mixing(self) -> Transformer:
        """Blocks of attention."""
        return Transformer(self.mixer_layers, self.hidden, self.heads, self.attention, self.diffusion, self.dropout)
