"""The best candidates of a node's links among nodes that are embedded already, without those that it is linked to."""

from collections.abc import Sequence

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_count
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.link_search import Best, best
from gnn2mlp.deploy.link_shortlist import Recall, Shortlist
from gnn2mlp.tables.edges import Edges


class Neighbours:
    """Linked rows of each node, in either direction.

    Args:
        edges: between rows.

    Example:
        >>> from gnn2mlp.tables.edges import read_edges
        >>> from gnn2mlp.tables.lookup import NodeIds
        >>> linked = Neighbours(read_edges([("a", "b"), ("c", "a")], NodeIds(["a", "b", "c"])))
        >>> sorted(linked.of(0).tolist()), linked.of(1).tolist()
        ([1, 2], [0])
    """

    def __init__(self, edges: Edges):
        one, other = edges.edge_index
        ends = np.concatenate([one, other])
        order = np.argsort(ends, kind="stable")
        self.indices = np.concatenate([other, one])[order]
        self.indptr = np.searchsorted(ends[order], np.arange(edges.num_nodes + 1))

    def of(self, row: int) -> np.ndarray:
        """int64 (linked,): rows that this one is linked to."""
        return np.asarray(self.indices[self.indptr[row] : self.indptr[row + 1]])


class CandidateSearch:
    """Who a node most probably links to: exactly, or among a short list; itself and known links are left out.

    Args:
        predictor: that made the embeddings.
        vectors: float32 (nodes, width), as `predictor.embed` gives them; they may be mapped from a file.
        candidates: int64 (candidates,), ascending rows that may be answered; default: all.
        known: links that are there already; default: none.
        shortlist: score so many candidates, which a linear stand-in for the decoder chooses (see
            `LinkIndex.approximate`), and not all; default: all.

    Raises:
        ConfigError: for a short list below 1.
        DataError: without a candidate.

    Example:
        >>> from gnn2mlp.deploy import LinkPredictor
        >>> from gnn2mlp.students import LinkStudent
        >>> student = LinkStudent({"name": "mlp", "hidden": 8}, "dot", width=4)
        >>> predictor = LinkPredictor(student, student.network(3, 1), num_features=3)
        >>> vectors = predictor.embed(np.eye(3))
        >>> search = CandidateSearch(predictor, vectors)
        >>> sorted(search.best(vectors[1], k=5, row=1).rows.tolist())  # of one of the nodes
        [0, 2]
        >>> search.best(predictor.embed(np.ones((1, 3)))[0], k=5).rows.shape  # of another one
        (3,)
    """

    def __init__(
        self,
        predictor: BaseLinkPredictor,
        vectors: np.ndarray,
        candidates: np.ndarray | None = None,
        known: Neighbours | None = None,
        shortlist: int | None = None,
    ):
        self.predictor, self.vectors = predictor, vectors
        self._candidates, self._known = candidates, known
        if not len(self):
            raise DataError("candidates: expected at least one, got none; name some, or leave candidates out")
        self._shortlist: Shortlist | None = None
        if shortlist is not None:
            check_count("top", 1, shortlist=shortlist)
            among = vectors if candidates is None else np.asarray(vectors[candidates])
            self._shortlist = Shortlist(predictor, among, shortlist)

    def __len__(self) -> int:
        """How many candidates there are."""
        return len(self.vectors) if self._candidates is None else len(self._candidates)

    def best(self, z: np.ndarray, k: int, row: int | None = None, exact: bool = False) -> Best:
        """The k best candidates, best first and equal ones in the order of rows; fewer where there are fewer.

        Args:
            z: (width,), the embedding of the node.
            k: how many are wanted.
            row: of the node, if it is one of these: then itself and its known links are no candidates.
            exact: score all candidates, short list or not.
        """
        rows, known = self._candidates, np.empty(0, np.int64)
        if row is not None and self._known is not None:
            known = np.unique(self._known.of(row))
        # As many more as there may be known ones among them: to leave those out beforehand would copy all others.
        most = k + len(known)
        if self._shortlist is not None and not exact:
            listed = self._shortlist.rows(z, most + 1)
            rows = listed if rows is None else rows[listed]
        against = self.predictor.against(z)
        found = best(lambda block: against(self.predictor.held(block)), self.vectors, most, rows, row)
        there = np.flatnonzero(~np.isin(found.rows, known))[:k]
        return Best(found.rows[there], found.logits[there])

    def recall(self, rows: Sequence[int], k: int) -> Recall | None:
        """What share of the k best candidates of some nodes the short list finds; `None` where all are scored.

        Args:
            rows: of the nodes; each is searched for twice.
            k: how many are wanted.
        """
        if self._shortlist is None:
            return None
        shares = []
        for row in rows:
            z = np.array(self.vectors[row])
            right, found = self.best(z, k, row, exact=True).rows, self.best(z, k, row).rows
            if len(right):
                shares.append(float(np.isin(right, found).mean()))
        return Recall(k, len(shares), float(np.mean(shares or [1.0])), min(shares, default=1.0))
