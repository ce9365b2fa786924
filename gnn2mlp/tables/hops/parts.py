"""Parts of hop features: small Parquet files, each written in one step, and notes of what is finished."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import atomic, read_json, write_json
from gnn2mlp.core.parquet import one_array, open_table, pyarrow_modules, reading
from gnn2mlp.tables.hops.plan import HopPlan

FEATURES = "features"


class HopParts:
    """The files of one hop in a folder, one for each part of a plan.

    A column of ids as the user has them, and `features`, lists of float32 of one length. By their type lists have any
    length and no gaps, which Arrow reads several times as fast as lists of a fixed length.

    Args:
        folder: of all hops.
        hop: 0 for the features themselves.
        plan: how rows are cut.
        id_column: what the column of ids is called.
    """

    def __init__(self, folder: Path, hop: int, plan: HopPlan, id_column: str):
        self.folder = folder / f"hop-{hop}"
        self.plan = plan
        self.id_column = id_column

    def path(self, part: int) -> Path:
        """Where a part is."""
        return self.folder / f"part-{part:06d}.parquet"

    def write(self, part: int, ids: Any, rows: np.ndarray) -> str:
        """Write a part in one step.

        Args:
            part: its number.
            ids: an arrow array, as the user has them.
            rows: float32 (rows, width).

        Returns:
            The SHA-256 of the file.

        Raises:
            ArtefactError: if it cannot be written.
        """
        arrow, parquet = pyarrow_modules()
        lists = arrow.list_(arrow.field("item", arrow.float32(), nullable=False))
        offsets = arrow.array(np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1])
        flat = arrow.array(np.ascontiguousarray(rows).reshape(-1))
        column = arrow.ListArray.from_arrays(offsets, flat, type=lists)
        schema = arrow.schema(
            [arrow.field(self.id_column, ids.type, nullable=False), arrow.field(FEATURES, lists, nullable=False)]
        )
        stream = arrow.BufferOutputStream()
        # Floats do not compress, and statistics of them are of no use.
        parquet.write_table(
            arrow.table([ids, column], schema=schema),
            stream,
            compression={self.id_column: "zstd", FEATURES: "none"},
            use_dictionary=False,
            write_statistics=False,
            write_page_checksum=True,
        )
        content = stream.getvalue()
        atomic(self.path(part), lambda file: file.write(content))
        return hashlib.sha256(content).hexdigest()

    def rows(self, part: int) -> np.ndarray:
        """Float32 (rows, width) of a part.

        Raises:
            ArtefactError: if the file is missing, damaged, or has other rows than the plan says.
        """
        column = self._column(part, FEATURES)
        values = column.flatten().to_numpy(zero_copy_only=False)
        if values.size != len(column) * self.plan.width:
            raise ArtefactError(f"{self.path(part)}: expected rows of {self.plan.width} numbers; propagate again")
        return np.asarray(values.reshape(len(column), self.plan.width))

    def ids(self, part: int) -> Any:
        """The ids of a part as the user has them, an arrow array."""
        return self._column(part, self.id_column)

    def _column(self, part: int, name: str) -> Any:
        path = self.path(part)
        with reading(path):
            column = one_array(open_table(path).read(columns=[name]).column(0))
        if len(column) != self.plan.part_rows(part):
            raise ArtefactError(
                f"{path}: expected {self.plan.part_rows(part)} rows, got {len(column)}; remove the folder and "
                "propagate again"
            )
        return column

    def block(self, block: int, out: np.ndarray) -> np.ndarray:
        """The rows of a block, written into the memory `out` (at least so many rows, width)."""
        begin = 0
        for part in self.plan.parts_of(block):
            rows = self.rows(part)
            out[begin : begin + len(rows)] = rows
            begin += len(rows)
        return out[:begin]


class Notes:
    """What is finished: a small JSON file for each step, written after everything that it speaks of.

    Args:
        folder: of these files.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def read(self, *step: str | int) -> dict[str, Any] | None:
        """What was noted of a step, or `None`: it is not finished."""
        with suppress(ArtefactError):
            found = read_json(self._path(step))
            return found if isinstance(found, dict) else None
        return None

    def write(self, note: dict[str, Any], *step: str | int) -> None:
        """Note that a step is finished."""
        write_json(self._path(step), note)

    def _path(self, step: Sequence[str | int]) -> Path:
        return self.folder / f"{'-'.join(map(str, step))}.json"
