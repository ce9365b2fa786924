"""Candidates for links, embedded once and asked many times. Imports no torch."""

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.core.limits import check_count
from gnn2mlp.core.showing import call
from gnn2mlp.deploy.link_nodes import LinkNodes
from gnn2mlp.deploy.link_search import Best, Top, best
from gnn2mlp.deploy.link_shortlist import Engine, Recall, Shortlist
from gnn2mlp.tasks.answers import sigmoid

if TYPE_CHECKING:
    from gnn2mlp.deploy._links import BaseLinkPredictor


class LinkIndex:
    """The embeddings of candidates, and who they are; `predictor.index(X)` makes one.

    Args:
        predictor: that made the embeddings, and scores them.
        embeddings: (rows, width), as `predictor.embed` gives them; such as were saved by `numpy.save`.
        ids: (rows,) of any type, each once; default: row numbers.

    Attributes:
        recall: what share of the best it finds, measured; `None` where it is exact.

    Raises:
        DataError: for embeddings of another shape or not finite, or ids that are not one a row, each once.

    Example:
        >>> import numpy as np
        >>> from gnn2mlp.deploy import LinkPredictor
        >>> from gnn2mlp.students import LinkStudent
        >>> student = LinkStudent({"name": "mlp", "hidden": 8}, "dot", width=4)
        >>> predictor = LinkPredictor(student, student.network(3, 1), num_features=3)
        >>> index = predictor.index(np.eye(3), ids=["ant", "bee", "cat"])
        >>> ids, scores = index.top("bee", k=2)
        >>> sorted(ids.tolist()), bool(scores[0] >= scores[1])
        (['ant', 'cat'], True)
        >>> index.top_for(np.ones((1, 3)), k=1, candidates=["cat"]).ids.tolist()  # a node that is no candidate
        ['cat']
    """

    def __init__(self, predictor: "BaseLinkPredictor", embeddings: np.ndarray, ids: Any = None):
        self.predictor = predictor
        self.embeddings = _checked(embeddings, predictor.width)
        self.nodes = LinkNodes(len(self.embeddings), ids)
        self.recall: Recall | None = None
        self._table = predictor.held(self.embeddings)
        self._shortlist: Shortlist | None = None

    def __len__(self) -> int:
        return len(self.embeddings)

    def __repr__(self) -> str:
        exact = {"exact": True} if self.recall is None else {f"recall@{self.recall.k}": round(self.recall.mean, 4)}
        return call(type(self).__name__, {"candidates": len(self), "width": self.predictor.width, **exact})

    def approximate(
        self, shortlist: int = 1000, engine: Engine = "scan", dims: int = 64, queries: int = 20, seed: int = 0
    ) -> "LinkIndex":
        """A copy that scores a short list of candidates in place of all: for decoders that are dear, and many nodes.

        Who stands on the list is decided by a linear stand-in for the decoder, and the list is scored exactly: scores
        are right, but one of the best may be missed. How many are is measured on some of the nodes, against the exact
        search, which takes as many of those: `recall` says it. Of named `candidates` the search stays exact.

        Args:
            shortlist: how many candidates are scored.
            engine: what makes the list: `"scan"`, a product of all embeddings with a vector; or `"faiss"` (extra
                `search`), which looks at a part of them, and is for more than a million.
            dims: directions that embeddings are projected to for it; at most their width.
            queries: nodes that recall is measured on; 0: it is not.
            seed: of what is sampled.

        Raises:
            ConfigError: for numbers below 1 or not whole, or an engine that there is not, or that is not installed.
            DataError: without candidates.

        Example:
            >>> index.approximate().recall  # doctest: +SKIP
            Recall(k=10, queries=20, mean=0.995, least=0.9)
        """
        check_count("approximate", 1, shortlist=shortlist, dims=dims)
        check_count("approximate", 0, queries=queries, seed=seed)
        self._candidates(None, None)
        made = copy.copy(self)
        made._shortlist = Shortlist(self.predictor, self.embeddings, shortlist, engine, dims, seed)
        nodes = np.random.default_rng([seed, 1]).permutation(len(self))[:queries]
        made.recall = _recall(self, made, nodes.tolist()) if len(nodes) and len(self) > 1 else None
        return made

    def top(self, node: Any, k: int = 10, candidates: Any = None) -> Top:
        """The k nodes that one of them most probably links to; exact, itself left out.

        Args:
            node: its row number, or its id.
            k: how many are wanted; fewer are given where there are fewer candidates.
            candidates: (candidates,) row numbers or ids; default: all rows. Equal ones stand in this order.

        Returns:
            `ids` (k,) and `scores` (k,), probabilities, best first.

        Raises:
            ConfigError: for k below 1 or not whole.
            DataError: for a node or candidates that are in no row, or without a candidate.
        """
        check_count("top", 1, k=k)
        row = self.nodes.row(node, "top, node")
        return self._named(self._best(self.embeddings[row], k, self._candidates(candidates, row), row))

    def top_for(self, X: Any, k: int = 10, candidates: Any = None) -> Top:
        """The same for a node that is not among them, of which one row of features is known.

        Args:
            X: one row, as `embed` takes it.
            k: as in `top`.
            candidates: likewise.

        Raises:
            ConfigError: for k below 1 or not whole.
            DataError: as `embed` and `top`, or for more than one row.
        """
        check_count("top_for", 1, k=k)
        z = self.predictor.embed(X)
        if len(z) != 1:
            raise DataError(f"top_for: expected one row of features, got {len(z)}; ask for one node at a time")
        return self._named(self._best(z[0], k, self._candidates(candidates, None), None))

    def score_pairs(self, pairs: Any, logits: bool = False) -> np.ndarray:
        """The probability of a link between each of some pairs of nodes, float32 (pairs,); see `LinkPredictor`."""
        ends = self.nodes.pairs(pairs, "score_pairs")
        return self.predictor.score_places(self.embeddings, ends, logits)

    def _best(self, z: np.ndarray, k: int, rows: np.ndarray | None, without: int | None) -> Best:
        if rows is None and self._shortlist is not None:
            rows = self._shortlist.rows(z, k)
        asked = self.predictor
        return best(asked.against(z), self._table, k, rows, without, take=asked.taken, threads=asked.search_threads)

    def _named(self, found: Best) -> Top:
        return Top(self.nodes.named(found.rows), sigmoid(found.logits))

    def _candidates(self, candidates: Any, row: int | None) -> np.ndarray | None:
        """Rows of candidates, each once; `None` for all."""
        rows = None if candidates is None else _once(self.nodes.rows(candidates, "top, candidates"), len(self))
        there = len(self) if rows is None else len(rows)
        if there - (row is not None and (rows is None or bool((rows == row).any()))) < 1:
            found = "none" if not there else "the node itself alone"
            raise DataError(f"top: expected at least one candidate beside the node, got {found}; give further rows")
        return rows


def _recall(exact: LinkIndex, index: LinkIndex, rows: list[int], k: int = 10) -> Recall:
    """Of each of some nodes the share of its k best that the index finds."""
    shares = []
    for row in rows:
        right, found = (one._best(one.embeddings[row], k, None, row).rows for one in (exact, index))
        shares.append(float(np.isin(right, found).mean()))
    return Recall(k, len(rows), float(np.mean(shares)), min(shares))


def _once(rows: np.ndarray, count: int) -> np.ndarray:
    """The rows without those that came before."""
    seen = np.zeros(count, dtype=bool)
    seen[rows] = True
    if np.count_nonzero(seen) == len(rows):
        return rows
    return rows[np.sort(np.unique(rows, return_index=True)[1])]


def _checked(embeddings: Any, width: int) -> np.ndarray:
    found = np.ascontiguousarray(embeddings)
    if found.ndim != 2 or found.shape[1] != width or found.dtype.kind != "f":
        raise DataError(
            f"index: expected embeddings of shape (rows, {width}), as embed gives them, got {found.dtype} of shape "
            f"{found.shape}"
        )
    finite = np.isfinite(found.sum(axis=1))
    if not finite.all():
        bad = [*map(str, np.flatnonzero(~finite)[:100])]
        raise DataError(f"index: expected finite embeddings, got others in rows {listing(bad)}; embed them again")
    return found
