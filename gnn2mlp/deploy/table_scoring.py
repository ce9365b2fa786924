"""Answers for a Parquet table of any length, written part by part. Imports no torch."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, listing
from gnn2mlp.core.files import atomic, read_json, user_path, write_json
from gnn2mlp.core.locks import claimed
from gnn2mlp.core.parquet import is_text, open_table, parquet_place, pyarrow_modules, reading
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy.outside import check_place
from gnn2mlp.deploy.table_scorer import TableScorer
from gnn2mlp.deploy.written_columns import ERROR

# Rows that are scored at once, fewer where these have more bytes, and rows of a part: what is done anew after a kill.
BATCH_ROWS, BATCH_BYTES = 16_384, 2**26
PART_ROWS = 1_000_000
# Rows of what is written that are compressed together.
ROW_GROUP = 131_072
# Bytes of different values from which a column no longer looks for repeated ones: to look costs more than to write.
_DICTIONARY = 2**15
# In the metadata of what was written: what decided its content.
_IDENTITY = b"gnn2mlp.score"
_PLAN, _WHOLE = "plan.json", "whole.parquet"


class Scored(NamedTuple):
    """What `score_table` did.

    Args:
        out: the table that it wrote.
        rows: of it, as many as there were.
        failed: rows without an answer.
        reused: rows that an earlier call, which was interrupted, had scored already.
        seconds: that it took.
    """

    out: Path
    rows: int
    failed: int
    reused: int
    seconds: float


class Part(NamedTuple):
    """Consecutive row groups of a file, and the number of the first of their rows in it."""

    file: int
    groups: tuple[int, ...]
    rows: int
    first: int


def score_table(
    scorer: TableScorer,
    source: str | Path,
    out: str | Path,
    progress: Progress = silent,
    overwrite: bool = False,
    part_rows: int = PART_ROWS,
) -> Scored:
    """Score a Parquet table in a stream, in bounded memory: every row once, in its order.

    Parts of `out` are written into the folder `<out>.parts` beside it, each in one step; `out` itself is there once all
    of them are, in one step as well, and the folder then goes. The same call after a kill goes on with the parts that
    are missing. A part is some row groups of the source, so that a source of one huge row group is one part.

    Args:
        scorer: the student, and what is asked of it: a `BatchScorer`, or a `PairScorer` of links.
        source: a Parquet file, or a folder of such files, which are read in the order of their names.
        out: the Parquet file to write.
        progress: told after each batch, in rows.
        overwrite: whether another table at `out` is replaced.
        part_rows: about so many rows are a part.

    Raises:
        ConfigError: if there is no such source, `out` is a table of something else and not to be replaced, or what is
            asked for cannot be.
        DataError: for columns or rows that cannot be read; the message names the file and the row.
        ArtefactError: if a file of the source is damaged, `out` cannot be written, or another process is writing it.
    """
    begin, place = time.perf_counter(), parquet_place(out)
    files = source_files(user_path(source, "source"))
    if place in files:
        raise ConfigError(f"out: expected another file than the source, got {out}")
    tables = [open_table(file) for file in files]
    schema = common_schema(scorer, files, tables)
    identity = _identity(scorer, files, part_rows)
    plan = planned_parts(tables, part_rows)
    check_place(place.parent, "choose another folder for --out")
    with claimed(place) as alone:
        if not alone:
            raise ArtefactError(f"another process is writing {place}; wait for it, or choose another --out")
        if _is_done(place, identity, overwrite):
            with suppress(OSError):
                _clear(_folder(place))
            rows = sum(part.rows for part in plan)
            return Scored(place, rows, _failed([place]), rows, time.perf_counter() - begin)
        folder = _begun(place, identity)
        reused = _score_parts(scorer, files, tables, schema, plan, folder, progress)
        written = [_path(folder, number) for number in range(len(plan))]
        failed = _failed(written)
        _assemble(written, schema.with_metadata({_IDENTITY: identity.encode()}), place)
        with suppress(OSError):
            _clear(folder)
    return Scored(place, sum(part.rows for part in plan), failed, reused, time.perf_counter() - begin)


def source_files(source: Path, what: str = "source") -> list[Path]:
    """The Parquet files at a path: itself, or those of a folder in the order of their names.

    Args:
        source: the path.
        what: the table is, for messages.

    Raises:
        ConfigError: if there is none.
    """
    if source.is_dir():
        hidden = ("_", ".")  # what Spark and others write beside a table's own files
        found = [path for path in sorted(source.rglob("*.parquet")) if path.is_file()]
        found = [path for path in found if not any(n.startswith(hidden) for n in path.relative_to(source).parts)]
        if found:
            return found
    elif source.is_file():
        return [source]
    raise ConfigError(f"{what}: expected a Parquet file, or a folder with some, at {source}, found none")


def common_schema(scorer: TableScorer, files: Sequence[Path], tables: Sequence[Any]) -> Any:
    """The schema of what comes out, once all files are known to have the columns that it needs.

    Raises:
        ConfigError, DataError: as `BatchScorer.output_schema`, of any file.
    """
    first = tables[0].schema_arrow
    schema = scorer.output_schema(first)
    needed = [*scorer.reads, *scorer.keep]
    for path, table in zip(files, tables, strict=True):
        found = table.schema_arrow
        wrong = [name for name in needed if name not in found.names or found.field(name).type != first.field(name).type]
        if wrong:
            told = listing([f"{name!r} ({_type(found, name)}, there {_type(first, name)})" for name in wrong])
            raise DataError(f"score: expected the columns of {files[0]} in every file, got in {path} {told}")
    return schema


def _type(schema: Any, name: str) -> str:
    return str(schema.field(name).type) if name in schema.names else "missing"


def _identity(scorer: TableScorer, files: Sequence[Path], part_rows: int) -> str:
    """Decides what the parts hold: the student, what is asked of it, and the files by size and by their footers."""
    student, asked = scorer.identity
    sha = hashlib.sha256(repr((student, (*asked, part_rows))).encode())
    for path in files:
        sha.update(repr((path.name, path.stat().st_size)).encode() + footer(path))
    return sha.hexdigest()


def footer(path: Path) -> bytes:
    """The end of a Parquet file, which says of each column where it lies, how long it is, its least and its largest."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, 2)
        return file.read(length)


def planned_parts(tables: Sequence[Any], part_rows: int) -> list[Part]:
    """Row groups in their order, as many in a part as have no more than `part_rows` rows, at least one."""
    plan: list[Part] = []
    for number, table in enumerate(tables):
        first, part = 0, Part(number, (), 0, 0)
        for group in range(table.metadata.num_row_groups):
            rows = table.metadata.row_group(group).num_rows
            if part.groups and part.rows + rows > part_rows:
                plan.append(part)
                part = Part(number, (), 0, first)
            part = part._replace(groups=(*part.groups, group), rows=part.rows + rows)
            first += rows
        plan.append(part)
    return plan


def _is_done(out: Path, identity: str, overwrite: bool) -> bool:
    """Whether `out` is there already; raises `ConfigError` if something else is, and is not to be replaced."""
    if not out.exists():
        return False
    found = {} if not out.is_file() else _metadata(out)
    if found.get(_IDENTITY) == identity.encode():
        return True
    if not overwrite or not out.is_file():
        raise ConfigError(
            f"out: expected nothing at {out}, found something other than these answers; choose another name, or "
            "replace it with --overwrite"
        )
    return False


def _metadata(path: Path) -> Mapping[bytes, bytes]:
    try:
        return open_table(path).schema_arrow.metadata or {}
    except ArtefactError:
        return {}


def _folder(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts")


def _begun(out: Path, identity: str) -> Path:
    """The folder of parts: that of the same call if it was interrupted, else a new one."""
    folder = _folder(out)
    plan = folder / _PLAN
    if folder.exists() and not (plan.exists() and read_json(plan) == {"identity": identity}):
        # A call that was killed before it had written its plan leaves a hidden file, or none.
        if not plan.exists() and any(not path.name.startswith(".") for path in folder.iterdir()):
            raise ConfigError(f"out: {folder} is in the way, and holds no parts of a table; move it, or rename --out")
        _clear(folder)
    if not plan.exists():
        write_json(plan, {"identity": identity})
    return folder


def _clear(folder: Path) -> None:
    """Take parts away, and what says that they are some last: a call that is killed here leaves what another clears."""
    plan = folder / _PLAN
    if plan.exists():
        for path in folder.iterdir():
            if path != plan:
                path.unlink()
        plan.unlink()
    if folder.exists() and all(path.name.startswith(".") for path in folder.iterdir()):
        shutil.rmtree(folder)


def _path(folder: Path, number: int) -> Path:
    return folder / f"part-{number:06d}.parquet"


def _score_parts(
    scorer: TableScorer,
    files: Sequence[Path],
    tables: Sequence[Any],
    schema: Any,
    plan: Sequence[Part],
    folder: Path,
    progress: Progress,
) -> int:
    """Write the parts that are missing; how many rows were there already."""
    total, done, reused = sum(part.rows for part in plan), 0, 0
    there = [_path(folder, number).exists() for number in range(len(plan))]
    if not all(there):
        scorer.prepare(folder, files, progress)
    for number, part in enumerate(plan):
        path = _path(folder, number)
        if there[number]:  # it was written in one step, so that it is whole
            reused += part.rows
        else:
            answered = _answered(scorer, files[part.file], tables[part.file], part)
            _write(path, schema, _told(answered, path, part.rows, lambda rows, done=done: progress(done + rows, total)))  # type: ignore[misc]
        done += part.rows
        progress(done, total)
    return reused


def part_answers(scorer: TableScorer, path: Path, table: Any, part: Part) -> Iterator[Any]:
    """The answers of a part, batch by batch.

    Args:
        scorer: the student, and what is asked of it.
        path: of the file, for messages.
        table: the file as `open_table` opens it.
        part: some row groups of it.

    Raises:
        DataError: for rows that cannot be read; the message names them.
        ArtefactError: if the file is damaged.
    """
    return (answers for _, answers in _answered(scorer, path, table, part))


def _answered(scorer: TableScorer, path: Path, table: Any, part: Part) -> Iterator[tuple[int, Any]]:
    """How many rows each batch of a part has, and its answers."""
    at, needed = part.first, list(dict.fromkeys([*scorer.reads, *scorer.keep]))
    sizes = _sizes(table.metadata, part, needed)
    rows = min(BATCH_ROWS, max(1, BATCH_BYTES * part.rows // max(1, sum(map(sum, sizes.values())))))
    texts = [name for name in scorer.reads if name not in scorer.keep and _is_repeating(table, name, sizes)]
    with reading(path):
        for batch in open_table(path, texts).iter_batches(rows, row_groups=list(part.groups), columns=needed):
            try:
                answered = scorer(batch)
            except DataError as error:
                raise type(error)(f"{path}, rows {at} to {at + batch.num_rows - 1}: {error}") from error
            at += batch.num_rows
            yield batch.num_rows, answered


def _sizes(metadata: Any, part: Part, columns: Sequence[str]) -> dict[str, list[int]]:
    """Bytes of some columns, uncompressed, as they lie in each row group of a part."""
    found: dict[str, list[int]] = {name: [] for name in columns}
    for group in map(metadata.row_group, part.groups):
        for chunk in map(group.column, range(group.num_columns)):
            name = chunk.path_in_schema.partition(".")[0]
            if name in found:
                found[name].append(chunk.total_uncompressed_size)
    return found


def _is_repeating(table: Any, name: str, sizes: Mapping[str, Sequence[int]]) -> bool:
    """Whether a column holds texts of which all different ones of a row group may be held together.

    Few of them, repeated, may be far more bytes than lie in the file.
    """
    return is_text(table.schema_arrow.field(name).type) and max(sizes[name], default=0) <= BATCH_BYTES


def _told(
    answered: Iterator[tuple[int, Any]], path: Path, expected: int, progress: Callable[[int], object]
) -> Iterator[Any]:
    """The answers of batches, of which `progress` is told how many rows there were; not of fewer than are expected."""
    read = 0
    for rows, answers in answered:
        yield answers
        read += rows
        progress(read)
    if read != expected:
        raise ArtefactError(f"expected {expected} rows for {path}, got {read}: the source changed meanwhile; try again")


def _write(path: Path, schema: Any, batches: Iterator[Any]) -> None:
    """Write batches in one step."""
    arrow, _ = pyarrow_modules()

    def fill(file: Any) -> None:
        with _writer(file, schema) as writer:
            for group in _grouped(batches):
                writer.write_table(arrow.Table.from_batches(group, schema))

    atomic(path, fill)


def _writer(file: Any, schema: Any) -> Any:
    _, parquet = pyarrow_modules()
    limits = {"dictionary_pagesize_limit": _DICTIONARY, "write_page_checksum": True}
    return parquet.ParquetWriter(file, schema, compression="snappy", **limits)


def _grouped(batches: Iterator[Any]) -> Iterator[list[Any]]:
    """Batches together, as many as make a row group."""
    group: list[Any] = []
    for batch in batches:
        group.append(batch)
        if sum(each.num_rows for each in group) >= ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _assemble(parts: Sequence[Path], schema: Any, out: Path) -> None:
    """One table of all parts, in one step; what a kill leaves meanwhile lies among the parts, and goes with them."""

    def fill(file: Any) -> None:
        with _writer(file, schema) as writer:
            for group in _row_groups(parts):
                writer.write_table(group.replace_schema_metadata(schema.metadata))

    whole = _folder(out) / _WHOLE
    atomic(whole, fill)
    try:
        whole.replace(out)
    except OSError as error:
        raise ArtefactError(f"could not write {out} ({error}); choose another name for --out") from error


def _row_groups(parts: Sequence[Path]) -> Iterator[Any]:
    """The row groups of tables, one after the other."""
    for path in parts:
        with reading(path):
            table = open_table(path)
            for group in range(table.metadata.num_row_groups):
                yield table.read_row_group(group)


def _failed(paths: Sequence[Path]) -> int:
    """How many rows of these tables have no answer."""
    tables = [table for table in map(open_table, paths) if ERROR in table.schema_arrow.names]
    batches = (batch for table in tables for batch in table.iter_batches(columns=[ERROR]))
    return sum(batch.num_rows - batch.column(0).null_count for batch in batches)
