"""Tables from files, as Arrow tables: CSV, Parquet, Arrow and Feather. Nothing becomes a Python object per cell."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, listing, nearest
from gnn2mlp.core.tables import GAPS

_TEXTS = (".csv", ".tsv", ".txt")
_PACKED = (".gz", ".bz2", ".zst", ".lz4")
_ARROW = (".arrow", ".feather", ".ipc")
_PARQUET = (".parquet", ".pq")
# Bytes of a CSV file from which the type of its columns is told.
_BLOCK = 1 << 24
_SHOWN = 12


Types = Mapping[str, Any] | Callable[[Sequence[str]], Mapping[str, Any]]


def read_table(path: str | Path, what: str = "table", types: Types | None = None) -> Any:
    r"""The table in a file, or in a folder of Parquet files, as a `pyarrow.Table`.

    Columns of CSV files get the type of what is in them, dates and times in ISO form included; a column whose later
    rows are of another type than its first ones is read again as numbers with decimals, or as text.

    Args:
        path: ends in .csv, .tsv or .txt (also .csv.gz, .bz2, .zst), .parquet, .arrow, .feather or .ipc.
        what: it is, for messages.
        types: of columns of a CSV file, by name, that are not to be told from their content: `"text"`, which leaves
            an id such as 007 as it is written, or an Arrow type.

    Raises:
        ConfigError: if pyarrow is not installed, there is no such file, or it is of no such kind.
        ArtefactError: if the file cannot be read as what its name says.
        DataError: if it has no rows, a column twice, or in a column of `types` values of another one.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "nodes.csv"
        ...     _ = path.write_text("id,price,since\n007,1.5,2024-02-01\n012,,2024-03-01\n")
        ...     table = read_table(path, types={"id": "text"})
        >>> table.column_names, table["id"].to_pylist(), table["price"].to_pylist()
        (['id', 'price', 'since'], ['007', '012'], [1.5, None])
        >>> str(table["since"].type)
        'date32[day]'
    """
    path = Path(path)
    reader = _reader(path, what, types or {})
    check_exists(path, what)
    table = _read(path, what, reader)
    names = table.column_names
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{what}: expected each column once, got {twice!r} twice in {path}; rename or drop one")
    if not table.num_rows:
        raise DataError(f"{what}: expected rows, got an empty table in {path}; write it again")
    return table


def check_exists(path: Path, what: str) -> None:
    """Raise `ConfigError`, with the nearest name in its folder, unless there is a file or a folder at `path`."""
    if path.exists():
        return
    others = path.parent.iterdir() if path.parent.is_dir() else ()
    near = nearest(path.name, [other.name for other in others if not other.name.startswith(".")])
    raise ConfigError(f"{what}: expected a file at {path}, found none{near}")


def column_of(table: Any, name: str, what: str, option: str) -> Any:
    """A column of a table by its name.

    Args:
        table: of Arrow.
        name: of the column.
        what: the table is, for messages.
        option: that names the column, for messages.

    Raises:
        ConfigError: if there is none, with the nearest match.
    """
    if name not in table.column_names:
        columns = listing([*map(repr, table.column_names)], _SHOWN)
        raise ConfigError(
            f"{option}: the {what} have no column {name!r}{nearest(name, table.column_names)} (columns: {columns})"
        )
    return table[name]


def has_types(path: str | Path) -> bool:
    """Whether a file of this name says of which type its columns are, as Parquet and Arrow do, and CSV does not."""
    suffixes = {suffix.lower() for suffix in Path(path).suffixes[-2:]}
    return not suffixes & set(_TEXTS)


def id_type(kind: Any) -> Any:
    """The type as which `read_table` is to read ids of a CSV file that are compared with ids of an Arrow type.

    Example:
        >>> import pyarrow as pa
        >>> str(id_type(pa.int32())), id_type(pa.large_string())
        ('int32', 'text')
    """
    types = arrow().types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return kind if types.is_integer(kind) or types.is_temporal(kind) else "text"


def arrow() -> Any:
    """`pyarrow`; `ConfigError` if it is not installed."""
    try:
        import pyarrow
    except ImportError as error:
        raise ConfigError("tables in files need pyarrow; install the extra: pip install 'gnn2mlp[parquet]'") from error
    return pyarrow


def _reader(path: Path, what: str, types: Types) -> Callable[[Path], Any]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-1] if suffixes else ""
    kind = suffixes[-2] if last in _PACKED and len(suffixes) > 1 else last
    if kind in _TEXTS:
        return lambda path: _read_csv(path, kind, types, what)
    if last in _PARQUET or path.is_dir():
        return _read_parquet
    if last in _ARROW:
        return _read_arrow
    known = ", ".join((*_TEXTS, ".csv.gz", *_PARQUET, *_ARROW))
    raise ConfigError(f"{what}: expected a file whose name ends in {known}, got {path}; convert it, or rename it")


def _read(path: Path, what: str, reader: Callable[[Path], Any]) -> Any:
    pyarrow = arrow()
    try:
        return reader(path)
    except DataError:
        raise
    except UnicodeDecodeError as error:
        raise ArtefactError(f"{what}: expected text in UTF-8 in {path}; save the file as UTF-8") from error
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        reason = " ".join(str(error).split())
        if "UTF8" in reason:
            raise ArtefactError(f"{what}: {path} is not in UTF-8 ({reason}); save the file as UTF-8") from error
        if "Empty CSV" in reason:
            raise DataError(f"{what}: expected rows, got an empty file at {path}; write it again") from error
        raise ArtefactError(f"{what}: could not read {path} ({reason}); write it again") from error


def _read_parquet(path: Path) -> Any:
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path)


def _read_arrow(path: Path) -> Any:
    import pyarrow.feather
    import pyarrow.ipc

    try:
        return pyarrow.feather.read_table(path)
    except arrow().ArrowInvalid:  # not the file format: perhaps the stream format
        with arrow().memory_map(str(path)) as file:
            return pyarrow.ipc.open_stream(file).read_all()


_CONVERSION = re.compile(r"In CSV column #(\d+):.*conversion error to (\w+)(?:.*invalid value ('.*'))?", re.DOTALL)


def _read_csv(path: Path, kind: str, types: Types, what: str) -> Any:
    """Read the file, and once more for each column that turns out to be of another type than its begin."""
    import pyarrow.csv as csv

    pyarrow = arrow()
    names, delimiter = _header(path, kind)
    types = types(names) if callable(types) else types
    told = {name: pyarrow.string() if wanted == "text" else wanted for name, wanted in types.items() if name in names}
    while True:
        options = csv.ConvertOptions(column_types=told, null_values=GAPS, strings_can_be_null=True)
        try:
            table = csv.read_csv(
                path,
                read_options=csv.ReadOptions(block_size=_BLOCK),
                parse_options=csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=options,
            )
        except pyarrow.ArrowInvalid as error:
            found = _CONVERSION.search(str(error))
            if found is None:
                raise
            name = names[int(found[1])]
            if told.get(name) == pyarrow.string():
                raise
            if name in types:
                raise DataError(
                    f"{what}: expected {types[name]} in column {name!r} of {path}, as the ids that it is compared with "
                    f"are, got {found[3] or 'others'}; write both alike, as numbers or as text"
                ) from error
            wider = pyarrow.float64() if found[2].startswith("int") else pyarrow.string()
            told[name] = pyarrow.string() if told.get(name) == wider else wider
        else:
            return _with_numbers(table, told)


def _header(path: Path, kind: str) -> tuple[list[str], str]:
    """The names of the columns, and what stands between them: a tab in .tsv, else the first of `,;` and tab in it."""
    import csv

    with arrow().input_stream(str(path), compression="detect") as file:
        line = file.read(1 << 16).decode("utf-8-sig", errors="strict" if kind else "replace").splitlines()[:1] or [""]
    candidates = "\t" if kind == ".tsv" else ",;\t"
    delimiter = next((mark for mark in candidates if mark in line[0]), candidates[0])
    return next(csv.reader(line, delimiter=delimiter), []), delimiter


def _with_numbers(table: Any, told: Mapping[str, Any]) -> Any:
    """The table with numbers in place of text that is numbers, but for cells that say NA."""
    import pyarrow.compute as compute

    pyarrow = arrow()
    for place, field in enumerate(table.schema):
        if field.type != pyarrow.string() or field.name in told:
            continue
        is_gap = compute.equal(table[field.name], "NA")
        if not compute.any(is_gap).as_py():
            continue
        rest = compute.if_else(is_gap, pyarrow.scalar(None, pyarrow.string()), table[field.name])
        try:
            numbers = rest.cast(pyarrow.float64())
        except pyarrow.ArrowInvalid:
            continue
        if numbers.null_count < len(numbers):
            table = table.set_column(place, field.name, numbers)
    return table
