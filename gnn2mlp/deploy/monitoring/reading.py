"""The batches of a table in files, with the columns that a profile knows. Imports no torch."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.parquet import BATCH_ROWS, open_table, pyarrow_modules, reading
from gnn2mlp.core.tables import GAPS
from gnn2mlp.deploy.monitoring.profile import Profile
from gnn2mlp.deploy.table_scoring import source_files

_TEXTS = (".csv", ".tsv", ".txt")


class TableBatches(NamedTuple):
    """A table that is read in batches.

    Args:
        batches: record batches of the columns that are needed.
        extra: names of its other columns.
        rows: how many there are; `None` where that is known at the end alone.
    """

    batches: Iterator[Any]
    extra: list[str]
    rows: int | None


def table_batches(source: str | Path, profile: Profile, labels: Sequence[str] = ()) -> TableBatches:
    """Open a Parquet file, a folder of such files, or a CSV file.

    Args:
        source: where it is.
        profile: whose columns are read.
        labels: further columns to read.

    Raises:
        ConfigError: if there is no such file.
        ArtefactError: if it cannot be read, now or while batches are taken.
    """
    path = user_path(source, "source")
    needed = {*(column.name for column in profile.columns), *labels}
    if path.is_file() and path.suffix.lower() in _TEXTS:
        return _of_text(path, profile, needed)
    files = source_files(path)
    tables = [open_table(file) for file in files]
    names = tables[0].schema_arrow.names
    for file, table in zip(files, tables, strict=True):
        if table.schema_arrow.names != names:
            raise ConfigError(f"source: expected the columns of {files[0]} in every file, got others in {file}")
    kept = [name for name in names if name in needed]

    def batches() -> Iterator[Any]:
        for file, table in zip(files, tables, strict=True):
            with reading(file):
                if kept:
                    yield from table.iter_batches(BATCH_ROWS, columns=kept)
                else:
                    yield table.read(columns=[]).slice(0, 0)

    rows = sum(table.metadata.num_rows for table in tables)
    return TableBatches(batches(), [name for name in names if name not in needed], rows)


def _of_text(path: Path, profile: Profile, needed: set[str]) -> TableBatches:
    """A CSV file in a stream; columns that were texts or categories in training are read as texts."""
    arrow, _ = pyarrow_modules()
    from pyarrow import csv

    texts = {c.name: arrow.string() for c in profile.columns if c.kind in ("category", "text")}
    tab = "\t" if path.suffix.lower() == ".tsv" else ","
    convert = csv.ConvertOptions(column_types=texts, null_values=list(GAPS), strings_can_be_null=True)
    try:
        reader = csv.open_csv(path, parse_options=csv.ParseOptions(delimiter=tab), convert_options=convert)
    except (OSError, arrow.ArrowException) as error:
        raise ArtefactError(f"expected a table of text at {path}, got: {error}") from error
    names = list(reader.schema.names)
    kept = [name for name in names if name in needed]

    def batches() -> Iterator[Any]:
        try:
            for batch in reader:
                yield batch.select(kept)
        except (OSError, arrow.ArrowException) as error:
            raise ArtefactError(
                f"{path}: a later row is of another type than the first ones ({error}); write it as Parquet, whose "
                "columns have types"
            ) from error

    return TableBatches(batches(), [name for name in names if name not in needed], None)
