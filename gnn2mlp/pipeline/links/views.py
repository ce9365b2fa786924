"""What training and scoring are given of a graph whose links are predicted."""

from dataclasses import replace

import torch

from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links import LinkSplit, LinkViews, undirected
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.pipeline.views import unnamed
from gnn2mlp.tasks import LinkPrediction


def linked(graph: NodeData, task: LinkPrediction) -> GraphData:
    """The graph of a data set as a run of links has it: without directions, and without what its nodes are.

    Args:
        graph: of any task.
        task: how links are judged.

    Raises:
        DataError: for a hypergraph.
    """
    blank = torch.full((graph.num_nodes, 1), task.blank)
    own = undirected(GraphData.expect(graph, "link prediction"))
    return replace(own, task=task, labels=blank, sample_weight=None, own_splits=(), split_keys={})


def views_of(graph: NodeData, split: LinkSplit, task: LinkPrediction) -> LinkViews:
    """Both views of `graph`, without names: another spelling of one trains no teacher anew."""
    return LinkViews.of(unnamed(graph), split, task)
