"""Graph MLP-Mixer of whole graphs."""

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.limits import check_at_least
from gnn2mlp.nn.dropout import dropout
from gnn2mlp.teachers._patch_teacher import PatchTeacher


class FeedForward(nn.Module):
    """W₂ gelu(W₁ x), with dropout before each map."""

    def __init__(self, width: int, hidden: int, dropout: float):
        super().__init__()
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, width)
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., width) to (..., width)."""
        h = F.gelu(self.first(dropout(x, self.dropout, self.training)))
        found: Tensor = self.second(dropout(h, self.dropout, self.training))
        return found


class MixerBlock(nn.Module):
    """z ← z + TokenMLP(LN(z)ᵀ)ᵀ, then z ← z + ChannelMLP(LN(z)) (Tolstikhin et al., NeurIPS 2021, equation 1).

    Args:
        slots: of a graph, each a token.
        width: of a token.
        token_hidden: width between the two maps that mix slots.
        dropout: before each map.
        mask_tokens: whether slots without a patch are kept out of the first sum; the second asks each slot by itself.
    """

    def __init__(self, slots: int, width: int, token_hidden: int, dropout: float, mask_tokens: bool):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.tokens = FeedForward(slots, token_hidden, dropout)
        self.channels = FeedForward(width, max(1, width // 2), dropout)
        self.mask_tokens = mask_tokens

    def forward(self, z: Tensor, filled: Tensor) -> Tensor:
        """Map tokens (graphs, slots, width), of which `filled` (graphs, slots) hold a patch, to tokens."""
        told = self.norms[0](z)
        if self.mask_tokens:
            told = told * filled[..., None]
        z = z + self.tokens(told.mT).mT
        found: Tensor = z + self.channels(self.norms[1](z))
        return found


class Mixer(nn.Module):
    """Blocks one after another; it reads nothing of how patches overlap."""

    def __init__(self, blocks: int, slots: int, width: int, token_hidden: int, dropout: float, mask_tokens: bool):
        super().__init__()
        self.blocks = nn.ModuleList(MixerBlock(slots, width, token_hidden, dropout, mask_tokens) for _ in range(blocks))

    def forward(self, tokens: Tensor, overlap: Tensor, filled: Tensor) -> Tensor:
        """Map tokens (graphs, slots, width) to tokens."""
        for block in self.blocks:
            tokens = block(tokens, filled)
        return tokens


class GraphMixer(PatchTeacher):
    """Graph MLP-Mixer (He et al., ICML 2023, https://arxiv.org/abs/2212.13350), with GINE within patches.

    A graph is cut into overlapping patches, patches are encoded by message passing, and MLPs mix them, across patches
    and across channels: what is far apart in a graph is one step away. Cost is linear in nodes and edges.

    Departures from the paper and its code: Adam in place of ASAM; 8 patches in place of 32, as most molecules have
    fewer nodes than that, and `token_hidden` 32 in place of four times `hidden`; parts are grown, and METIS's are an
    option; what a patch tells its nodes is normalised over patches and not over copies of nodes; edges without codes
    send h_j alone, as in `graph_gin`.

    Args:
        token_hidden: width between the two maps that mix slots.
        mask_tokens: keep slots without a patch out of what others are told. In the released code they take part and are
            left out of the last mean alone.
        options: those of `PatchTeacher`.

    Example:
        >>> from gnn2mlp.data import GraphViews, load_graph_set, split_graphs
        >>> graphs = load_graph_set({"name": "motif-graphs", "graphs": 40})
        >>> observed, full = GraphViews.of(graphs, split_graphs(graphs, "fraction", seed=0))
        >>> teacher = GraphMixer(patches=4, hidden=8, epochs=2)
        >>> history = teacher.fit(observed)
        >>> teacher.predict(full.graphs).shape
        torch.Size([40, 2])
    """

    name = "graph_mixer"
    citation = "He et al., A Generalization of ViT/MLP-Mixer to Graphs, ICML 2023"

    def __init__(self, token_hidden: int = 32, mask_tokens: bool = False, **options: Any):
        super().__init__(**options)
        self.token_hidden = token_hidden
        self.mask_tokens = mask_tokens
        check_at_least("teacher", 1, token_hidden=token_hidden)

    def mixing(self) -> Mixer:
        """Blocks of token and channel mixing."""
        return Mixer(self.mixer_layers, self.patches, self.hidden, self.token_hidden, self.dropout, self.mask_tokens)
