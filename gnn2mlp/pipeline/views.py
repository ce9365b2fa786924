"""What training and scoring are given of a graph: each what it needs, and nothing that cannot matter to it."""

from dataclasses import replace
from typing import Any

from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split
from gnn2mlp.data.view import Full, Observed, Views


def training_view(graph: NodeData, split: Split) -> Observed:
    """The observed nodes with the labels that train and validate; classes are numbers here, and nothing has a name.

    Names are given to what answers with them, so that another spelling of a class trains no teacher anew.
    """
    observed = Views.of(graph, split).observed
    return replace(observed, graph=unnamed(observed.graph))


def scoring_view(graph: NodeData, split: Split) -> Full:
    """The whole graph with all labels and names, under this split alone."""
    return Full(replace(graph, own_splits=(), notes={}, split_keys={}), split)


def unnamed(graph: NodeData) -> NodeData:
    """The graph with numbers in place of the names of its classes, and without all other names and notes."""
    task = graph.task.without_names()
    bare: dict[str, Any] = {"feature_names": None, "node_names": None, "own_splits": (), "notes": {}, "split_keys": {}}
    return replace(graph, name=graph.kind, task=task, **bare)
