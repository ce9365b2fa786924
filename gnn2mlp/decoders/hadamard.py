"""A small MLP on the elementwise product of two embeddings."""

from torch import Tensor, nn

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.decoders._base import Decoder
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear


class Hadamard(Decoder):
    """s = w₂ᵀ dropout(ReLU(W₁ (z_u ⊙ z_v) + b₁)) + b₂: the decoder of LLP (https://arxiv.org/abs/2210.05801).

    Args:
        hidden: width of b₁.
        dropout: behind the ReLU, in training.

    Example:
        >>> import torch
        >>> u, v = torch.rand(3, 8), torch.rand(3, 8)
        >>> decoder = Hadamard(hidden=16).build(8).eval()
        >>> decoder(u, v).shape, torch.equal(decoder(u, v), decoder(v, u))
        (torch.Size([3]), True)
    """

    name = "hadamard"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023"

    def __init__(self, hidden: int = 256, dropout: float = 0.5):
        self.hidden = hidden
        self.dropout = dropout
        check_at_least("decoder", 1, hidden=hidden)
        check_share("decoder", dropout=dropout)

    def build(self, width: int) -> nn.Module:
        """An untrained MLP for embeddings of this width."""
        return HadamardMLP(width, self.hidden, self.dropout)


class HadamardMLP(nn.Module):
    """An MLP of one hidden layer on z_u ⊙ z_v; see `Hadamard`.

    Args:
        width: of the embeddings.
        hidden: width of the hidden layer.
        dropout: behind its ReLU, in training.
    """

    def __init__(self, width: int, hidden: int, dropout: float):
        super().__init__()
        self.map = Linear(width, hidden)
        self.head = Linear(hidden, 1)
        self.dropout = dropout

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        """Map embeddings (pairs, width) of both ends to logits (pairs,)."""
        logits: Tensor = self.head(relu_dropout_(self.map(u * v), self.dropout, self.training))
        return logits.squeeze(-1)
