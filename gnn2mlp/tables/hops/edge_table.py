"""A Parquet table of edges, larger than the memory: its ends in batches, as ids of the nodes' kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.core.parquet import one_array, open_table, pyarrow_modules, reading
from gnn2mlp.tables.edges import WEIGHTS, check_end_names, end_columns
from gnn2mlp.tables.ids import Ids

# Edges that are read at once.
BATCH = 1 << 18


class EdgeTable:
    """An open table of edges.

    Args:
        path: of the Parquet file.
        source: column of one end; default: as `end_columns` tells.
        target: column of the other.
        weight: column of weights; default: `weight`, if there is one.

    Raises:
        ConfigError: if pyarrow is not installed, or a named column is not there.
        ArtefactError: if the file is missing or damaged.
        DataError: for fewer than two columns.
    """

    def __init__(self, path: Path, source: str | None = None, target: str | None = None, weight: str | None = None):
        self.path = path
        self._file = open_table(path)
        names = self._file.schema_arrow.names
        check_end_names(source, target)
        for name in (source, target, weight):
            if name is not None and name not in names:
                raise ConfigError(f"edges: {path} has no column {name!r}{nearest(name, names)}")
        both = (source, target) if source is not None and target is not None else end_columns(names, str(path))
        self.ends: tuple[str, str] = both
        taken = next((name for name in names if name.casefold() in WEIGHTS and name not in both), None)
        self.weight = taken if weight is None else weight

    @property
    def rows(self) -> int:
        """How many edges there are."""
        return int(self._file.metadata.num_rows)

    def joined_ids(self, nodes: Ids, where: str) -> Ids:
        """The kind as which ids of the nodes are compared with those of both ends.

        Raises:
            DataError: if none of an end can equal one of the nodes'.
        """
        for end in self.ends:
            kind = Ids.of(self._file.schema_arrow.field(end).type, self._where(end))
            nodes = nodes.joined_with(kind, where, self._where(end))
        return nodes

    def batches(self, ids: Ids) -> Iterator[Any]:
        """Record batches with `source`, `target` and, where there is one, `weight`; edges with a gap are left out.

        Raises:
            DataError: for ids that do not fit, or weights that are not finite numbers above 0.
            ArtefactError: if the file turns out to be damaged.
        """
        arrow, _ = pyarrow_modules()
        wanted = [*self.ends, *([] if self.weight is None else [self.weight])]
        with reading(self.path):
            for batch in self._file.iter_batches(batch_size=BATCH, columns=wanted):
                table = arrow.Table.from_batches([batch])
                present = [table.column(end).is_valid() for end in self.ends]
                if not all(column.null_count == 0 for column in table.columns[:2]):
                    table = table.filter(arrow.compute.and_(*present))
                columns = [ids.read(table.column(end), self._where(end)) for end in self.ends]
                names = ["source", "target"]
                if self.weight is not None:
                    columns.append(arrow.array(self._weights(table.column(self.weight))))
                    names.append("weight")
                yield arrow.record_batch(columns, names=names)

    def schema(self, ids: Ids) -> Any:
        """The arrow schema of `batches`."""
        arrow, _ = pyarrow_modules()
        weight = [] if self.weight is None else [("weight", arrow.float64())]
        return arrow.schema([("source", ids.compared), ("target", ids.compared), *weight])

    def _weights(self, column: Any) -> np.ndarray:
        arrow, _ = pyarrow_modules()
        try:
            values = one_array(column).cast(arrow.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
        except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError) as error:
            raise DataError(f"{self._where(str(self.weight))}: expected numbers as weights, got {error}") from error
        with np.errstate(over="ignore"):
            single = values.astype(np.float32)
        wrong = np.flatnonzero(~(np.isfinite(single) & (single > 0)))
        if wrong.size:
            raise DataError(
                f"{self._where(str(self.weight))}: expected finite weights above 0, got {values[wrong[0]]}; fill gaps, "
                "and leave out edges that are none"
            )
        return np.asarray(values)

    def _where(self, name: str) -> str:
        return f"{self.path}: column {name!r}"
