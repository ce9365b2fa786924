"""A small graph and the surrogate of what a teacher might say of it."""

from functools import cache

import torch

from gnn2mlp.data import GraphData
from gnn2mlp.explainers import Surrogate, fit_surrogate
from tests.helpers import tiny_graph


@cache
def explained() -> tuple[GraphData, Surrogate]:
    """60 nodes, and a surrogate of two hops that says something of their classes."""
    graph = tiny_graph(nodes=60)
    logits = 3 * torch.nn.functional.one_hot(graph.labels.clamp(min=0), graph.task.num_outputs).float()
    return graph, fit_surrogate(graph, logits, hops=2, epochs=60)
