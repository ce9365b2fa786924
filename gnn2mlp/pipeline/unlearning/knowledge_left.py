"""Stages: what a teacher knew, without the rows of nodes that are gone, and with rows near to a change written anew."""

import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.removal import Removal
from gnn2mlp.data.view import Observed
from gnn2mlp.knowledge.keys import KEYS
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.teachers import Export, Teacher


def rows_left(knowledge: TeacherKnowledge, row: Tensor, *, device: torch.device) -> TeacherKnowledge:
    """The rows of nodes that stay, as they were written, under their new numbers.

    Args:
        knowledge: in the old numbering.
        row: int64 (nodes,): the new number of each node, -1 for those that go.
        device: of no use here; every stage is given one.

    Example:
        >>> old = TeacherKnowledge(torch.tensor([0, 1, 2]), {"logits": torch.eye(3)})
        >>> left = rows_left(old, torch.tensor([0, -1, 1]), device=torch.device("cpu"))
        >>> left.node_ids.tolist(), left["logits"].tolist()
        ([0, 1], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    """
    start = time.perf_counter()
    found = knowledge.take((row[knowledge.node_ids] >= 0).nonzero()[:, 0])
    left = TeacherKnowledge(row[found.node_ids], dict(found.values), found.card)
    return left.described(seconds=time.perf_counter() - start)


def rows_written_anew(
    teacher: Teacher,
    knowledge: TeacherKnowledge,
    row: Tensor,
    near: Tensor,
    observed: Observed,
    needs: Sequence[str],
    how: Export,
    seed: int,
    execution: Execution,
    *,
    device: torch.device,
) -> TeacherKnowledge:
    """As `rows_left`, with the rows `near` as the old teacher writes them of the graph without what is gone.

    Args:
        teacher: as it was.
        knowledge: in the old numbering.
        row: as in `rows_left`.
        near: int64, rows of `observed` whose answers the removal reaches.
        observed: what is left.
        needs: keys to write.
        how: sizes of what is written.
        seed: of feature noise.
        execution: how torch computes; it is so already.
        device: which device of the kind that `execution` names.
    """
    start = time.perf_counter()
    left = rows_left(knowledge, row, device=device).align(observed.node_ids).select(needs)
    fresh = teacher.export(observed, needs, how=how, seed=seed, device=device)
    values = {}
    for key, value in fresh.values.items():
        values[key] = value
        if KEYS[key].per_node and left.values[key].shape == value.shape:
            values[key] = left.values[key].clone()
            values[key][near] = value[near]
    made = TeacherKnowledge(observed.node_ids, values, left.card)
    return made.described(seconds=time.perf_counter() - start)


def rows_near(before: Observed, removal: Removal, hops: int | None) -> Tensor:
    """int64, ascending: nodes that stay, in the numbers that they had, whose answers a removal may change.

    Those that a path of at most `hops` links of the old graph joins to an end of an edge that is gone, or to a
    neighbour of a node that is gone.

    Args:
        before: the view with what is to go.
        removal: of the whole data set.
        hops: as many as messages travel; `None`: any number, so that every node counts.
    """
    if hops is None:
        return before.node_ids[removal.row[before.node_ids] >= 0]
    place = torch.full((removal.num_nodes,), -1)
    place[before.node_ids] = torch.arange(before.node_ids.numel())
    gone = place[removal.nodes]
    reached = torch.zeros(before.node_ids.numel(), dtype=torch.bool)
    reached[gone[gone >= 0]] = True
    reached = _further(before.graph, reached)
    ends = place[removal.edges.flatten()]
    reached[ends[ends >= 0]] = True
    for _ in range(hops):
        reached = _further(before.graph, reached)
    ids = before.node_ids[reached]
    return ids[removal.row[ids] >= 0]


def _further(graph: NodeData, reached: Tensor) -> Tensor:
    """The same nodes and those that a link joins to them, whatever its direction."""
    found = reached.clone()
    if isinstance(graph, GraphData):
        first, second = graph.edge_index
        found[first[reached[second]]] = True
        found[second[reached[first]]] = True
        return found
    links: dict[str, Any] = graph.structure
    node, hyperedge = links["hyperedge_index"]
    touched = torch.zeros(int(hyperedge.max()) + 1 if hyperedge.numel() else 0, dtype=torch.bool)
    touched[hyperedge[reached[node]]] = True
    found[node[touched[hyperedge]]] = True
    return found
