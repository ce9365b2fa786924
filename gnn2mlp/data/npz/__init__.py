"""Graphs and hypergraphs in files of plain arrays: one module for each thing that such a file holds."""

from gnn2mlp.data.npz.read import read_npz
from gnn2mlp.data.npz.write import write_npz

__all__ = ["read_npz", "write_npz"]
