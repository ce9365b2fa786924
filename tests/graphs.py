"""Whole graphs for the tests of what reads them: small sets, views, and one finished run for all that look at one."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gnn2mlp import RunConfig, run
from gnn2mlp.data import write_graph_tables
from gnn2mlp.data.graphs import GraphBatch, GraphSet, GraphViews, graph_set_from_arrays, split_graphs
from gnn2mlp.pipeline import RunResult
from gnn2mlp.tasks import GraphMultiTask

# Settings with which a run takes a second.
SMALL: dict[str, Any] = {
    "task": "graph",
    "dataset": {"name": "motif-graphs", "graphs": 60},
    "teacher": {"name": "gin", "hidden": 8, "layers": 2, "epochs": 3},
    "student": {"name": "set_mlp", "hidden": 8},
    "distill": {"epochs": 3},
    "seeds": 2,
}


def random_graphs(
    seed: int = 0, count: int = 12, edge_codes: bool = True, features: int = 0, smallest: int = 1, tasks: int = 0
) -> GraphSet:
    """Graphs of up to eight nodes with two fields of codes; some of a single node, where `smallest` is 1."""
    random = torch.Generator().manual_seed(seed)
    sizes = torch.randint(smallest, 9, (count,), generator=random)
    sizes[0] = smallest
    starts = sizes.cumsum(0) - sizes
    pairs = [(int(s + i), int(s + j)) for s, n in zip(starts, sizes, strict=True) for i in range(n) for j in range(i)]
    chosen = [pair for pair in pairs if float(torch.rand(1, generator=random)) < 0.5]
    edges = torch.tensor(chosen, dtype=torch.int64).reshape(-1, 2).T
    nodes = int(sizes.sum())
    labels: Any = torch.arange(count) % 2
    if tasks:
        labels = torch.randint(0, 2, (count, tasks), generator=random).float()
        labels[::3, 0] = torch.nan
    return graph_set_from_arrays(
        labels,
        torch.repeat_interleave(sizes),
        edges,
        node_codes=torch.stack([torch.randint(0, k, (nodes,), generator=random) for k in (3, 2)], 1),
        features=torch.randn(nodes, features, generator=random) if features else None,
        task=GraphMultiTask([f"task {k}" for k in range(tasks)]) if tasks else None,
        edge_codes=torch.randint(0, 3, (edges.size(1), 1), generator=random) if edge_codes else None,
    )


def relabelled(batch: GraphBatch, seed: int = 0) -> tuple[GraphBatch, Tensor]:
    """The same graphs with the nodes of each in another order, and which node each one was."""
    noise = torch.rand(batch.num_nodes, generator=torch.Generator().manual_seed(seed))
    order = (batch.graph_of_node.double() + noise).argsort()
    place = torch.empty_like(order)
    place[order] = torch.arange(batch.num_nodes)
    moved = [None if each is None else each[order] for each in (batch.node_codes, batch.features)]
    return GraphBatch(*moved, place[batch.edge_index], batch.edge_codes, batch.graph_of_node, batch.num_graphs), order


def graph_views(graphs: GraphSet, seed: int = 0) -> GraphViews:
    """Both views, a third of the graphs each."""
    from gnn2mlp.core.spec import Spec

    return GraphViews.of(graphs, split_graphs(graphs, Spec("fraction", train=0.4, valid=0.3), seed))


@cache
def finished() -> RunResult:
    """A run of two seeds, made once for all tests that only look at it."""
    folder = Path(tempfile.mkdtemp())
    return run(RunConfig(**SMALL, out=folder / "run", cache=folder / "cache"))


@cache
def finished_tasks() -> RunResult:
    """A run of two seeds on three tasks with gaps, as `finished`."""
    folder = Path(tempfile.mkdtemp())
    write_graph_tables(folder / "tables", random_graphs(count=60, tasks=3))
    tables = {"name": "graph_tables", "path": str(folder / "tables"), "label": ["task 0", "task 1", "task 2"]}
    return run(RunConfig(**{**SMALL, "dataset": tables}, out=folder / "run", cache=folder / "cache"))
