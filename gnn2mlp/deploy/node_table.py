"""The nodes that links are scored between: a table with a row and an id for each, read in batches."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import user_path
from gnn2mlp.core.parquet import BATCH_ROWS, open_table, pyarrow_modules, reading
from gnn2mlp.deploy.table_scoring import footer, source_files
from gnn2mlp.tables.lookup import NodeIds
from gnn2mlp.tables.reading import check_exists, column_of, has_types, read_table

_PARQUET = (".parquet", ".pq")


class NodeTable:
    r"""Nodes of a file. Parquet (a file, or a folder of files) is read in a stream, all other kinds at once.

    Args:
        path: of the table: Parquet, CSV, Arrow or Feather.
        id_column: the column of ids, of any type.
        kind: the Arrow type of the ids of a CSV file, or `"text"` (default).

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "pages.csv"
        ...     _ = path.write_text("page,likes\np7,3\np3,1\n")
        ...     nodes = NodeTable(path, "page")
        ...     nodes.ids.rows(["p3", "p8"]).tolist(), len(nodes)
        ([1, -1], 2)
    """

    def __init__(self, path: str | Path, id_column: str, kind: Any = "text"):
        self.path, self.id, self._kind = user_path(path, "nodes"), id_column, kind
        check_exists(self.path, "nodes")
        self._streamed = self.path.is_dir() or self.path.suffix.lower() in _PARQUET
        self._files = source_files(self.path, "nodes") if self._streamed else []
        for schema in self.schemas:
            column_of(schema.empty_table(), id_column, "nodes", "--id")

    def __len__(self) -> int:
        if not self._streamed:
            return int(self._table.num_rows)
        return sum(open_table(file).metadata.num_rows for file in self._files)

    @cached_property
    def schemas(self) -> list[Any]:
        """Of Arrow, one for each file."""
        if not self._streamed:
            return [self._table.schema]
        return [open_table(file).schema_arrow for file in self._files]

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """Differs from that of other nodes: files by name, size and footer, or by their content."""
        if not self._streamed:
            from gnn2mlp.core.digest import digest_path  # which loads torch

            return (self.id, str(self._kind), digest_path(self.path))
        return (self.id, *(f"{file.name} {file.stat().st_size} {footer(file).hex()}" for file in self._files))

    @cached_property
    def raw_ids(self) -> Any:
        """The ids as the table has them, a chunked array of Arrow."""
        arrow, _ = pyarrow_modules()
        if not self._streamed:
            return self._table[self.id]
        chunks = [batch.column(0) for _, batch in self.batches([self.id])]
        return arrow.chunked_array(chunks, type=self.schemas[0].field(self.id).type)

    @cached_property
    def ids(self) -> NodeIds:
        """The id of each row.

        Raises:
            DataError: for a gap, an id that is there twice, or values that are no ids.
        """
        return NodeIds(self.raw_ids, f"column {self.id!r} of the nodes")

    def batches(self, columns: Sequence[str], skip: int = 0) -> Iterator[tuple[str, Any]]:
        """Record batches of some columns, each with what names it in messages.

        Args:
            columns: by their names.
            skip: so many rows at the beginning are left out.
        """
        at = 0
        for where, read in self._readers(columns):
            first = at
            for batch in read():
                begin, at = at, at + batch.num_rows
                if at > skip:
                    cut = max(0, skip - begin)
                    yield f"{where}, rows {begin - first + cut} to {at - first - 1}", batch.slice(cut)

    def _readers(self, columns: Sequence[str]) -> Iterator[tuple[str, Callable[[], Iterator[Any]]]]:
        if not self._streamed:
            table = self._table.select(list(columns))
            yield str(self.path), lambda: iter(table.combine_chunks().to_batches(max_chunksize=BATCH_ROWS))
        for file in self._files:
            yield str(file), lambda file=file: _batches_of(file, columns)  # type: ignore[misc]

    @cached_property
    def _table(self) -> Any:
        return read_table(self.path, "nodes", None if has_types(self.path) else {self.id: self._kind})


def _batches_of(file: Path, columns: Sequence[str]) -> Iterator[Any]:
    with reading(file):
        yield from open_table(file).iter_batches(BATCH_ROWS, columns=list(columns))
