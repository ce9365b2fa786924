"""Scores of a table of pairs in a stream: from record batches of ids of two ends to those with a score."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.parquet import BATCH_ROWS, open_table, pyarrow_modules, reading
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.node_embeddings import NodeEmbeddings
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.row_reader import Errors, check_errors, column_of
from gnn2mlp.deploy.written_columns import with_reasons, written_schema
from gnn2mlp.tables.edges import check_end_names, end_columns
from gnn2mlp.tables.id_values import id_values
from gnn2mlp.tables.lookup import NodeIds
from gnn2mlp.tables.reading import column_of as named_column

SCORE = "score"
# Unknown ids that a message names.
_NAMED = 3


class PairScorer:
    """A link model as a function of record batches of pairs, as `score_table` takes it: a score for each, in order.

    Every node is embedded once, before the first pair is scored, into a file that is mapped into memory; a pair is two
    look-ups and the decoder. Columns that come out: those of `keep`, then `score`, as `LinkPredictor.score_pairs` gives
    it, and with `errors="null"` `error`.

    Args:
        predictor: a `LinkPredictor` or `OnnxLinkPredictor`.
        nodes: with the columns that it reads.
        source: the column of the pairs that holds one end.
        target: the other.
        keep: columns that are handed on; default: the two ends.
        errors: `"raise"`, or `"null"`: a pair with an id that is no node's, or a node that cannot be read, gets no
            score, and the reason in `error`.

    Raises:
        ConfigError: for an `errors` that is neither, or one column for both ends.
    """

    def __init__(
        self,
        predictor: BaseLinkPredictor,
        nodes: NodeTable,
        source: str,
        target: str,
        keep: Sequence[str] | None = None,
        errors: Errors = "raise",
    ):
        check_errors(errors)
        check_end_names(source, target, "pairs")
        self.predictor, self.nodes, self.errors = predictor, nodes, errors
        self.reads = (source, target)
        self.keep = self.reads if keep is None else tuple(keep)
        self._embedded: NodeEmbeddings | None = None

    @property
    def identity(self) -> tuple[Any, tuple[Any, ...]]:
        """The model, the nodes, and what is asked."""
        return self.predictor.digest(), ("pairs", *self.reads, self.keep, self.errors, self.nodes.identity)

    def output_schema(self, schema: Any) -> Any:
        """The schema of what comes out.

        Raises:
            ConfigError: for a column that is not there, or a name that two columns would have.
        """
        empty = schema.empty_table()
        for name, option in zip(self.reads, ("--source", "--target"), strict=True):
            named_column(empty, name, "pairs", option)
        for name in self.keep:
            named_column(empty, name, "pairs", "--keep")
        made = self._made(np.zeros(0, np.float32), [])
        return written_schema(schema, self.keep, {name: column.type for name, column in made.items()})

    def prepare(self, folder: Path, files: Sequence[Path], progress: Progress = silent) -> None:
        """Look whether all pairs are of nodes, then embed the nodes, or go on with it.

        Raises:
            DataError: for an id that is no node's, unless `errors="null"`; for no pair at all; and as
                `NodeEmbeddings.make`.
        """
        check_ends(files, self.reads, self.nodes.ids, self.errors)
        self._embedded = NodeEmbeddings.make(self.predictor, self.nodes, folder, self.errors, progress)

    def __call__(self, batch: Any) -> Any:
        """The scores of a record batch of pairs, as one record batch.

        Raises:
            ConfigError: before `prepare` was called.
            DataError: for an id that is no node's, unless `errors="null"`.
        """
        arrow, _ = pyarrow_modules()
        if self._embedded is None:
            raise ConfigError("PairScorer: call prepare(folder, files) first, as score_table does")
        ends = [column_of(batch, name) for name in self.reads]
        rows = np.stack(
            [self.nodes.ids.rows(end, f"pairs, column {name!r}") for end, name in zip(ends, self.reads, strict=True)]
        )
        reasons = self._reasons(rows, ends)
        known = np.array([reason is None for reason in reasons], dtype=bool)
        scores = np.zeros(batch.num_rows, np.float32)
        if known.any():
            one, other = np.split(self._embedded.of(rows[:, known].ravel()), 2)
            scores[known] = self.predictor.score(one, other)
        made = self._made(scores, reasons)
        kept = [column_of(batch, name) for name in self.keep]
        return arrow.RecordBatch.from_arrays([*kept, *made.values()], schema=self.output_schema(batch.schema))

    def _made(self, scores: np.ndarray, reasons: Sequence[str | None]) -> dict[str, Any]:
        made = {SCORE: pyarrow_modules()[0].array(scores)}
        return with_reasons(made, reasons) if self.errors == "null" else made

    def _reasons(self, rows: np.ndarray, ends: Sequence[Any]) -> list[str | None]:
        """For each pair why it has no score, if so."""
        assert self._embedded is not None
        reasons: list[str | None] = [None] * rows.shape[1]
        for end, of in zip(ends, rows, strict=True):
            for place in np.flatnonzero(of < 0).tolist():
                named = f"no node has the id {_shown(end, place)}"
                reasons[place] = named if end[place].is_valid else "an id is missing"
            if self._embedded.reasons:
                for place in np.flatnonzero(np.isin(of, [*self._embedded.reasons])).tolist():
                    row = int(of[place])
                    reasons[place] = f"node {self.nodes.ids.shown(row)}: {self._embedded.reasons[row]}"
        if self.errors == "raise" and (wrong := [reason for reason in reasons if reason is not None]):
            raise DataError(f"pairs: expected ids of the nodes, got another: {wrong[0]}")
        return reasons


def pair_columns(pairs: Path, source: str | None, target: str | None) -> tuple[str, str]:
    """The columns of the two ends of a Parquet table of pairs, as `read_edges` finds those of edges.

    Args:
        pairs: a file of the table.
        source: the column of one end, if it is named.
        target: the other; likewise.

    Raises:
        ConfigError: for one named without the other.
        DataError: for a table of fewer than two columns.
    """
    check_end_names(source, target, "pairs")
    if source is not None and target is not None:
        return source, target
    return end_columns(open_table(pairs).schema_arrow.names, "pairs")


def check_ends(
    files: Sequence[Path], columns: Sequence[str], ids: NodeIds, errors: Errors = "raise", what: str = "pairs"
) -> None:
    """Read the ids of tables, and raise in one sentence if some are no nodes'.

    Args:
        files: Parquet, of one table.
        columns: that hold ids.
        ids: of the nodes.
        errors: `"null"`: unknown ids are well; those of another type are not, as then none is known.
        what: the tables are, for messages.

    Raises:
        DataError: for unknown ids, of which some are named; for ids of another type; for no row at all.
    """
    lost: dict[str, None] = {}
    rows = unknown = 0
    for file in files:
        for batch in _batches(file, columns):
            rows += batch.num_rows
            missing = np.zeros(batch.num_rows, dtype=bool)
            for name in columns:
                column = column_of(batch, name)
                found = ids.rows(column, f"{file}, column {name!r}") < 0
                for place in np.flatnonzero(found)[:_NAMED].tolist():
                    lost[_shown(column, place)] = None
                missing |= found
            unknown += int(np.count_nonzero(missing))
    if not rows:
        raise DataError(f"{what}: expected rows, got an empty table in {files[0]}; write it again")
    if unknown and errors == "raise":
        others = "leave these pairs without a score: --errors null (in Python: errors='null')"
        raise DataError(
            f"{what}: expected ids of the nodes, got {listing([*lost], most=_NAMED)} in {unknown:,} of {rows:,} rows, "
            f"while {ids.where} has {ids.shown(0)}; add rows for them to the nodes, or "
            f"{others if len(columns) == 2 else 'ask for others'}"
        )


def first_ids(files: Sequence[Path], column: str, count: int) -> Any:
    """The first ids of a column of tables, so many at most.

    Args:
        files: Parquet, of one table, with a row.
        column: that holds ids.
        count: how many.
    """
    batch = next(batch for file in files for batch in _batches(file, [column]) if batch.num_rows)
    return column_of(batch, column).slice(0, count)


def _batches(file: Path, columns: Sequence[str]) -> Iterator[Any]:
    with reading(file):
        yield from open_table(file).iter_batches(BATCH_ROWS, columns=list(dict.fromkeys(columns)))


def _shown(column: Any, place: int) -> str:
    """An id as the user would write it."""
    if not column[place].is_valid:
        return "a gap"
    return id_values(column.slice(place, 1), "ids").shown(0)
