"""What links the nodes that `fit` was given: edges, hyperedges, or, where there are none, how near they are."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, DataWarning
from gnn2mlp.data import NodeData, graph_from_arrays, hypergraph_from_arrays
from gnn2mlp.data.checks import check_sample_weight
from gnn2mlp.estimators.neighbours import distinct, nearest
from gnn2mlp.estimators.nodes import Nodes, is_networkx
from gnn2mlp.estimators.targets import Targets
from gnn2mlp.nn.csr import Features, gather
from gnn2mlp.tables import Edges, NodeIds, read_edges

# From which share of edges that lead to no node a warning is due. Parts of cross-validation lose many of theirs.
_MANY = 0.8
_NO_IDS = "the row numbers of X, which has neither an index nor an id_column,"


class Links(NamedTuple):
    """What links the nodes: edges, or hyperedges; and their weights. The others are `None`."""

    edge_index: Any = None
    hyperedge_index: Any = None
    hyperedge_weight: Any = None
    edge_weight: Any = None
    directed: bool = False

    @property
    def given(self) -> bool:
        """Whether there are any."""
        return self.edge_index is not None or self.hyperedge_index is not None

    def join(self, x: Features, targets: Targets, sample_weight: Any = None, name: str = "fit") -> NodeData:
        """The graph or hypergraph of these nodes."""
        more: dict[str, Any] = {"name": name, "task": targets.task, "sample_weight": sample_weight}
        if self.hyperedge_index is None:
            more |= {"edge_weight": self.edge_weight, "directed": self.directed}
            return graph_from_arrays(x, targets.labels, self.edge_index, **more)
        weight = self.hyperedge_weight
        return hypergraph_from_arrays(x, targets.labels, self.hyperedge_index, hyperedge_weight=weight, **more)


class Linked(NamedTuple):
    """Nodes with what links them.

    Attributes:
        graph: or hypergraph.
        counts: of the edges by what became of them, where they were read by ids.
        rows: int64 (nodes,), which row of X each node is, where that is not the same number.
    """

    graph: NodeData
    counts: Mapping[str, int] | None = None
    rows: np.ndarray | None = None


def linked(x: Features, nodes: Nodes, links: Links, targets: Callable[[Any], Targets], k: int) -> Linked:
    """Nodes with what links them.

    Args:
        x: (nodes, features), checked.
        nodes: what they came as.
        links: by row number.
        targets: reads what `nodes.y` holds.
        k: how many nearest samples are linked to each where there are no links.

    Raises:
        ConfigError: for links of two kinds.
        DataError: for links or targets that cannot be learnt from.
    """
    check_one_kind(nodes.edges, links.edge_index, links.hyperedge_index)
    if nodes.edges is None and not links.given:
        return _by_distance(x, nodes, targets, k)
    if links.given:
        return Linked(links.join(x, targets(nodes.y), nodes.weight))
    found = targets(nodes.y)
    edges = _read(nodes, x.shape[0])
    made = Links(edges.edge_index, edge_weight=edges.weight, directed=links.directed)
    return Linked(made.join(x, found, nodes.weight), edges.counts)


def check_one_kind(edges: Any, edge_index: Any, hyperedge_index: Any) -> None:
    """Raise `ConfigError` where nodes are linked in two ways."""
    kinds = {"edges": edges, "edge_index": edge_index, "hyperedge_index": hyperedge_index}
    given = [name for name, value in kinds.items() if value is not None]
    if len(given) > 1:
        raise ConfigError(f"fit: expected edges, edge_index or hyperedge_index, and not both {' and '.join(given)}")


def _read(nodes: Nodes, count: int) -> Edges:
    """Edges by ids, or by row numbers where the nodes have no ids."""
    by_row = nodes.ids is None
    ids = NodeIds(np.arange(count) if by_row else nodes.ids, _NO_IDS if by_row else nodes.where_ids)
    edges = read_edges(nodes.edges, ids)
    _warn_if_cut(nodes.edges, edges, count)
    if by_row and edges.dangling:
        raise DataError(
            f"edges: expected row numbers of X in 0..{count - 1}, got {edges.lost_ends[0]} in {edges.dangling} of "
            f"{edges.given} edges or more; where they are ids, give X as a pandas frame with the ids as index, or name "
            "the id_column, as is needed in cross-validation, whose parts number their rows anew"
        )
    if edges.dangling > _MANY * edges.given:
        warnings.warn(
            f"edges: {edges.dangling} of {edges.given} lead to an id that is no node's, such as "
            f"{', '.join(edges.lost_ends[:3])}, and are left out; write ids alike in both tables, or give all nodes",
            DataWarning,
            stacklevel=5,
        )
    return edges


def _warn_if_cut(given: Any, read: Edges, count: int) -> None:
    """Warn of edges that scikit-learn seems to have cut like nodes, since there were as many.

    A cut frame of pandas tells by its index. Other tables, and pairs, show no trace but edges that lead out of the
    nodes of this part.
    """
    if not _is_cut_by_rows(given) or len(given) != count:
        return
    gaps = hasattr(given, "iloc") and not np.array_equal(given.index, np.arange(count))
    if gaps or read.dangling:
        sign = "its index has gaps" if gaps else f"{read.dangling} of them lead to an id that is no node's"
        warnings.warn(
            f"edges: the table has as many rows as X ({count}), and {sign}: if this is a part of cross-validation, "
            "scikit-learn has cut the edges as it cuts X; hand them over as an array (2, edges): "
            "edges[['source', 'target']].to_numpy().T",
            DataWarning,
            stacklevel=6,
        )


def _is_cut_by_rows(edges: Any) -> bool:
    """Whether scikit-learn would take rows of this: a table, or pairs, and neither a graph nor columns by name."""
    if isinstance(edges, Mapping | Edges) or is_networkx(edges) or hasattr(edges, "tocoo"):
        return False
    return not hasattr(edges, "edge_index") and hasattr(edges, "__len__")


def _by_distance(x: Features, nodes: Nodes, targets: Callable[[Any], Targets], k: int) -> Linked:
    """The graph of nearest samples; those that are alike are one, unless validation nodes are told by row."""
    name = f"{k} nearest samples"
    given = None if nodes.weight is None else check_sample_weight(nodes.weight, x.shape[0], "fit")
    weight = None if given is None else given.double().numpy()
    if nodes.validation is not None:
        return Linked(Links(nearest(x, k)).join(x, targets(nodes.y), weight, name))
    y, kept = nodes.y, np.arange(x.shape[0])
    if weight is not None and not weight.all() and y is not None:
        kept = np.flatnonzero(weight)
        _check_length(y, x.shape[0])
        x, y, weight = gather(x, torch.from_numpy(kept)), _taken(y, kept), weight[kept]
    found = targets(y)
    _check_length(found.labels, x.shape[0])
    samples = distinct(x, found.labels, weight)
    x, found = gather(x, torch.from_numpy(samples.rows)), found._replace(labels=found.labels[samples.rows])
    return Linked(Links(nearest(x, k)).join(x, found, samples.weight, name), rows=kept[samples.rows])


def _check_length(y: Any, rows: int) -> None:
    if len(y) != rows:
        raise DataError(f"y: expected one label or target per node, {rows} in all, got {len(y)}")


def _taken(y: Any, rows: np.ndarray) -> Any:
    """Some targets; a sequence keeps its elements as they are."""
    if hasattr(y, "iloc"):
        return y.iloc[rows]
    if isinstance(y, list | tuple):
        return [y[row] for row in rows]
    return np.asarray(y.detach().cpu() if isinstance(y, Tensor) else y)[rows]
