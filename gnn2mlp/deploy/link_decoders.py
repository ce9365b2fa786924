"""Decoders with one end of all pairs fixed: what remains of them is smaller, and reads the other ends alone."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gnn2mlp.decoders.dot import InnerProduct
from gnn2mlp.decoders.hadamard import HadamardMLP


def fixed(decode: nn.Module, z: Tensor) -> Callable[[Tensor], Tensor]:
    """A function from embeddings (rows, width) to their logits (rows,) with `z` (width,).

    Of a Hadamard decoder W₁ (z ⊙ v) = (W₁ diag z) v, so that z goes into the weights once; the inner product is a
    product of a matrix and a vector. Any other decoder is asked with z repeated.

    Example:
        >>> from gnn2mlp.decoders import Hadamard
        >>> decode, z, others = Hadamard(hidden=16).build(4).eval(), torch.rand(4), torch.rand(3, 4)
        >>> torch.allclose(fixed(decode, z)(others), decode(z.expand(3, 4), others), atol=1e-6)
        True
    """
    if isinstance(decode, InnerProduct):
        return lambda others: others @ z
    if isinstance(decode, HadamardMLP):
        return _hadamard(decode, z)
    return lambda others: decode(z.expand_as(others), others)


@torch.no_grad()
def _hadamard(decode: HadamardMLP, z: Tensor) -> Callable[[Tensor], Tensor]:
    assert decode.map.bias is not None, "the maps of a decoder have one"
    assert decode.head.bias is not None, "the maps of a decoder have one"
    weight, bias = z[:, None] * decode.map.weight.detach(), decode.map.bias.detach()
    head, offset = decode.head.weight.detach()[:, 0], decode.head.bias.detach()
    return lambda others: torch.addmm(bias, others, weight).relu_().mv(head).add_(offset)
