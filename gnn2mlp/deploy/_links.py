"""What every deployed model of links offers, whatever computes its numbers. Imports no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, RowsError
from gnn2mlp.core.rows import take_rows
from gnn2mlp.core.showing import call
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.link_index import LinkIndex
from gnn2mlp.deploy.link_nodes import LinkNodes, apart, count_rows
from gnn2mlp.deploy.link_search import Top
from gnn2mlp.tasks.answers import sigmoid

# Pairs that are scored at once.
PAIRS = 65_536


class BaseLinkPredictor(ABC):
    """Feature rows in, embeddings and probabilities of links out. Subclasses supply what two embeddings are scored by.

    Attributes:
        embedder: gives the embeddings of rows, as any predictor gives outputs.
        id_column: the column of ids of the tables that the model was made from, or `None`.
    """

    embedder: BasePredictor
    id_column: str | None = None

    @abstractmethod
    def logits(self, Zu: np.ndarray, Zv: np.ndarray) -> np.ndarray:
        """Logits (pairs,) of the embeddings (pairs, width) of both ends, which were checked."""

    @abstractmethod
    def against(self, z: np.ndarray) -> Callable[[Any], np.ndarray]:
        """What scores one embedding (width,) against each of a block (rows, width) of `held`: logits (rows,)."""

    def direction(self, z: np.ndarray, sample: Any) -> np.ndarray:
        """The direction (width,) in which logits with `z` (width,) grow among the best of some candidates.

        Here by least squares on the better half of them, by the normal equations of a ridge that only keeps them
        solvable: a twentieth of the time of a singular value decomposition at a width of 256. What it is for, see
        `gnn2mlp.deploy.link_shortlist`.

        Args:
            z: an embedding.
            sample: (rows, width) embeddings, as `held` gives them.
        """
        table, logits = np.asarray(sample), self.against(z)(sample).astype(np.float64)
        chosen = np.argsort(-logits)[: max(1, len(logits) // 2)]
        x, y = table[chosen] - table[chosen].mean(0), logits[chosen] - logits[chosen].mean()
        gram = (x.T @ x).astype(np.float64)
        ridge = 1e-6 * max(gram.trace() / len(gram), np.finfo(np.float32).tiny)
        found: np.ndarray = np.linalg.solve(gram + ridge * np.eye(len(gram)), x.T @ y)
        return found.astype(np.float32)

    def held(self, embeddings: np.ndarray) -> Any:
        """Embeddings where they are scored, as a table that is sliced by rows."""
        return embeddings

    def taken(self, table: Any, rows: np.ndarray) -> Any:
        """Some rows of what `held` gave, in any order."""
        return table[rows]

    @property
    def search_threads(self) -> int:
        """Threads that may each score a part of many candidates; 1 where scoring a block uses them all itself."""
        return 1

    @property
    def width(self) -> int:
        """Of the embeddings."""
        return self.embedder.answers.num_outputs

    @property
    def num_features(self) -> int:
        """Width of a feature row."""
        return self.embedder.num_features

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Column names of training, or `None`; tables are checked against them."""
        return self.embedder.feature_names

    @property
    def columns(self) -> Any:
        """What reads the columns of a table, where rows are tables as they are; else `None`."""
        return getattr(self.embedder, "columns", None)

    @abstractmethod
    def digest(self) -> str:
        """A digest of all that decides answers: what was made with one model is not gone on with by another."""

    def __repr__(self) -> str:
        reads = {"features": self.num_features} | ({"columns": self.feature_names} if self.feature_names else {})
        return call(type(self).__name__, {**reads, "width": self.width})

    def embed(self, X: Any) -> np.ndarray:
        """The embedding of each row, float32 (rows, width), in double precision if the network is.

        Args:
            X: (rows, features): numpy, scipy sparse, pandas, polars, Arrow, columns by name, or torch; zero rows are
                allowed. A table with column names must have those of training, in any order, if training had names.
                Of a model with encoders of columns: a table as `TableEncoder.transform` takes it, in which further
                columns are not looked at, or one row as a mapping.

        Raises:
            DataError: for the wrong number of features or other columns, NaN or infinite values, or, of columns that
                are encoded, values of another type than in training.
        """
        return self.embedder._outputs(X, "embed")

    def score(self, Zu: Any, Zv: Any, logits: bool = False) -> np.ndarray:
        """The probability that nodes are linked, float32 (pairs,), of embeddings that were made beforehand.

        Args:
            Zu: (pairs, width) of one end of each pair; or (width,), one node for all pairs.
            Zv: of the other end, likewise. Links have no direction: both may change places.
            logits: give the logarithms of the odds in place of probabilities; they tell apart what rounds to 1.

        Raises:
            DataError: for other shapes, or values that are not finite.
        """
        given = [_embeddings(Z, self.width, f"score, {name}") for name, Z in (("Zu", Zu), ("Zv", Zv))]
        sizes = [len(Z) for Z in given]
        if sizes[0] != sizes[1] and 1 not in sizes:
            raise DataError(
                f"score: expected as many embeddings of one end as of the other, or a single one, got {sizes[0]} and "
                f"{sizes[1]}"
            )
        u, v = sorted(given, key=len)
        if len(u) == 1:
            return self._answered(self._one_end(u[0], lambda start: v[start : start + PAIRS]), len(v), logits)
        u, v = given
        return self._answered(
            lambda start: self.logits(u[start : start + PAIRS], v[start : start + PAIRS]), len(u), logits
        )

    def score_pairs(self, X: Any, pairs: Any, ids: Any = None, logits: bool = False) -> np.ndarray:
        """The probability of a link between each of some pairs of rows, float32 (pairs,).

        Rows that are in a pair are embedded, once each, and no others.

        Args:
            X: rows, as in `embed`.
            pairs: (pairs, 2) row numbers from 0, or ids: a list of pairs, an array, or a table of two columns. The
                order within a pair does not matter. Training knows no pair of a node with itself, so that its number
                means nothing.
            ids: (rows,) of any type, or the name of their column in X. Default: the column of ids of the tables that
                the model was made from, if X has it; else pairs are row numbers.
            logits: as in `score`.

        Raises:
            DataError: as `embed`, for pairs of another shape, or of nodes that are in no row.
        """
        X, ids = self._apart(X, ids)
        nodes = LinkNodes(count_rows(X, "score_pairs"), ids)
        ends = nodes.pairs(pairs, "score_pairs")
        asked, places = np.unique(ends, return_inverse=True)
        if not asked.size:
            return np.empty(0, np.float32)
        try:
            Z = self.embedder._outputs(take_rows(X, asked), "score_pairs")
        except DataError as error:
            raise DataError(f"{error}{_counted(error, asked, nodes)}") from error
        return self.score_places(Z, places.reshape(ends.shape), logits)

    def score_places(self, Z: np.ndarray, places: np.ndarray, logits: bool) -> np.ndarray:
        """Probabilities or logits (pairs,) of places (pairs, 2) among embeddings, both of which were checked."""
        if (end := _common_end(places)) is not None:  # one node against many, as requests mostly are
            others = places[:, 1 - end]
            one_end = self._one_end(Z[places[0, end]], lambda start: Z[others[start : start + PAIRS]])
            return self._answered(one_end, len(places), logits)

        def block(start: int) -> np.ndarray:
            ends = places[start : start + PAIRS]
            return self.logits(Z[ends[:, 0]], Z[ends[:, 1]])

        return self._answered(block, len(places), logits)

    def _one_end(self, z: np.ndarray, others: Callable[[int], np.ndarray]) -> Callable[[int], np.ndarray]:
        """What scores one embedding against some of the others, from a place among them on."""
        score = self.against(z)
        return lambda start: score(self.held(others(start)))

    def index(self, X: Any, ids: Any = None) -> LinkIndex:
        """The embeddings of candidates, made once, for many questions.

        Args:
            X: rows, as in `embed`.
            ids: as in `score_pairs`.

        Raises:
            DataError: as `embed`, or for ids that are not one a row, each once.
        """
        X, ids = self._apart(X, ids)
        return LinkIndex(self, self.embedder._outputs(X, "index"), ids)

    def top(self, X: Any, node: Any, k: int = 10, candidates: Any = None, ids: Any = None) -> Top:
        """The k nodes that a node most probably links to; exact, and equal ones in the order of rows or candidates.

        All rows are embedded for it: whoever asks more than once makes an `index`.

        Args:
            X: rows, as in `embed`.
            node: whose links are asked for: its row number, or its id. It is no candidate of its own.
            k: how many are wanted; fewer are given where there are fewer candidates.
            candidates: (candidates,) row numbers or ids; default: all rows.
            ids: as in `score_pairs`.

        Returns:
            `ids` (k,) and `scores` (k,), probabilities, best first.

        Raises:
            ConfigError: for k below 1.
            DataError: as `embed`, for a node or candidates that are in no row, or without a candidate.
        """
        return self.index(X, ids).top(node, k, candidates)

    def _apart(self, X: Any, ids: Any) -> tuple[Any, Any]:
        return apart(X, ids, self.id_column, keep=self.columns is not None)

    def _answered(self, block: Callable[[int], np.ndarray], count: int, logits: bool) -> np.ndarray:
        parts = [block(start) for start in range(0, count, PAIRS)]
        found = np.concatenate(parts) if parts else np.empty(0, np.float32)
        return found if logits else sigmoid(found)


def _common_end(places: np.ndarray) -> int | None:
    """Which column of several pairs holds the same node throughout, if one does."""
    same = (places == places[:1]).all(axis=0)
    return int(same.argmax()) if len(places) > 1 and same.any() else None


def _counted(error: DataError, asked: np.ndarray, nodes: LinkNodes) -> str:
    """Which rows an error speaks of that counts the asked ones alone."""
    if len(asked) == nodes.count:
        return ""
    if isinstance(error, RowsError) and error.rows:
        return f"; row {error.rows[0]} of those in pairs is the node {nodes.shown(int(asked[error.rows[0]]))}"
    return f"; counted are the {len(asked):,} rows that are in pairs, in their order"


def _embeddings(Z: Any, width: int, name: str) -> np.ndarray:
    """Embeddings (rows, width) from outside, checked."""
    from gnn2mlp.core.tables import check_table

    found = np.asarray(Z.detach().cpu() if hasattr(Z, "detach") else Z)
    found = found[None] if found.ndim == 1 else found
    if found.ndim != 2 or found.shape[1] != width:
        raise DataError(
            f"{name}: expected embeddings of shape (pairs, {width}), as embed gives them, got {found.shape}"
        )
    return check_table(found, name)  # type: ignore[no-any-return]
