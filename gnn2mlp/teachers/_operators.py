"""Graph operators of a block: what `h' = M h` means for each kind of aggregation. All cost their edges."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from gnn2mlp.data.sampling import Block, GraphBlock, Operator
from gnn2mlp.nn.csr import CSR, Features

B = TypeVar("B", bound=Block)


def propagate(
    block: B, make: Callable[[B], Operator], x: Features, weight: Tensor, bias: Tensor | None = None
) -> Tensor:
    """M x W + b (targets, out) for the matrix M that `make` derives, multiplied in the order that costs least.

    Sparse rows are mapped first, so that they stay sparse. Dense rows are mapped first where that makes them narrower
    or nearly every source is a target, and aggregated first where it is the other way round. What the block was told
    to be repeated is aggregated first, once.
    """
    if isinstance(x, CSR) or not (block.repeats(x) or _aggregate_first(block, make, weight)):
        mapped = x @ weight
        out = block.operator(make) @ mapped
        return out if bias is None else out.add_(bias)
    collected = block.aggregated(make, x)
    return collected @ weight if bias is None else torch.addmm(bias, collected, weight)


# A multiply-add of a sparse product costs about as much as this many of a dense one, as measured on one thread of a CPU
# with AVX-512. Either order is right; only time depends on it.
_SPARSE = 25


def _aggregate_first(block: B, make: Callable[[B], Operator], weight: Tensor) -> bool:
    width, out = weight.shape
    entries, mapped = _SPARSE * block.operator(make).nnz, width * out
    sources = block.sources.numel()
    return entries * width + block.num_targets * mapped < entries * out + sources * mapped


def gcn_operator(block: GraphBlock) -> CSR:
    """D̃^-1/2 (A+I) D̃^-1/2 with D̃ the degrees of A+I in the whole graph (Kipf and Welling, ICLR 2017, equation 2).

    Where neighbours were sampled, each stands for `degree / sampled` of them, so that the sum is unbiased.
    """
    target, source = (block.target_degree + 1).rsqrt(), (block.source_degree + 1).rsqrt()
    rows = block.pattern.row_ids()
    scale = (block.target_degree / _sampled(block).clamp(min=1)) * target
    return _with_self(block, scale[rows] * source[block.pattern.indices], target * target)


def mean_with_self_operator(block: GraphBlock) -> CSR:
    """Mean over a node and its (sampled) neighbours: the "gcn" aggregator of DGL's SAGEConv."""
    weight = 1 / (_sampled(block) + 1)
    return _with_self(block, weight[block.pattern.row_ids()], weight)


def mean_operator(block: GraphBlock) -> CSR:
    """Mean over the (sampled) neighbours, zero where there are none: the aggregator of PyG's SAGEConv."""
    weight = 1 / _sampled(block).clamp(min=1)
    return block.pattern.with_values(weight[block.pattern.row_ids()])


def with_self_pattern(block: GraphBlock) -> CSR:
    """The (sampled) neighbours and the node itself, all with the value 1."""
    return _with_self(block, block.pattern.values, block.pattern.values.new_ones(block.num_targets))


def _sampled(block: GraphBlock) -> Tensor:
    """Number of neighbours that each target has in the block."""
    return block.pattern.indptr.diff().to(block.target_degree.dtype)


def _with_self(block: GraphBlock, neighbour_weight: Tensor, self_weight: Tensor) -> CSR:
    """The block's pattern with these weights, and before them an entry from each target to itself."""
    pattern, own = block.pattern, torch.arange(block.num_targets, device=block.pattern.device)
    indptr = pattern.indptr + torch.arange(block.num_targets + 1, device=own.device)
    total = pattern.nnz + block.num_targets
    others = torch.arange(pattern.nnz, device=own.device) + pattern.row_ids() + 1
    indices = own.new_empty(total).index_copy_(0, indptr[:-1], own).index_copy_(0, others, pattern.indices)
    values = self_weight.new_empty(total).index_copy_(0, indptr[:-1], self_weight)
    return CSR(indptr, indices, values.index_copy_(0, others, neighbour_weight), pattern.shape)
