"""What the seeds of a run of whole graphs have in common."""

from dataclasses import dataclass, field
from typing import Any

import torch

from gnn2mlp.data.graphs import GraphSet, GraphUnits, split_graphs
from gnn2mlp.data.split import Split
from gnn2mlp.pipeline.job import Job


@dataclass(frozen=True, eq=False)
class GraphsJob(Job):
    """A `Job` whose units are whole graphs: its `graph` has one for each of `graphs`, and nothing that links them."""

    graphs: GraphSet = field(kw_only=True)

    def split(self, seed: int) -> Split:
        """The split of a seed."""
        assert self.config.split is not None, "resolved"
        return split_graphs(self.graphs, self.config.split, seed)

    def described(self) -> dict[str, Any]:
        """What the graphs are, in plain types: sizes, how many nodes and edges one has, how many each class has."""
        graphs, known = self.graphs, self.graphs.task.known(self.graphs.labels)
        return {
            "name": graphs.name,
            "kind": GraphUnits.kind,
            **graphs.sizes,
            "nodes of a graph": _range(graphs.nodes_per_graph),
            "edges of a graph": _range(graphs.edges_per_graph),
            "labelled": int(known.sum()),
            **(
                {"class_counts": _counts(graphs)}
                if graphs.task.exclusive
                else {"task_names": list(graphs.task.output_names)}
            ),
            "notes": dict(graphs.notes),
            "digest": graphs.digest,
        }


def units_of(graphs: GraphSet) -> GraphUnits:
    """The graphs as units with labels."""
    return GraphUnits(graphs.name, torch.empty(graphs.num_graphs, 0), graphs.labels, graphs.task)


def _range(counts: torch.Tensor) -> str:
    """`"10 to 28, 17.9 on average"`."""
    return f"{int(counts.min()):,} to {int(counts.max()):,}, {counts.double().mean().item():,.1f} on average"


def _counts(graphs: GraphSet) -> dict[str, int]:
    labels = graphs.labels[graphs.labels >= 0]
    counts = torch.bincount(labels, minlength=graphs.task.num_outputs).tolist()
    return dict(zip(graphs.class_names, counts, strict=True))
