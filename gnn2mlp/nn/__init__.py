"""Blocks in plain torch: sparse rows, MLPs."""

from gnn2mlp.nn.csr import CSR, Features, compute_form, gather, num_bytes
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP

__all__ = ["CSR", "MLP", "Features", "Linear", "compute_form", "gather", "num_bytes"]
