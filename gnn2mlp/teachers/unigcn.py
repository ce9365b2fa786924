"""UniGCN: a graph convolution carried over to hypergraphs."""

from gnn2mlp.data.hyperedges import HypergraphBlock, Operators
from gnn2mlp.teachers._hyper import HypergraphTeacher, scaled, sizes


class UniGCN(HypergraphTeacher):
    """UniGCN (Huang and Yang, IJCAI 2021, https://arxiv.org/abs/2105.00956, equation 5).

    h_e = mean over the nodes of e of x_j Θ, then x'_i = d_i^-1/2 Σ over hyperedges e of i of w_e d_e^-1/2 h_e, with d_i
    the (weighted) degree of a node and d_e the mean degree of the nodes of e. The paper knows no weights, and gives
    every node a hyperedge of its own: `singletons="all"`. Options as in `HypergraphTeacher`.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import HyperedgeSampler, hypergraph_from_arrays
        >>> pair = hypergraph_from_arrays(torch.eye(2), [0, 1], [[0, 1], [0, 0]])
        >>> operator = UniGCN.operators(HyperedgeSampler(pair).full_block())
        >>> (operator @ torch.eye(2)).tolist()  # one hyperedge of two nodes
        [[0.5, 0.5], [0.5, 0.5]]
    """

    name = "unigcn"
    citation = "Huang and Yang, UniGNN: a Unified Framework for Graph and Hypergraph Neural Networks, IJCAI 2021"

    @staticmethod
    def operators(block: HypergraphBlock) -> Operators:
        """W d_e^-1/2 D_e^-1 Hᵀ and D_v^-1/2 H."""
        size = sizes(block)
        mean_degree = (block.members @ block.source_degree[:, None])[:, 0] / size
        to_hyperedges = scaled(block.members, block.weight * mean_degree.rsqrt() / size)
        return Operators(to_hyperedges, scaled(block.incidence, block.target_degree.rsqrt()))
