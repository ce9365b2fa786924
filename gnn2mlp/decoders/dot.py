"""The inner product of two embeddings."""

from torch import Tensor, nn

from gnn2mlp.decoders._base import Decoder


class Dot(Decoder):
    """s = z_u · z_v, with nothing to learn (Kipf and Welling, https://arxiv.org/abs/1611.07308).

    It is the alternative of LLP's trainer. The nearest nodes of one are those of the largest inner product, which an
    index of vectors can search for.

    Example:
        >>> import torch
        >>> Dot().build(2)(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]))
        tensor([11.])
    """

    name = "dot"
    citation = "Kipf and Welling, Variational Graph Auto-Encoders, NeurIPS Workshop on Bayesian Deep Learning 2016"

    def build(self, width: int) -> nn.Module:
        """The product, of whatever width."""
        return InnerProduct()


class InnerProduct(nn.Module):
    """s = z_u · z_v."""

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        """Map embeddings (pairs, width) of both ends to logits (pairs,)."""
        return (u * v).sum(-1)
