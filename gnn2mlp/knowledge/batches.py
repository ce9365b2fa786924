"""Knowledge a batch of rows at a time, from either kind of file, with ids of any type."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch

from gnn2mlp.core import parquet
from gnn2mlp.core.errors import DataError
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.parquet import NODE_ID, ParquetSource, open_source

ARTEFACT = ".safetensors"


class KnowledgeBatch(NamedTuple):
    """Some consecutive rows of a table.

    Args:
        ids: as the file has them, a chunked array of pyarrow.
        knowledge: of these rows, whose ids there are their places in the table, with the card and what nodes share.
    """

    ids: Any
    knowledge: TeacherKnowledge


class KnowledgeFile:
    """A file of knowledge, open to be read in batches.

    Args:
        path: an artefact if its name ends in `.safetensors`, else a Parquet table as `read_parquet` reads it.
        id_column: of a Parquet table; `node_id` is taken where there is no such column.

    Raises:
        ConfigError: if pyarrow is not installed.
        ArtefactError: if the file is missing or damaged.
        DataError: if a Parquet table's columns do not fit.
    """

    def __init__(self, path: Path, id_column: str = NODE_ID):
        self.path = path
        self._whole = TeacherKnowledge.load(path) if path.suffix == ARTEFACT else None
        self._source = None if self._whole is not None else open_source(path, id_column)

    @property
    def id_column(self) -> str:
        """What the column of ids is called."""
        return NODE_ID if self._source is None else self._source.id_column

    @property
    def id_type(self) -> Any:
        """The arrow type of ids."""
        return parquet.pyarrow_modules()[0].int64() if self._source is None else self._source.id_type

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that are no knowledge."""
        return () if self._source is None else self._source.unused

    def batches(self) -> Iterator[KnowledgeBatch]:
        """Consecutive rows, at least one batch. A checksum of everything is compared before the first.

        Raises:
            ArtefactError: if the file turns out to be damaged or altered.
            DataError: for values that do not fit.
        """
        if self._source is not None:
            yield from _of_table(self._source)
            return
        whole = self._whole
        assert whole is not None, "one of both is open"
        arrow, _ = parquet.pyarrow_modules()
        for rows in torch.arange(whole.node_ids.numel()).split(parquet.BATCH_ROWS):
            taken = whole.take(rows)
            ids = arrow.chunked_array([arrow.array(taken.node_ids.numpy())])
            yield KnowledgeBatch(ids, TeacherKnowledge(rows, taken.values, whole.card))


def _of_table(source: ParquetSource) -> Iterator[KnowledgeBatch]:
    if source.sealed:
        source.check(source.digest())
    first = 0
    for table in parquet.read_batches(source.file, source.path, [source.id_column, *source.columns]):
        ids = table.column(source.id_column)
        if ids.null_count:
            raise DataError(f"{source.path}: column {source.id_column!r}: expected an id in every row, got gaps")
        yield KnowledgeBatch(ids, source.decoded(table, torch.arange(first, first + len(ids))))
        first += len(ids)
