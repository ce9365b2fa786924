"""Graph operators of a block: what `h' = M h` means for each kind of aggregation. All cost their edges."""

import torch
from torch import Tensor

from gnn2mlp.data.sampling import Block
from gnn2mlp.nn.csr import CSR


def gcn_operator(block: Block) -> CSR:
    """D̃^-1/2 (A+I) D̃^-1/2 with D̃ the degrees of A+I in the whole graph (Kipf and Welling, ICLR 2017, equation 2).

    Where neighbours were sampled, each stands for `degree / sampled` of them, so that the sum is unbiased.
    """
    target, source = (block.target_degree + 1).rsqrt(), (block.source_degree + 1).rsqrt()
    rows = block.pattern.row_ids()
    scale = (block.target_degree / _sampled(block).clamp(min=1)) * target
    return _with_self(block, scale[rows] * source[block.pattern.indices], target * target)


def mean_with_self_operator(block: Block) -> CSR:
    """Mean over a node and its (sampled) neighbours: the "gcn" aggregator of DGL's SAGEConv."""
    weight = 1 / (_sampled(block) + 1)
    return _with_self(block, weight[block.pattern.row_ids()], weight)


def mean_operator(block: Block) -> CSR:
    """Mean over the (sampled) neighbours, zero where there are none: the aggregator of PyG's SAGEConv."""
    weight = 1 / _sampled(block).clamp(min=1)
    return block.pattern.with_values(weight[block.pattern.row_ids()])


def _sampled(block: Block) -> Tensor:
    """Number of neighbours that each target has in the block."""
    return block.pattern.indptr.diff().to(block.target_degree.dtype)


def _with_self(block: Block, neighbour_weight: Tensor, self_weight: Tensor) -> CSR:
    """The block's pattern with these weights, and an entry from each target to itself."""
    own = torch.arange(block.num_targets, device=block.pattern.device)
    return CSR.from_coo(
        torch.cat([block.pattern.row_ids(), own]),
        torch.cat([block.pattern.indices, own]),
        torch.cat([neighbour_weight, self_weight]),
        block.pattern.shape,
    )
