"""Small sets of whole graphs for tests."""

import torch

from gnn2mlp.data import GraphSet, graph_set_from_arrays
from gnn2mlp.tasks import GraphMultiTask


def tiny_set(graphs: int = 40, seed: int = 0, *, features: bool = False, tasks: int = 0) -> GraphSet:
    """Random graphs of 1 to 8 nodes, codes of two fields for nodes and of one for edges, every other one of each class.

    With `tasks`, labels are answers to so many questions, one in five of them unknown.
    """
    random = torch.Generator().manual_seed(seed)
    counts = torch.randint(1, 9, (graphs,), generator=random)
    graph_of = torch.repeat_interleave(counts)
    first = (counts.cumsum(0) - counts)[graph_of]
    ends = [first + (torch.rand(graph_of.numel(), generator=random) * counts[graph_of]).long() for _ in range(2)]
    labels = torch.arange(graphs) % 2
    task = None
    if tasks:
        task = GraphMultiTask([f"t{number}" for number in range(tasks)])
        labels = torch.randint(0, 2, (graphs, tasks), generator=random).float()
        labels[torch.rand(graphs, tasks, generator=random) < 0.2] = float("nan")
    return graph_set_from_arrays(
        labels,
        graph_of,
        torch.stack(ends),
        node_codes=torch.randint(0, 3, (graph_of.numel(), 2), generator=random),
        code_sizes=[3, 4],
        edge_codes=torch.randint(0, 2, (graph_of.numel(),), generator=random),
        features=torch.randn(graph_of.numel(), 3, generator=random) if features else None,
        task=task,
    )
