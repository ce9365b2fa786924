"""Decoders with one end of all pairs fixed: what remains of them is smaller, and reads the other ends alone."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gnn2mlp.decoders.dot import InnerProduct
from gnn2mlp.decoders.hadamard import HadamardMLP
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.link_mixture import GatedDecoder


def fixed(decode: nn.Module, z: Tensor) -> Callable[[Tensor], Tensor]:
    """A function from embeddings (rows, width) to their logits (rows,) with `z` (width,).

    Of a Hadamard decoder W₁ (z ⊙ v) = (W₁ diag z) v, so that z goes into the weights once; the inner product is a
    product of a matrix and a vector; of a gated decoder each part is fixed, and the gate like a Hadamard decoder. Any
    other is asked with z repeated.

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
    if isinstance(decode, GatedDecoder):
        return _gated(decode, z)
    return lambda others: decode(z.expand_as(others), others)


@torch.no_grad()
def _hadamard(decode: HadamardMLP, z: Tensor) -> Callable[[Tensor], Tensor]:
    weight, bias, head, offset = _parts(decode.map, decode.head, z)
    head = head[:, 0]
    return lambda others: torch.addmm(bias, others, weight).relu_().mv(head).add_(offset)


@torch.no_grad()
def _gated(decode: GatedDecoder, z: Tensor) -> Callable[[Tensor], Tensor]:
    weight, bias, head, offset = _parts(decode.map, decode.head, z)
    parts = [fixed(part, own) for part, own in zip(decode.parts, z.split(decode.width), strict=True)]

    def scored(others: Tensor) -> Tensor:
        said = [part(own) for part, own in zip(parts, others.split(decode.width, 1), strict=True)]
        shares = torch.addmm(offset, torch.addmm(bias, others, weight).relu_(), head)
        return shares.mul_(torch.stack(said, dim=1)).sum(1)

    return scored


def _parts(first: Linear, last: Linear, z: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights and offsets of an MLP of one hidden layer on the product of z and each other end."""
    assert first.bias is not None, "the maps of a decoder have one"
    assert last.bias is not None, "the maps of a decoder have one"
    return z[:, None] * first.weight.detach(), first.bias.detach(), last.weight.detach(), last.bias.detach()
