"""What an explainer says: for each node, how much each node that it reads of has to do with its answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData


@dataclass(frozen=True, eq=False)
class Explanation:
    """Scores of the nodes within K hops of each explained node, itself among them.

    Args:
        nodes: int64 (explained,), rows of the graph.
        scores: (explained, nodes), stored where a node is within K hops, also where the score is 0: the higher, the
            more that node has to do with the answer.
        method: name of the explainer.

    Example:
        >>> scores = sp.csr_matrix(np.array([[0.1, 0.7, 0.2], [0.0, 0.4, 0.6]]))
        >>> Explanation(np.array([0, 2]), scores, "by hand").top(2).tolist()
        [[1, 2], [2, 1]]
    """

    nodes: np.ndarray
    scores: sp.csr_matrix
    method: str

    __repr__ = short_repr

    def take(self, positions: Any) -> "Explanation":
        """The explanations at some positions of `nodes`, in that order."""
        kept = np.asarray(positions, dtype=np.int64)
        return Explanation(self.nodes[kept], self.scores[kept], self.method)

    def ranked(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and their scores, highest first, of the node at a position of `nodes`; of equal ones the lower id."""
        begin, end = self.scores.indptr[position : position + 2]
        ids, values = self.scores.indices[begin:end].astype(np.int64), self.scores.data[begin:end]
        order = np.lexsort((ids, -values))
        return ids[order], values[order]

    def top(self, k: int) -> np.ndarray:
        """int64 (explained, k): the k nodes with the highest scores, highest first; -1 where there are fewer."""
        found = np.full((len(self.nodes), k), -1, dtype=np.int64)
        for position, row in enumerate(found):
            ids = self.ranked(position)[0][:k]
            row[: ids.size] = ids
        return found

    def edges(self, graph: GraphData, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Edges among the scored nodes of one explained node, and the sum of the scores of each one's ends.

        That is how DnX's released code scores edges.

        Returns:
            int64 (2, edges) ids of `graph`, each undirected edge once, and float (edges,).
        """
        ids, values = self.ranked(position)
        order = np.argsort(ids)
        ids, values = ids[order], values[order]
        inside = graph.adjacency.to_scipy()[ids][:, ids].tocoo()
        kept = slice(None) if graph.directed else inside.row < inside.col
        row, column = inside.row[kept], inside.col[kept]
        ends = (column, row) if graph.directed else (row, column)
        return np.stack([ids[ends[0]], ids[ends[1]]]), values[row] + values[column]

    def to_pyg(self, graph: GraphData, position: int) -> Any:
        """One node's explanation as PyG's `Explanation`, on all nodes of the graph, for its metrics and explainers.

        `node_mask` (nodes, 1) holds the scores, 0 where there is none, `edge_mask` (edges,) the sum of both ends' for
        each column of `graph.edge_index`, 0 where an end has none; `index` is the explained node.
        """
        import torch
        from torch_geometric.explain import Explanation as PyG

        ids, values = self.ranked(position)
        mask = torch.zeros(graph.num_nodes)
        mask[torch.from_numpy(ids)] = torch.from_numpy(values).float()
        present = torch.zeros(graph.num_nodes, dtype=torch.bool)
        present[torch.from_numpy(ids)] = True
        ends = graph.edge_index
        edges = (mask[ends[0]] + mask[ends[1]]).where(present[ends].all(0), 0.0)
        x = graph.features if isinstance(graph.features, torch.Tensor) else graph.features.to_dense()
        return PyG(x=x, edge_index=ends, node_mask=mask[:, None], edge_mask=edges, index=int(self.nodes[position]))


def check_nodes(nodes: Any, count: int, where: str) -> np.ndarray:
    """Rows of a graph that are to be explained, as int64 (explained,).

    Raises:
        DataError: for none, or for one that the graph does not have.
    """
    ids = np.atleast_1d(np.asarray(nodes))
    if not ids.size or ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise DataError(f"{where}: expected rows of nodes, integers in 0..{count - 1}, got {nodes!r}")
    outside = ids[(ids < 0) | (ids >= count)]
    if outside.size:
        raise DataError(f"{where}: expected nodes in 0..{count - 1}, got {', '.join(map(str, outside[:5]))}")
    return ids.astype(np.int64)
