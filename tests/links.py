"""Small views of links, for tests of all that learns and scores them."""

from dataclasses import replace

import torch

from gnn2mlp.data import GraphData, LinkSplit, LinkViews, RandomEdges, graph_from_arrays
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.tasks import LinkPrediction
from tests.helpers import tiny_graph


def tiny_link_split(graph: GraphData, setting: LinkSetting = "transductive", seed: int = 0) -> LinkSplit:
    """A split with a few pairs of every part."""
    return RandomEdges(valid=0.15, test=0.15, new_nodes=0.2).split(graph, seed, setting)


def tiny_link_views(
    setting: LinkSetting = "transductive", seed: int = 0, metric: str = "auc", **how: bool
) -> LinkViews:
    """Both views of `tiny_graph(**how)`: 60 nodes, some 200 edges."""
    graph = tiny_graph(**how)  # type: ignore[arg-type]
    return LinkViews.of(graph, tiny_link_split(graph, setting, seed), LinkPrediction(metric))


def with_other_new_nodes(graph: GraphData, new: torch.Tensor, seed: int = 1) -> GraphData:
    """The undirected graph in which every feature of the nodes `new`, and every edge that they have, is another."""
    random = torch.Generator().manual_seed(seed)
    is_new = torch.zeros(graph.num_nodes, dtype=torch.bool)
    is_new[new] = True
    kept = ~is_new[graph.edge_index].any(0)
    old = graph.adjacency.to_dense()[new] > 0
    row, column = ((torch.rand(old.shape, generator=random) < 0.3) & ~old).nonzero().unbind(1)
    edges = torch.cat([graph.edge_index[:, kept], torch.stack([new[row], column])], dim=1)
    weight = None if graph.edge_weight is None else torch.cat([graph.edge_weight[kept], 1 + torch.rand(row.numel())])
    assert isinstance(graph.features, torch.Tensor)
    features = graph.features.clone()
    features[new] = 100 * torch.randn(new.numel(), graph.num_features, generator=random)
    made = graph_from_arrays(features, graph.labels, edges, edge_weight=weight, name=graph.name, task=graph.task)
    return replace(made, feature_names=graph.feature_names)
