"""What turns a node into the row that a student reads: one file each."""

from gnn2mlp.inputs._base import INPUTS, Inputs, NodeRows

__all__ = ["INPUTS", "Inputs", "NodeRows"]
