"""The best candidates of each asked node: from record batches of ids to lines of id, rank, candidate and score."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.limits import check_count
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.candidate_search import CandidateSearch, Neighbours
from gnn2mlp.deploy.link_shortlist import Recall
from gnn2mlp.deploy.node_embeddings import NodeEmbeddings
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.pair_scorer import SCORE, check_ends, first_ids
from gnn2mlp.deploy.row_reader import column_of
from gnn2mlp.tables.edges import Edges
from gnn2mlp.tables.reading import column_of as named_column
from gnn2mlp.tasks.answers import sigmoid

RANK, CANDIDATE = "rank", "candidate"
# Asked nodes, at most, on which the recall of a short list is measured: all candidates are scored for each.
_RECALLED = 20


class TopScorer:
    """A link model as a function of record batches of ids, as `score_table` takes it: `k` lines for each, best first.

    A node is no candidate of its own, and equal scores go by the order of the nodes. Columns that come out: the id, as
    the asked table calls it, `rank` from 1, `candidate` (an id) and `score`. With a short list scores are right, too,
    but one of the best may be missed: `prepare` measures how many are, on some of the asked nodes, as `recall`.

    Args:
        predictor: a `LinkPredictor`.
        nodes: with the columns that it reads.
        asked: the column of ids in the batches.
        k: how many candidates; of a node with fewer, all.
        candidates: int64 (candidates,), rows of the nodes; default: all of them.
        known: links that are there already, which are no candidates; default: none.
        shortlist: score so many candidates of each node, which a linear stand-in for the decoder chooses (see
            `LinkIndex.approximate`), and not all; it takes 64 numbers a candidate in memory. Default: all.

    Attributes:
        recall: what share of the best is found; `None` where it is exact, or before `prepare`.

    Raises:
        ConfigError: for a `k` below 1, or above the number of candidates, or a short list below 1.
        DataError: for no candidate.
    """

    def __init__(
        self,
        predictor: BaseLinkPredictor,
        nodes: NodeTable,
        asked: str,
        k: int,
        candidates: np.ndarray | None = None,
        known: Edges | None = None,
        shortlist: int | None = None,
    ):
        check_count("top", 1, k=k)
        if shortlist is not None:
            check_count("top", 1, shortlist=shortlist)
        self.predictor, self.nodes, self.k = predictor, nodes, k
        self.reads = self.keep = (asked,)
        rows = None if candidates is None else np.unique(candidates)
        most = len(nodes) - 1 if rows is None else len(rows)
        if most < 1:
            raise DataError("candidates: expected at least one, got none; name some, or leave candidates out")
        if k > most:
            raise ConfigError(f"top: expected at most {most:,}, as many as a node has candidates, got {k:,}")
        self._candidates, self._known = rows, Neighbours(known) if known is not None else None
        self._size = shortlist
        self._search: CandidateSearch | None = None
        self.recall: Recall | None = None

    @property
    def identity(self) -> tuple[Any, tuple[Any, ...]]:
        """The model, the nodes, the candidates, and what is asked."""
        sha = hashlib.sha256(b"" if self._candidates is None else self._candidates.tobytes())
        if self._known is not None:
            sha.update(self._known.indptr.tobytes() + self._known.indices.tobytes())
        asked = "top", self.reads, self.k, self.nodes.identity, sha.hexdigest()
        return self.predictor.digest(), asked if self._size is None else (*asked, self._size)

    def output_schema(self, schema: Any) -> Any:
        """The schema of what comes out.

        Raises:
            ConfigError: if there is no column of the asked ids, or it has the name of another that comes out.
        """
        arrow, _ = pyarrow_modules()
        named_column(schema.empty_table(), self.reads[0], "asked nodes", "--id")
        if self.reads[0] in (RANK, CANDIDATE, SCORE):
            raise ConfigError(f"id: {self.reads[0]!r} is the name of a column that is written; rename it")
        made = [(RANK, arrow.int32()), (CANDIDATE, self.nodes.raw_ids.type), (SCORE, arrow.float32())]
        return arrow.schema([schema.field(self.reads[0]), *(arrow.field(name, kind) for name, kind in made)])

    def prepare(self, folder: Path, files: Sequence[Path], progress: Progress = silent) -> None:
        """Look whether all asked ids are nodes', then embed the nodes, or go on with it.

        Raises:
            DataError: for an id that is no node's; and as `NodeEmbeddings.make`.
        """
        check_ends(files, self.reads, self.nodes.ids, what="asked nodes")
        vectors = NodeEmbeddings.make(self.predictor, self.nodes, folder, "raise", progress).vectors
        self._search = CandidateSearch(self.predictor, vectors, self._candidates, self._known, self._size)
        if self._size is not None:
            some = self._rows(first_ids(files, self.reads[0], _RECALLED))
            self.recall = self._search.recall(some.tolist(), self.k)

    def __call__(self, batch: Any) -> Any:
        """The best candidates of the nodes of a record batch, as one record batch.

        Raises:
            ConfigError: before `prepare` was called.
        """
        arrow, _ = pyarrow_modules()
        if self._search is None:
            raise ConfigError("TopScorer: call prepare(folder, files) first, as score_table does")
        asked = column_of(batch, self.reads[0])
        rows = self._rows(asked)
        vectors = self._search.vectors
        found = [self._search.best(np.array(vectors[row]), self.k, row) for row in rows.tolist()]
        times = np.array([len(one.rows) for one in found], dtype=np.int64)
        chosen = np.concatenate([np.empty(0, np.int64), *(one.rows for one in found)])
        scores = sigmoid(np.concatenate([np.empty(0, np.float32), *(one.logits for one in found)]))
        ranks = np.concatenate([np.empty(0, np.int64), *(np.arange(1, count + 1) for count in times)])
        candidates = self.nodes.raw_ids.take(arrow.array(chosen)).combine_chunks()
        if isinstance(candidates, arrow.ChunkedArray):
            candidates = arrow.concat_arrays(candidates.chunks)
        columns = [
            asked.take(arrow.array(np.repeat(np.arange(len(rows)), times))),
            arrow.array(ranks, arrow.int32()),
            candidates,
            arrow.array(scores, arrow.float32()),
        ]
        return arrow.RecordBatch.from_arrays(columns, schema=self.output_schema(batch.schema))

    def _rows(self, asked: Any) -> np.ndarray:
        """int64 (asked,): rows of asked ids among the nodes."""
        return self.nodes.ids.rows(asked, f"asked nodes, column {self.reads[0]!r}")
