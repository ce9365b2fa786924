"""Plain torch that knows of no graph: sparse rows, layers, MLPs, the training loop and which epoch it keeps."""

from gnn2mlp.nn.csr import CSR, Features, compute_form, gather, num_bytes
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.link_network import LinkNetwork
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.nn.node_sets import NodeSets
from gnn2mlp.nn.set_network import SetNetwork

__all__ = [
    "CSR",
    "MLP",
    "Features",
    "Linear",
    "LinkNetwork",
    "NodeSets",
    "SetNetwork",
    "compute_form",
    "gather",
    "num_bytes",
]
