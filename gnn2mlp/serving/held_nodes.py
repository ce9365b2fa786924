"""The nodes that a server of links holds: embedded once, found by their ids, and searched. Imports no torch."""

import datetime
import logging
import time
import uuid
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.showing import call
from gnn2mlp.deploy.candidate_search import CandidateSearch, Neighbours
from gnn2mlp.deploy.link_shortlist import Recall
from gnn2mlp.deploy.link_tables import links_in, rows_in
from gnn2mlp.deploy.node_embeddings import embedded
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.onnx_link_predictor import OnnxLinkPredictor
from gnn2mlp.deploy.pair_scorer import SCORE
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.serving.refusal import UNREADABLE, RefusalError, called
from gnn2mlp.serving.settings import NodeFiles
from gnn2mlp.serving.watching import moments
from gnn2mlp.tables.id_values import NAMES
from gnn2mlp.tables.reading import has_types

_LOG = logging.getLogger("gnn2mlp.serving")
# Of a short list: best candidates, and nodes, that its recall is measured on.
_BEST, _MEASURED = 10, 20


class HeldNodes:
    """Nodes of a table with their embeddings, and who of them may be answered.

    Args:
        table: of the nodes.
        search: among their embeddings.
        edition: differs where a table does.

    Attributes:
        recall: what share of the best a short list finds, measured on some of them; `None` where all are scored.
    """

    def __init__(self, table: NodeTable, search: CandidateSearch, edition: Hashable):
        self.id_column, self.search, self.edition = table.id, search, edition
        self.vectors = search.vectors
        self.recall: Recall | None = None
        self._where = table.path.name
        self._ids, self._raw = table.ids, table.raw_ids.combine_chunks()
        # One of them is found in a microsecond, for about 150 bytes each.
        self._place: dict[Any, int] | None = None
        if not self._ids.values.are_numbers:
            self._place = {one: row for row, one in enumerate(self._raw.to_pylist())}
        # A file of texts does not say whether its ids are numbers: 7 is the text 7 there.
        self._spells = self._ids.values.kind == "text" and not has_types(table.path)
        if self._ids.values.kind == "bytes":
            raise ConfigError(
                f"serve: {table.id!r} holds bytes, which JSON cannot name; give the nodes ids of numbers or text"
            )

    @classmethod
    def read(cls, predictor: OnnxLinkPredictor, files: NodeFiles, id_column: str) -> "HeldNodes":
        """Read the tables and embed every node, in blocks, in memory.

        Args:
            predictor: of links.
            files: the tables.
            id_column: of the nodes.

        Raises:
            ConfigError, DataError, ArtefactError: as `gnn2mlp.deploy.score_top`.

        Finding few ids of text, of candidates or known links, among many loads torch.
        """
        if id_column in (SCORE, *(predictor.feature_names or (FEATURES,))):
            why = "is the name of what is answered" if id_column == SCORE else "is read by the model as a feature"
            raise ConfigError(f"id: {id_column!r} {why}; name the column of the nodes that holds their ids")
        table = NodeTable(files.nodes, id_column)
        edition = files.shortlist, *(found for path in files.paths if path.exists() for found in moments(path))
        candidates = None if files.candidates is None else rows_in(files.candidates, id_column, table, "candidates")
        known = None if files.known is None else Neighbours(links_in(files.known, table))
        _LOG.info("embedding %s nodes of %s", f"{len(table.ids):,}", table.path.name)
        begin = time.perf_counter()
        vectors = embedded(predictor, table)
        _LOG.info("embedded them in %.1f seconds", time.perf_counter() - begin)
        rows = None if candidates is None else np.unique(candidates)
        made = cls(table, CandidateSearch(predictor, vectors, rows, known, files.shortlist), edition)
        some = np.random.default_rng(0).permutation(len(made))[:_MEASURED]
        made.recall = made.search.recall(some.tolist(), min(_BEST, made.candidates))
        return made

    def __len__(self) -> int:
        """How many nodes there are."""
        return len(self.vectors)

    def __repr__(self) -> str:
        return call(type(self).__name__, {"nodes": len(self), "candidates": self.candidates})

    @property
    def candidates(self) -> int:
        """How many of them may be answered."""
        return len(self.search)

    def rows(self, ids: Sequence[Any], names: Sequence[str]) -> np.ndarray:
        """int64 (ids,): the row of each id, as JSON has it, -1 of one that is no node's.

        Args:
            ids: of nodes.
            names: what each of them is, for messages.

        Raises:
            RefusalError: for an id of another type than the table's.
            DataError: for a number that 64 bits do not hold.
        """
        given = [self._typed(*one) for one in zip(ids, names, strict=True)]
        if self._place is None:
            return self._ids.rows(given, "ids")
        return np.array([self._place.get(one, -1) for one in given], np.int64)

    def named(self, rows: np.ndarray) -> list[Any]:
        """The ids of rows as JSON has them."""
        arrow, _ = pyarrow_modules()
        return [_plain(one) for one in self._raw.take(arrow.array(rows, arrow.int64())).to_pylist()]

    @property
    def example(self) -> Any:
        """The id of the first node."""
        return self.named(np.zeros(1, np.int64))[0]

    def unknown(self, value: Any, name: str) -> RefusalError:
        """What is told of an id that is no node's."""
        return RefusalError(
            UNREADABLE,
            f"{name}: expected the id of one of the {len(self):,} nodes of {self._where}, such as {self.example!r}, "
            f"got {_shown(value)}, which no row has; send the columns of a new node, as in the example of GET /model",
        )

    def _typed(self, value: Any, name: str) -> Any:
        """An id as the table has it."""
        kind = self._ids.values.kind
        if self._spells and type(value) is int:
            return str(value)
        is_number = kind in ("integer", "unsigned")
        if type(value) is not (int if is_number else str):
            raise self._other("a whole number" if is_number else "a text", value, name)
        try:
            return _READ[kind](value)
        except ValueError as error:
            raise self._other(f"{NAMES[kind]} in the form of the example", value, name) from error

    def _other(self, expected: str, value: Any, name: str) -> RefusalError:
        return RefusalError(
            UNREADABLE,
            f"{name}: expected as id {expected}, as {self.id_column!r} of {self._where} has, such as "
            f"{self.example!r}, got {_shown(value)}",
        )


def _plain(value: Any) -> Any:
    """An id as JSON has it; a whole number may be in a column of others."""
    if isinstance(value, int | str):
        return value
    if isinstance(value, float | Decimal):
        return int(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _shown(value: Any) -> str:
    return f"{value!r:.80}" if type(value) in (int, str) else called(value)


# From what JSON has to what a table has, by the kind of its ids.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "integer": int,
    "unsigned": int,
    "text": str,
    "uuid": uuid.UUID,
    "time": datetime.datetime.fromisoformat,
}
