"""How good explanations are: whether the teacher's answer stays with what they name, and changes without it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.nn.csr import gather

Predict = Callable[[GraphData], Tensor]
"""Gives the teacher's logits (nodes, classes) on a graph."""

# Nodes of the small graphs that a teacher answers on at once.
_AT_ONCE = 200_000


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """How far the teacher's answers rest on the nodes that explanations rank highest.

    Args:
        stays: bool (explained,), whose likeliest class stays if these nodes alone are left, with the explained one.
        changes: bool (explained,), whose likeliest class changes if these nodes are gone, but for the explained one.

    Example:
        >>> found = Faithfulness(np.array([True, True, False, True]), np.array([False, False, False, True]))
        >>> found.sufficiency, found.necessity
        (0.75, 0.25)
    """

    stays: np.ndarray
    changes: np.ndarray

    __repr__ = short_repr

    @property
    def sufficiency(self) -> float:
        """Share of explained nodes whose likeliest class stays."""
        return float(self.stays.mean())

    @property
    def necessity(self) -> float:
        """Share of explained nodes whose likeliest class changes."""
        return float(self.changes.mean())


def faithfulness(
    predict: Predict, graph: GraphData, nodes: np.ndarray, top: np.ndarray, around: Sequence[np.ndarray]
) -> Faithfulness:
    """Ask the teacher again, on graphs of the top nodes alone and of all but these.

    A graph of its own is made for each explained node, and many are answered at once, side by side. What changes is
    told against the answer on the nodes around it, none taken away: of a teacher that reads no farther than `around`
    reaches, that is its answer on the whole graph.

    Args:
        predict: the teacher.
        graph: that it answers on.
        nodes: int64 (explained,).
        top: int64 (explained, k), the nodes that matter most to each, -1 where there are fewer.
        around: the nodes near each as `within` gives them, one link farther than the teacher reads, so that degrees of
            those that it reads are those of the whole graph.

    Raises:
        DataError: if there is not a row of `top`, or not a neighbourhood, for each node.
    """
    if top.ndim != 2 or not len(top) == len(nodes) == len(around):
        raise DataError(
            f"faithfulness: expected a row of top nodes and a neighbourhood for each of {len(nodes)}, got shape "
            f"{top.shape} and {len(around)}"
        )
    before = predict(graph).argmax(-1).numpy()[nodes]
    named = [row[row >= 0] for row in top]
    kept = [np.union1d(row, node) for row, node in zip(named, nodes, strict=True)]
    left = [
        np.union1d(np.setdiff1d(near, row), node) for near, row, node in zip(around, named, nodes.tolist(), strict=True)
    ]
    alone, whole, without = (answers(predict, graph, nodes, sets) for sets in (kept, around, left))
    return Faithfulness(alone == before, without != whole)


def answers(predict: Predict, graph: GraphData, nodes: np.ndarray, sets: Sequence[np.ndarray]) -> np.ndarray:
    """int64 (nodes,): the likeliest class of each node if its set of nodes, which holds it, is all that there is."""
    found = np.empty(len(nodes), dtype=np.int64)
    for chunk in _chunks([each.size for each in sets]):
        members = [sets[position] for position in chunk]
        begin = np.cumsum([0, *(each.size for each in members)])[:-1]
        mine = begin + [np.searchsorted(each, nodes[position]) for each, position in zip(members, chunk, strict=True)]
        found[chunk] = predict(_side_by_side(graph, members)).argmax(-1).numpy()[mine]
    return found


def within(adjacency: sp.csr_matrix, node: int, hops: int) -> np.ndarray:
    """int64, ascending: the nodes from which one hears within so many links, itself among them."""
    found = frontier = np.array([node])
    for _ in range(hops):
        frontier = np.setdiff1d(adjacency[frontier].indices, found)
        found = np.union1d(found, frontier)
    return found.astype(np.int64)


def ground_truth_accuracy(top: np.ndarray, truth: Sequence[np.ndarray]) -> float:
    """Mean share of the nodes that truly matter among as many top ones; in 0..1.

    Args:
        top: int64 (explained, k), with k at least the size of each truth.
        truth: the nodes that truly matter to each, such as those of its motif.

    Example:
        >>> ground_truth_accuracy(np.array([[0, 1, 7], [4, 3, 5]]), [np.array([0, 1]), np.array([5, 4])])
        0.75
    """
    shares = [np.isin(row[: right.size], right).mean() for row, right in zip(top, truth, strict=True)]
    return float(np.mean(shares))


def _chunks(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Positions one after the other, in groups whose sizes add up to no more than is answered at once."""
    group: list[int] = []
    total = 0
    for position, size in enumerate(sizes):
        if group and total + size > _AT_ONCE:
            yield group
            group, total = [], 0
        group.append(position)
        total += size
    if group:
        yield group


def _side_by_side(graph: GraphData, sets: Sequence[np.ndarray]) -> GraphData:
    """The subgraphs of sets of nodes (ascending each) as one graph in which nothing links them."""
    ids, adjacency = torch.from_numpy(np.concatenate(sets)), graph.adjacency.to_scipy()
    links = sp.block_diag([adjacency[each][:, each] for each in sets], format="csr").tocoo()
    ends = np.stack([links.col, links.row] if graph.directed else [links.row, links.col]).astype(np.int64)
    weight = None if graph.edge_weight is None else torch.from_numpy(links.data.astype(np.float32))
    return replace(
        graph,
        features=gather(graph.features, ids),
        labels=graph.labels[ids],
        sample_weight=None,
        node_names=None,
        texts=None if graph.texts is None else tuple(graph.texts[row] for row in ids.tolist()),
        own_splits=(),
        notes={},
        split_keys={},
        edge_index=torch.from_numpy(ends),
        edge_weight=weight,
    )
