"""Teacher knowledge as a Parquet table: how it leaves for other tools, and how a teacher trained anywhere joins.

One row a node. A key with one number a node is a column of numbers, a key with several a column of lists of equal
length; `node_id` names the node. What nodes share (a codebook) and the card lie in the file's metadata. Pages carry
checksums, and the metadata one of everything, as Parquet has none of its footer: a flipped bit is an error, not another
number.

pyarrow is needed, the extra `parquet`.
"""

import base64
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import atomic
from gnn2mlp.knowledge.keys import KEYS, Key
from gnn2mlp.knowledge.knowledge import TeacherKnowledge

NODE_ID = "node_id"
# Not a key: class probabilities, which become logits.
PROBABILITIES = "probabilities"
_CARD, _SHARED, _DIGEST = b"gnn2mlp.card", b"gnn2mlp.shared", b"gnn2mlp.digest"
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
    arrow, parquet = _pyarrow()
    columns = {NODE_ID: arrow.array(knowledge.node_ids.numpy())}
    columns |= {name: _column(arrow, value) for name, value in knowledge.values.items() if KEYS[name].per_node}
    shared = {name: value.contiguous() for name, value in knowledge.values.items() if not KEYS[name].per_node}
    metadata = {
        _CARD: json.dumps(dict(knowledge.card)).encode(),
        _SHARED: base64.b64encode(safetensors.torch.save(shared)),
        _DIGEST: _digest(knowledge),
    }
    table = arrow.table(columns).replace_schema_metadata(metadata)
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
    arrow, parquet = _pyarrow()
    try:
        table = parquet.read_table(path, page_checksum_verification=True)
        metadata = table.schema.metadata or {}
        shared = safetensors.torch.load(base64.b64decode(metadata[_SHARED])) if _SHARED in metadata else {}
        card = json.loads(metadata.get(_CARD, b"{}"))
    except (OSError, ValueError, arrow.ArrowException, safetensors.SafetensorError) as error:
        raise ArtefactError(f"expected a Parquet table at {path}, got: {error}") from error
    names = set(table.column_names)
    known = [name for name, key in KEYS.items() if name in names and key.per_node]
    if NODE_ID not in names or not (known or PROBABILITIES in names):
        raise DataError(
            f"{path}: expected the column {NODE_ID} and one of {', '.join(k for k, v in KEYS.items() if v.per_node)} "
            f"or {PROBABILITIES}, got {', '.join(sorted(names)) or 'none'}"
        )
    ids = _tensor(table.column(NODE_ID), Key(NODE_ID, ("nodes",), torch.int64, ""), path)
    values = {name: _tensor(table.column(name), KEYS[name], path) for name in known}
    if PROBABILITIES in names and "logits" not in values:
        values["logits"] = _logits(_tensor(table.column(PROBABILITIES), KEYS["logits"], path), path)
    made = TeacherKnowledge(ids, {**values, **shared}, card)
    if metadata.keys() & {_CARD, _SHARED, _DIGEST} and metadata.get(_DIGEST) != _digest(made):
        raise ArtefactError(
            f"{path}: expected the knowledge that its checksum is of, got another: the file was altered"
        )
    return made


def _digest(knowledge: TeacherKnowledge) -> bytes:
    return digest_json({"arrays": knowledge.digest, "card": dict(knowledge.card)}).encode()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow; install the extra: pip install 'gnn2mlp[parquet]'") from error
    return pyarrow, pyarrow.parquet


def _column(arrow: Any, value: Tensor) -> Any:
    if value.dim() == 1:
        return arrow.array(value.numpy())
    flat = arrow.array(value.contiguous().numpy().reshape(-1))
    return arrow.FixedSizeListArray.from_arrays(flat, math.prod(value.shape[1:]))


def _tensor(column: Any, key: Key, path: Path) -> Tensor:
    """The column as an array of the key's type."""
    where, lists = f"{path}: column {key.name!r}", len(key.axes) > 1
    if column.null_count:
        raise DataError(f"{where}: expected a value in every row, got {column.null_count} without")
    if lists != hasattr(column.type, "value_type"):
        raise DataError(f"{where}: expected {'lists of numbers' if lists else 'numbers'}, got {column.type}")
    chunk = column.combine_chunks()
    flat = chunk.flatten() if lists else chunk
    if flat.null_count or not _numeric(flat.type):
        raise DataError(f"{where}: expected numbers without gaps, got {flat.type} with {flat.null_count} gaps")
    values = flat.to_numpy(zero_copy_only=False)
    found = values.astype(_NUMPY[key.dtype])
    if not key.dtype.is_floating_point and not np.array_equal(found, values):
        raise DataError(f"{where}: expected whole numbers, got {values.dtype} values that are not")
    if not lists:
        return torch.from_numpy(found.copy())
    lengths = np.unique(chunk.value_lengths().to_numpy(zero_copy_only=False))
    if lengths.size > 1:
        raise DataError(f"{where}: expected lists of equal length, got lengths from {lengths[0]} to {lengths[-1]}")
    return torch.from_numpy(found.reshape(len(column), -1).copy())


_NUMPY = {torch.int64: np.int64, torch.int32: np.int32, torch.float32: np.float32}


def _numeric(kind: Any) -> bool:
    arrow, _ = _pyarrow()
    return bool(arrow.types.is_integer(kind) or arrow.types.is_floating(kind))


def _logits(probabilities: Tensor, path: Path) -> Tensor:
    total = probabilities.sum(1)
    if bool((probabilities < 0).any()) or not torch.allclose(total, torch.ones_like(total), atol=1e-3):
        raise DataError(
            f"{path}: column {PROBABILITIES!r}: expected rows of numbers from 0 that add up to 1, got sums from "
            f"{total.min().item():.4g} to {total.max().item():.4g}; class scores belong into a column 'logits'"
        )
    return probabilities.clamp(min=_SMALLEST).log()
