"""What is asked for answers to a table: a function of record batches that says what it reads. Imports no torch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from gnn2mlp.core.progress import Progress


class TableScorer(Protocol):
    """A function of record batches of Arrow, as `score_table` takes it: `BatchScorer`, `PairScorer`, `TopScorer`.

    What comes out of a row depends on that row alone, so that batches may be cut anywhere.
    """

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that are read."""

    @property
    def keep(self) -> tuple[str, ...]:
        """The columns that are handed on."""

    @property
    def identity(self) -> tuple[Any, tuple[Any, ...]]:
        """What decides the answers beside the rows: the model, and what is asked of it."""

    def output_schema(self, schema: Any) -> Any:
        """The schema of what comes out of batches of `schema`; raises if there are no such columns."""

    def prepare(self, folder: Path, files: Sequence[Path], progress: Progress) -> None:
        """Make what all rows are answered from, before the first of them is.

        Args:
            folder: for files that are wanted until all rows are answered; after a kill it is there as it was.
            files: the Parquet files whose rows will be asked for.
            progress: told how far it is.
        """

    def __call__(self, batch: Any) -> Any:
        """The answers of a record batch as one record batch."""
