"""Hypergraph neural network."""

from gnn2mlp.data.hyperedges import HypergraphBlock, Operators
from gnn2mlp.teachers._hyper import HypergraphTeacher, scaled, sizes


class HGNN(HypergraphTeacher):
    """HGNN (Feng et al., AAAI 2019, https://arxiv.org/abs/1809.09401, equation 11).

    X' = D_v^-1/2 H W D_e^-1 Hᵀ D_v^-1/2 X Θ, with H the incidence, W the weights of hyperedges, D_e their sizes and D_v
    the weighted degrees of nodes. Options as in `HypergraphTeacher`.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import HyperedgeSampler, hypergraph_from_arrays
        >>> pair = hypergraph_from_arrays(torch.eye(2), [0, 1], [[0, 1], [0, 0]])
        >>> operator = HGNN.operators(HyperedgeSampler(pair).full_block())
        >>> (operator @ torch.eye(2)).tolist()  # one hyperedge of two nodes
        [[0.5, 0.5], [0.5, 0.5]]
    """

    name = "hgnn"
    citation = "Feng et al., Hypergraph Neural Networks, AAAI 2019"

    @staticmethod
    def operators(block: HypergraphBlock) -> Operators:
        """W D_e^-1 Hᵀ D_v^-1/2 and D_v^-1/2 H."""
        to_hyperedges = scaled(block.members, block.weight / sizes(block), block.source_degree.rsqrt())
        return Operators(to_hyperedges, scaled(block.incidence, block.target_degree.rsqrt()))
