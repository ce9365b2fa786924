"""`HypergraphData`: nodes and the sets that hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import (
    check_feature_names,
    check_incidences,
    check_own_split,
    check_sample_weight,
    check_task,
    check_texts,
    check_weights,
)
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.features import check_features
from gnn2mlp.tasks import Task


@dataclass(frozen=True, eq=False, repr=False)
class HypergraphData(NodeData):
    """A hypergraph in canonical form; build it with `hypergraph_from_arrays` or `hypergraph_of`.

    A hyperedge is a set of nodes. When some nodes do not exist yet, it is the set of those that do, as a venue exists
    before its later papers are written: `subgraph` truncates hyperedges and drops those that are empty. A hyperedge
    that is made of certain nodes, as an edge is of its ends, has these as *anchors*, and exists with all of them only.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: see `NodeData`.
        task: what is predicted of a node.
        hyperedge_index: int64 (2, incidences), node and hyperedge (PyG's convention), sorted by hyperedge, then node;
            unique; every hyperedge holds a node. A node may lie in none.
        weight: float32 (hyperedges,), above 0; 1 where none is given.
        relation: int64 (hyperedges,), which of `relation_names` a hyperedge is of.
        relation_names: of the stacked relations; one name where there is one relation.
        anchor: bool (incidences,), whether the hyperedge cannot exist without the node.
        own_splits: the splits published with the data; see `NodeData`.
        feature_names: one per feature, all different, or `None`.
        notes: what canonicalisation changed, as counts by kind.

    Example:
        >>> trio = hypergraph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1, 2], [0, 0, 0]])
        >>> trio
        HypergraphData('hypergraph': 3 nodes, 1 hyperedges, 3 incidences, 3 features, 2 classes)
        >>> trio.subgraph(torch.tensor([0, 2])).hyperedge_index.tolist()  # truncated to the nodes that exist
        [[0, 1], [0, 0]]
    """

    kind: ClassVar[str] = "hypergraph"

    hyperedge_index: Tensor
    weight: Tensor
    relation: Tensor
    relation_names: tuple[str, ...]
    anchor: Tensor

    @property
    def num_hyperedges(self) -> int:
        """Number of hyperedges."""
        return self.weight.numel()

    @property
    def link_counts(self) -> dict[str, int]:
        """Numbers of hyperedges, and of incidences (pairs of a node and a hyperedge)."""
        return {"hyperedges": self.num_hyperedges, "incidences": self.hyperedge_index.size(1)}

    @property
    def structure(self) -> dict[str, Tensor]:
        """Incidences, weights, relations and anchors."""
        return {
            "hyperedge_index": self.hyperedge_index,
            "weight": self.weight,
            "relation": self.relation,
            "anchor": self.anchor,
        }

    @property
    def degree(self) -> Tensor:
        """int64 (nodes,): number of hyperedges that hold the node."""
        return torch.bincount(self.hyperedge_index[0], minlength=self.num_nodes)

    @cached_property
    def members(self) -> CSR:
        """The (hyperedges, nodes) pattern: row e holds the nodes of e, values 1. Its transpose is the incidence H."""
        node, hyperedge = self.hyperedge_index  # sorted, so that the nodes are the CSR's indices as they stand
        count = torch.bincount(hyperedge, minlength=self.num_hyperedges)
        indptr = torch.cat([count.new_zeros(1), count.cumsum(0)])
        return CSR(indptr, node, torch.ones(node.numel()), (self.num_hyperedges, self.num_nodes))

    def links_apart_from(self, ids: Tensor) -> dict[str, Any]:
        """Hyperedges truncated to all nodes but `ids`, as `links_among` truncates them; nodes keep their numbers."""
        row = torch.arange(self.num_nodes)
        row[ids] = -1
        left, kept, alive = self._truncated(row)
        return self._fields(left, kept, alive)

    def links_among(self, ids: Tensor) -> dict[str, Any]:
        """Hyperedges truncated to the nodes `ids` (unique), which are renumbered in their order.

        Hyperedges that are empty, or have lost an anchor, are dropped; the others keep their order.
        """
        row = torch.full((self.num_nodes,), -1)
        row[ids] = torch.arange(ids.numel())
        left, kept, alive = self._truncated(row)
        if not bool((ids.diff() > 0).all()):  # ascending ids keep the members sorted
            order = torch.argsort(left[1] * ids.numel() + left[0])
            left, kept = left[:, order], kept[order]
        return self._fields(left, kept, alive)

    def _truncated(self, row: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Incidences of the nodes that have a new number in `row` (else -1), their places, and which hyperedges live.

        A hyperedge lives while it holds a node and all of its anchors.
        """
        node, hyperedge = self.hyperedge_index
        there = row[node] >= 0
        alive = torch.zeros(self.num_hyperedges, dtype=torch.bool)
        alive[hyperedge[there]] = True
        alive[hyperedge[self.anchor & ~there]] = False
        kept = (there & alive[hyperedge]).nonzero()[:, 0]
        number = alive.cumsum(0) - 1
        return torch.stack([row[node[kept]], number[hyperedge[kept]]]), kept, alive

    def _fields(self, left: Tensor, kept: Tensor, alive: Tensor) -> dict[str, Any]:
        return {
            "hyperedge_index": left,
            "weight": self.weight[alive],
            "relation": self.relation[alive],
            "anchor": self.anchor[kept],
        }


def hypergraph_from_arrays(
    features: Any,
    labels: Any,
    hyperedge_index: Any,
    *,
    hyperedge_weight: Any = None,
    name: str = "hypergraph",
    class_names: Sequence[Any] | None = None,
    task: Task | None = None,
    sample_weight: Any = None,
    feature_names: Sequence[str] | None = None,
    own_splits: Sequence[Mapping[str, Any]] = (),
    texts: Sequence[str] | None = None,
) -> HypergraphData:
    """Validate arrays and bring them into canonical form.

    Repeated incidences are merged, hyperedges without a node dropped, the others renumbered in their order; `notes`
    counts what changed. The operation is idempotent.

    Args:
        features: (nodes, features): numpy, scipy sparse, torch or `CSR`; finite.
        labels: (nodes,) integers, -1 = unknown, else 0 .. classes - 1; or as `task` says.
        hyperedge_index: (2, incidences) integers, node above hyperedge; or a mapping of such arrays by the name of the
            relation, each numbering its hyperedges from 0: they are stacked in the mapping's order.
        hyperedge_weight: (hyperedges,) numbers above 0; for several relations a mapping with the same names, in which
            some may be left out. Default: 1.
        name: for messages and cards.
        class_names: one per class, of any one type; default: the numbers 0 .. largest label.
        task: what is predicted, in place of class names: `MultiLabel`, `Regression`, or `NodeClassification` with a
            metric or weights of its own.
        sample_weight: (nodes,) numbers from 0: how much the label of a node counts in training; default: all alike.
        feature_names: one per feature, all different; what ships then knows the columns of a table by name.
        own_splits: ids of the `train`, `valid` (optional) and `test` nodes of each split published with the data.
        texts: (nodes,) what each node says; no feature, but what teachers and inputs that read texts are given.

    Raises:
        DataError: for mismatched lengths, NaN or infinite features, labels, nodes or weights out of range, no
            hyperedge, no node.

    Example:
        >>> papers = {"venue": [[0, 1, 2], [0, 0, 0]], "author": [[0, 1], [0, 0]]}  # nodes above hyperedges
        >>> hypergraph = hypergraph_from_arrays(torch.eye(3), [0, 1, 0], papers)
        >>> hypergraph.relation_names, hypergraph.degree.tolist()
        (('venue', 'author'), [2, 2, 1])
    """
    x = check_features(features, name)
    task, y = check_task(labels, class_names, task, x.shape[0], name)
    relations, weights = _by_relation(hyperedge_index, hyperedge_weight, name)
    parts = [
        _relation(given, weights.get(which), x.shape[0], name if which == "all" else f"{name} ({which})")
        for which, given in relations.items()
    ]
    count = torch.tensor([weight.numel() for _, weight, _ in parts])
    if int(count.sum()) == 0:
        raise DataError(f"{name}: expected at least one hyperedge with a node, got none")
    shift = (count.cumsum(0) - count).tolist()
    stacked = [torch.stack([pair[0], pair[1] + offset]) for (pair, _, _), offset in zip(parts, shift, strict=True)]
    pairs, notes = _canonical(torch.cat(stacked, dim=1), x.shape[0])
    if empty := sum(empty for _, _, empty in parts):
        notes["empty_hyperedges"] = empty
    return HypergraphData(
        name,
        x,
        y,
        task,
        pairs,
        torch.cat([weight for _, weight, _ in parts]),
        torch.arange(len(parts)).repeat_interleave(count),
        tuple(map(str, relations)),
        torch.zeros(pairs.size(1), dtype=torch.bool),
        own_splits=tuple(check_own_split(split, x.shape[0], name) for split in own_splits),
        feature_names=check_feature_names(feature_names, x.shape[1], name),
        notes=notes,
        sample_weight=check_sample_weight(sample_weight, x.shape[0], name),
        texts=check_texts(texts, x.shape[0], name),
    )


def _by_relation(index: Any, weight: Any, name: str) -> tuple[dict[Any, Any], Mapping[Any, Any]]:
    """Incidences and weights by the name of the relation; it is `"all"` where there is one without a name."""
    if not isinstance(index, Mapping):
        return {"all": index}, {"all": weight}
    if not index:
        raise DataError(f"{name}: expected hyperedges of at least one relation, got none")
    weights = {} if weight is None else weight
    if not (isinstance(weights, Mapping) and set(weights) <= set(index)):
        raise DataError(f"{name}: expected hyperedge_weight by the names {', '.join(index)}, got {weights!r}")
    return dict(index), weights


def _relation(index: Any, weight: Any, num_nodes: int, name: str) -> tuple[Tensor, Tensor, int]:
    """Incidences of one relation with its hyperedges numbered without gaps, their weights, and how many were empty."""
    incidences = check_incidences(index, num_nodes, name)
    count = int(incidences[1].max()) + 1 if incidences.size(1) else 0
    weights = None if weight is None else check_weights(weight, count, name)
    filled, place = incidences[1].unique(return_inverse=True)  # numbers may have gaps, however large
    pairs = torch.stack([incidences[0], place])
    if weights is None:
        return pairs, torch.ones(filled.numel()), count - filled.numel()
    return pairs, weights[filled], weights.numel() - filled.numel()


def _canonical(pairs: Tensor, num_nodes: int) -> tuple[Tensor, dict[str, int]]:
    """Incidences sorted by hyperedge, then node, each once; and how many were repeated."""
    keys = pairs[1] * num_nodes + pairs[0]
    unique = keys.unique()  # sorted
    notes = {"duplicates": keys.numel() - unique.numel()} if unique.numel() < keys.numel() else {}
    return torch.stack([unique % num_nodes, unique.div(num_nodes, rounding_mode="floor")]), notes


KINDS = ("edges", "neighbourhoods")


def hypergraph_of(graph: GraphData, hyperedges: Sequence[str] = KINDS) -> HypergraphData:
    """A graph as a hypergraph, its relations as in LightHGNN (Feng et al., ICLR 2024) and HGNN (AAAI 2019).

    Args:
        graph: whose features, labels and own splits are kept.
        hyperedges: what becomes one: `"edges"`, both ends of an edge, anchors both; `"neighbourhoods"`, a node and its
            neighbours, the node being the anchor. So a hyperedge tells nothing of nodes that do not exist: the
            hypergraph of a subgraph (on ascending ids) is the subgraph of the hypergraph.

    Raises:
        DataError: if `hyperedges` names something else, or nothing; if edges have weights or a direction, of which
            hyperedges would know nothing.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> path = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [1, 2]])
        >>> hypergraph_of(path, ["edges"]).hyperedge_index.tolist()
        [[0, 1, 1, 2], [0, 0, 1, 1]]
    """
    unknown = [kind for kind in hyperedges if kind not in KINDS]
    if unknown or not hyperedges or len(set(hyperedges)) < len(hyperedges):
        raise DataError(f"hyperedges: expected some of {', '.join(KINDS)}, each once, got {list(hyperedges)}")
    if graph.directed or graph.edge_weight is not None:
        what = "a direction" if graph.directed else "weights"
        raise DataError(f"{graph.name}: its edges have {what}, which hyperedges cannot say; make the graph without")
    parts = {"edges": _of_edges, "neighbourhoods": _of_neighbourhoods}
    made = [parts[kind](graph) for kind in hyperedges]
    count = [int(hyperedge.max()) + 1 if hyperedge.numel() else 0 for _, hyperedge, _ in made]
    index = [torch.stack([node, hyperedge + sum(count[:number])]) for number, (node, hyperedge, _) in enumerate(made)]
    return HypergraphData(
        graph.name,
        graph.features,
        graph.labels,
        graph.task,
        torch.cat(index, dim=1),
        torch.ones(sum(count)),
        torch.arange(len(made)).repeat_interleave(torch.tensor(count)),
        tuple(hyperedges),
        torch.cat([anchor for _, _, anchor in made]),
        own_splits=graph.own_splits,
        feature_names=graph.feature_names,
        notes=graph.notes,
        sample_weight=graph.sample_weight,
        node_names=graph.node_names,
        texts=graph.texts,
    )


def _of_edges(graph: GraphData) -> tuple[Tensor, Tensor, Tensor]:
    low, high = graph.edge_index
    ends = graph.edge_index[:, low < high]
    node = ends.T.flatten()
    return node, torch.arange(ends.size(1)).repeat_interleave(2), torch.ones_like(node, dtype=torch.bool)


def _of_neighbourhoods(graph: GraphData) -> tuple[Tensor, Tensor, Tensor]:
    centre = torch.arange(graph.num_nodes)
    hyperedge = torch.cat([graph.edge_index[0], centre])
    node = torch.cat([graph.edge_index[1], centre])
    order = torch.argsort(hyperedge * graph.num_nodes + node)
    return node[order], hyperedge[order], (node == hyperedge)[order]
