"""Features that a graph-free predictor of links can read."""

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.nn.csr import CSR


def check_readable(graph: GraphData, setting: str) -> None:
    """Raise `DataError` if there are no features, all nodes have the same, or they only number the nodes.

    What is learnt of the number of a node can be used while all nodes are there; of a new node it says nothing.
    """
    if not graph.num_features:
        raise DataError(
            f"{graph.name}: expected node features, got none: a graph-free predictor has nothing to read; "
            "give each node a row of features"
        )
    if graph.num_nodes > 1 and _are_alike(graph):
        raise DataError(
            f"{graph.name}: expected node features that differ, got the same for every node: a graph-free predictor "
            "has nothing to read; give each node a row of features of its own"
        )
    if setting == "production" and is_identity(graph):
        raise DataError(
            f"{graph.name}: expected node features, got the number of each node (one-hot), which says nothing of new "
            "nodes: a graph-free predictor has nothing to read; give each node features, or use setting=transductive"
        )


def _are_alike(graph: GraphData) -> bool:
    x = graph.features
    if isinstance(x, Tensor):
        return bool((x == x[:1]).all())
    counts = x.indptr.diff()
    if bool((counts != counts[0]).any()):  # explicit zeros aside, which make rows look different that are not
        return False
    width = int(counts[0])
    shape = graph.num_nodes, width
    return bool((x.indices.view(shape) == x.indices[:width]).all() and (x.values.view(shape) == x.values[:width]).all())


def is_identity(graph: GraphData) -> bool:
    """Whether each node has one feature that is not zero, and no two nodes the same one."""
    if graph.num_features < graph.num_nodes:
        return False
    x = graph.features if isinstance(graph.features, CSR) else CSR.from_dense(graph.features)
    there = x.values != 0
    columns, rows = x.indices[there], x.row_ids()[there]
    ones = torch.bincount(rows, minlength=graph.num_nodes)
    return bool((ones == 1).all()) and columns.unique().numel() == columns.numel()
