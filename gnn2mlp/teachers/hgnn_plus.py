"""The general hypergraph neural network."""

from gnn2mlp.data.hyperedges import HypergraphBlock, Operators
from gnn2mlp.teachers._hyper import HypergraphTeacher, scaled, sizes


class HGNNPlus(HypergraphTeacher):
    """HGNN+ (Gao et al., TPAMI 2023, https://doi.org/10.1109/TPAMI.2022.3182052).

    X' = D_v^-1 H W D_e^-1 Hᵀ X Θ: the mean over a hyperedge's nodes, then the weighted mean over a node's hyperedges.
    With all weights equal this is PyG's `HypergraphConv`. Options as in `HypergraphTeacher`.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import HyperedgeSampler, hypergraph_from_arrays
        >>> pair = hypergraph_from_arrays(torch.eye(2), [0, 1], [[0, 1], [0, 0]])
        >>> operator = HGNNPlus.operators(HyperedgeSampler(pair).full_block())
        >>> (operator @ torch.eye(2)).tolist()  # one hyperedge of two nodes
        [[0.5, 0.5], [0.5, 0.5]]
    """

    name = "hgnn_plus"
    citation = "Gao et al., HGNN+: General Hypergraph Neural Networks, TPAMI 2023"

    @staticmethod
    def operators(block: HypergraphBlock) -> Operators:
        """W D_e^-1 Hᵀ and D_v^-1 H."""
        to_hyperedges = scaled(block.members, block.weight / sizes(block))
        return Operators(to_hyperedges, scaled(block.incidence, 1 / block.target_degree))
