"""Teacher knowledge as a Parquet table: how it leaves for other tools, and how a teacher trained anywhere joins.

One row a node. A key with one number a node is a column of numbers, a key with several a column of lists of equal
length; `node_id` names the node. What nodes share (a codebook) and the card lie in the file's metadata. Pages carry
checksums, and the metadata one of everything, as Parquet has none of its footer: a flipped bit is an error, not another
number.

pyarrow is needed, the extra `parquet`.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, tensor_bytes, tensor_header
from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.core.files import atomic
from gnn2mlp.core.parquet import is_numeric, open_table, pyarrow_modules, read_batches, reading
from gnn2mlp.knowledge.arrow import is_half, to_column, to_tensor
from gnn2mlp.knowledge.keys import KEYS
from gnn2mlp.knowledge.knowledge import NODE_IDS, TeacherKnowledge

NODE_ID = "node_id"
# Not a key: class probabilities, which become logits.
PROBABILITIES = "probabilities"
_CARD, _SHARED, _DIGEST = b"gnn2mlp.card", b"gnn2mlp.shared", b"gnn2mlp.digest"
# The number of the column of ids in the file's schema. It stands apart from the metadata, so that a file which has lost
# these to a flipped bit is not taken for another tool's.
_FIELD, _OURS = b"PARQUET:field_id", b"1735289202"
# Rows that are compressed and checked together: what a reader of some rows has to read.
ROW_GROUP = 65_536
# A probability of 0 becomes the logarithm of this.
_SMALLEST = 1e-30


def write_parquet(knowledge: TeacherKnowledge, path: Path) -> None:
    """Write one file, atomically.

    Raises:
        ConfigError: if pyarrow is not installed.
        ArtefactError: if the file cannot be written.
    """
    arrow, parquet = pyarrow_modules()
    columns = {NODE_ID: to_column(knowledge.node_ids)}
    columns |= {name: to_column(value) for name, value in knowledge.values.items() if KEYS[name].per_node}
    shared = {name: value.contiguous() for name, value in knowledge.values.items() if not KEYS[name].per_node}
    metadata = {
        _CARD: json.dumps(dict(knowledge.card)).encode(),
        _SHARED: base64.b64encode(safetensors.torch.save(shared)),
        _DIGEST: _seal(knowledge.digest, dict(knowledge.card)),
    }
    table = arrow.table(columns)
    place = table.schema.get_field_index(NODE_ID)
    ids = table.schema.field(place).with_metadata({_FIELD: _OURS})
    table = table.cast(table.schema.set(place, ids)).replace_schema_metadata(metadata)
    atomic(
        path,
        lambda file: parquet.write_table(
            table, file, row_group_size=ROW_GROUP, compression="zstd", write_page_checksum=True
        ),
    )


def read_parquet(path: Path) -> TeacherKnowledge:
    """Read what `write_parquet` wrote, or a table that another tool wrote.

    Such a table has the column `node_id`, whole numbers, and at least one column that is called after a key of the
    vocabulary (`logits`, `hidden`, `code`, ...), as numbers or as lists of equal length; numbers of another width are
    converted. `probabilities`, lists over classes, stand for logits. Other columns are left out.

    Raises:
        ConfigError: if pyarrow is not installed.
        ArtefactError: if the file is missing, damaged or no Parquet.
        DataError: if a column is missing, has gaps, lists of different lengths, or values that do not fit.
    """
    source = open_source(path)
    with reading(path):
        table = source.file.read(columns=[NODE_ID, *source.columns])
        made = source.decoded(table, source.array(table, NODE_ID))
    source.check(made.digest)
    return made


def join_parts(parts: Sequence[Path], path: Path, card: Mapping[str, Any]) -> str:
    """Make one table of knowledge of several, one after the other, atomically, a part in memory at a time.

    Args:
        parts: tables with `node_id`, of any type, and the same keys; without metadata.
        path: of the table.
        card: where the knowledge comes from.

    Returns:
        The digest of the knowledge.

    Raises:
        ArtefactError: if a part is missing or damaged, or the table cannot be written.
    """
    _, parquet = pyarrow_modules()
    sources = [open_source(part) for part in parts]
    digest = _digest_of(sources)
    schema = sources[0].file.schema_arrow
    place = schema.get_field_index(NODE_ID)
    schema = schema.set(place, schema.field(place).with_metadata({_FIELD: _OURS}))
    metadata = {_CARD: json.dumps(dict(card)).encode(), _SHARED: base64.b64encode(safetensors.torch.save({}))}
    schema = schema.with_metadata({**metadata, _DIGEST: _seal(digest, dict(card))})

    def fill(file: Any) -> None:
        with parquet.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
            for source in sources:
                with reading(source.path):
                    writer.write_table(source.file.read().cast(schema), row_group_size=ROW_GROUP)

    atomic(path, fill)
    return digest


def _digest_of(sources: Sequence["ParquetSource"]) -> str:
    """What `ParquetSource.digest` is of the rows of several tables, one after the other."""
    sha, rows = hashlib.sha256(), sum(source.file.metadata.num_rows for source in sources)
    first = sources[0]
    columns = {NODE_IDS: first.id_column, **{column: column for column in first.columns}}
    for name in sorted({**columns, **first.shared}):
        if name not in columns:
            sha.update(tensor_header(name, first.shared[name].dtype, first.shared[name].shape))
            sha.update(tensor_bytes(first.shared[name]))
            continue
        started = False
        for source in sources:
            for table in read_batches(source.file, source.path, [columns[name]]):
                if name == NODE_IDS and not _fit_int64(source.id_type):
                    sha.update(_bytes_of_ids(table.column(columns[name])))
                    continue
                part = source.array(table, columns[name])
                if not started:
                    sha.update(tensor_header(name, part.dtype, (rows, *part.shape[1:])))
                    started = True
                sha.update(tensor_bytes(part))
    return sha.hexdigest()[:16]


def _bytes_of_ids(column: Any) -> bytes:
    """Ids that are no whole numbers of 64 bits, as bytes, of which no two columns have the same."""
    return b"".join(repr(value).encode() + b"\0" for value in column.to_pylist())


def _fit_int64(kind: Any) -> bool:
    types = pyarrow_modules()[0].types
    return bool(types.is_integer(kind)) and not types.is_uint64(kind)


class ParquetSource(NamedTuple):
    """An open table of knowledge.

    Args:
        file: of pyarrow.
        path: for messages.
        id_column: the column of ids.
        columns: what to read of the knowledge.
        shared: values that all nodes share.
        card: where it comes from.
        metadata: all that lies beside the columns.
    """

    file: Any
    path: Path
    id_column: str
    columns: list[str]
    shared: dict[str, Tensor]
    card: dict[str, Any]
    metadata: dict[bytes, bytes]

    @property
    def sealed(self) -> bool:
        """Whether `write_parquet` wrote the table, so that it has a checksum."""
        facts = self.file.schema_arrow.field(self.id_column).metadata or {}
        return bool(self.metadata.keys() & {_CARD, _SHARED, _DIGEST}) or facts.get(_FIELD) == _OURS

    @property
    def id_type(self) -> Any:
        """The arrow type of ids."""
        return self.file.schema_arrow.field(self.id_column).type

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that are not read."""
        return tuple(name for name in self.file.schema_arrow.names if name not in (self.id_column, *self.columns))

    def array(self, table: Any, column: str) -> Tensor:
        """A column of some rows; ids are whole numbers here."""
        if column == NODE_ID:
            ids = table.column(column)
            if not is_numeric(ids.type):
                raise DataError(
                    f"{self.path}: column {column!r}: expected whole numbers, as nodes in memory have, got {ids.type}; "
                    "tables with such ids are joined on disk: gnn2mlp distill"
                )
            return to_tensor(ids, column, torch.int64, 0, self.path)
        key = KEYS["logits" if column == PROBABILITIES else column]
        dtype = torch.float16 if key.half and is_half(table.column(column).type) else key.dtype
        return to_tensor(table.column(column), column, dtype, len(key.axes) - 1, self.path)

    def decoded(self, table: Any, node_ids: Tensor) -> TeacherKnowledge:
        """The knowledge in some rows, under these ids."""
        values = {column: self.array(table, column) for column in self.columns}
        if PROBABILITIES in values:
            values["logits"] = _logits(values.pop(PROBABILITIES), self.path)
        return TeacherKnowledge(node_ids, {**values, **self.shared}, self.card)

    def digest(self) -> str:
        """What `TeacherKnowledge.digest` is of the whole table, of which a part of a column is held at a time."""
        return _digest_of([self])

    def check(self, digest: str) -> None:
        """Raise `ArtefactError` if the table has a checksum, and it is not that of arrays with this digest."""
        if self.sealed and self.metadata.get(_DIGEST) != _seal(digest, self.card):
            raise ArtefactError(
                f"{self.path}: expected the knowledge that its checksum is of, got another: the file was altered"
            )


def open_source(path: Path, id_column: str = NODE_ID) -> ParquetSource:
    """Open a table of knowledge.

    Args:
        path: of the file.
        id_column: the column of ids; `node_id` is taken where there is no such column.

    Raises:
        ConfigError: if pyarrow is not installed.
        ArtefactError: if the file is missing, damaged or no Parquet.
        DataError: if a column is missing.
    """
    file = open_table(path)
    with reading(path, safetensors.SafetensorError):
        # The file's own, which Arrow's account of its schema, itself one of them, may fail to hand on.
        metadata = file.metadata.metadata or {}
        shared = safetensors.torch.load(base64.b64decode(metadata[_SHARED])) if _SHARED in metadata else {}
        card = json.loads(metadata.get(_CARD, b"{}"))
    names = set(file.schema_arrow.names)
    known = [name for name, key in KEYS.items() if name in names and key.per_node]
    if PROBABILITIES in names and "logits" not in known:
        known.append(PROBABILITIES)
    if id_column not in names and NODE_ID in names:
        id_column = NODE_ID
    if id_column not in names or not known:
        raise DataError(
            f"{path}: expected the column {id_column} and one of {', '.join(k for k, v in KEYS.items() if v.per_node)} "
            f"or {PROBABILITIES}, got {', '.join(sorted(names)) or 'none'}"
        )
    return ParquetSource(file, path, id_column, known, shared, card, metadata)


def _seal(digest: str, card: dict[str, Any]) -> bytes:
    return digest_json({"arrays": digest, "card": card}).encode()


def _logits(probabilities: Tensor, path: Path) -> Tensor:
    total = probabilities.sum(1)
    if bool((probabilities < 0).any()) or not torch.allclose(total, torch.ones_like(total), atol=1e-3):
        raise DataError(
            f"{path}: column {PROBABILITIES!r}: expected rows of numbers from 0 that add up to 1, got sums from "
            f"{total.min().item():.4g} to {total.max().item():.4g}; class scores belong into a column 'logits'"
        )
    return probabilities.clamp(min=_SMALLEST).log()
