"""Texts whose rows were made elsewhere, such as by a model that no machine here could run."""

import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.core.files import atomic, user_path
from gnn2mlp.core.parquet import is_list, is_numeric, open_table
from gnn2mlp.texts._base import TextEncoder
from gnn2mlp.texts._digest import text_digest
from gnn2mlp.texts._packages import checksum_of

# What texts are recognised by in a file, in this order.
_KEYS = ("digest", "text")


class Stored(TextEncoder):
    """Rows of a table, looked up by the digest of each text; so what is asked for is what was read elsewhere.

    A `.parquet` file has the columns `digest`, as `text_digest` gives it, or `text`, and `vector`, a list of numbers;
    others, such as the id of a node and the hop of a prompt, are passed over. An `.npz` file has `digest` or `text`
    (texts,) and `vector` (texts, width). `write_vectors` writes such a file of vectors by node id.

    Args:
        path: of the file.

    Raises:
        DataError: in `encode`, for texts that the file has no row of; the message names their numbers.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = write_vectors(f"{folder}/made.npz", ["a", "b"], [[1.0, 0.0], [0.0, 1.0]], model="by hand")
        ...     Stored(str(path)).encode(["b"])
        tensor([[0., 1.]])
    """

    name = "stored"
    citation = "Hu et al., Large Language Model Meets Graph Neural Network in Knowledge Distillation, AAAI 2025"

    def __init__(self, path: str):
        self.path = path

    def checksum(self) -> str:
        """SHA-256 of the file."""
        return checksum_of(_there(self.path))

    def _encode(self, texts: list[str]) -> Tensor:
        places, vectors = _loaded(_there(self.path), self.checksum())
        rows = [places.get(text_digest(text), -1) for text in texts]
        absent = [str(number) for number, row in enumerate(rows) if row < 0]
        if absent:
            raise DataError(
                f"text encoder 'stored': {len(absent)} of {len(texts)} texts have no row in {self.path}, numbers "
                f"{listing(absent)}; encode them too, and take care that not a letter differs"
            )
        return vectors[torch.tensor(rows, dtype=torch.int64)]


def write_vectors(
    path: str | Path, texts: Sequence[str], vectors: Any, ids: Sequence[int] | None = None, model: str = ""
) -> Path:
    """Write what a model made of the nodes' texts as an `.npz` file that `stored` reads; no text is in it.

    Args:
        path: of the file; its name ends in `.npz`.
        texts: of all nodes, such as `graph.texts`.
        vectors: (nodes, width), finite numbers.
        ids: number of the node of each vector; default: all nodes in order.
        model: which made them, for whoever reads the file.

    Raises:
        DataError: for another number of vectors than of nodes, ids that there are not, numbers that are not finite,
            or a file of another name.
    """
    target = user_path(path)
    if target.suffix != ".npz":
        raise DataError(f"path: expected the name of an .npz file, which stored reads as such, got {target.name}")
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or not np.isfinite(rows).all():
        raise DataError(f"vectors: expected finite numbers of shape (nodes, width), got shape {rows.shape}")
    nodes = list(range(len(texts))) if ids is None else [int(one) for one in ids]
    if len(rows) != len(nodes):
        raise DataError(f"vectors: expected one for each of {len(nodes)} nodes, got {len(rows)}")
    unknown = [str(node) for node in nodes if not 0 <= node < len(texts)]
    if unknown:
        raise DataError(f"ids: expected nodes in 0..{len(texts) - 1}, got {listing(unknown)}")
    arrays = {
        "digest": np.array([text_digest(texts[node]) for node in nodes]),
        "vector": rows,
        "model": np.array(model),
    }
    atomic(target, lambda file: np.savez_compressed(file, allow_pickle=False, **arrays))
    return target


def _there(path: str) -> Path:
    found = user_path(path, "text encoder 'stored'")
    if not found.is_file():
        raise DataError(f"text encoder 'stored': expected a .parquet or .npz file at {found}, found none")
    return found


@cache
def _loaded(path: Path, checksum: str) -> tuple[Mapping[str, int], Tensor]:
    """The row of each digest, and vectors float32 (texts, width)."""
    digests, vectors = _of_npz(path) if path.suffix == ".npz" else _of_parquet(path)
    where = f"{path}: expected a vector of finite numbers for each of {len(digests)} texts, got"
    if vectors.dtype.kind not in "fiu" or vectors.ndim != 2 or len(vectors) != len(digests):
        raise DataError(f"{where} {vectors.dtype} of shape {vectors.shape}")
    with np.errstate(over="ignore"):  # which is looked for below
        rows = vectors.astype(np.float32)
    if not np.isfinite(rows).all():
        raise DataError(f"{where} gaps, NaN, or numbers beyond single precision")
    return {digest: row for row, digest in enumerate(digests)}, torch.from_numpy(rows)


def _of_npz(path: Path) -> tuple[list[str], np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            key = next((name for name in _KEYS if name in file.files), None)
            if key is None or "vector" not in file.files:
                got = ", ".join(file.files) or "none"
                raise DataError(f"{path}: expected the arrays digest (or text) and vector, got {got}")
            return _digests(key, file[key].tolist(), path), file["vector"]
    except DataError:
        raise
    except (OSError, ValueError, zipfile.BadZipFile, AttributeError, TypeError) as error:  # of a lone array, the last
        raise DataError(f"expected an .npz file of plain arrays at {path}, got: {error}") from error


def _digests(key: str, listed: list[Any], path: Path) -> list[str]:
    wrong = [str(row) for row, one in enumerate(listed) if not isinstance(one, str)]
    if wrong:
        raise DataError(f"{path}: expected a text in each row of {key!r}, got none in rows {listing(wrong)}")
    return listed if key == "digest" else [text_digest(text) for text in listed]


def _of_parquet(path: Path) -> tuple[list[str], np.ndarray]:
    table = open_table(path)
    names = table.schema_arrow.names
    key = next((name for name in _KEYS if name in names), None)
    if key is None or "vector" not in names:
        raise DataError(f"{path}: expected the columns digest (or text) and vector, got {', '.join(names)}")
    found = table.read(columns=[key, "vector"])
    return _digests(key, found.column(key).to_pylist(), path), _vectors(found.column("vector"), path)


def _vectors(column: Any, path: Path) -> np.ndarray:
    """A column of lists of equally many numbers as an array, never as objects of Python; gaps in them are NaN."""
    if not is_list(column.type) or not is_numeric(column.type.value_type):
        raise DataError(f"{path}: expected lists of numbers in the column 'vector', got {column.type}")
    import pyarrow.compute

    lengths = pyarrow.compute.list_value_length(column).fill_null(-1).to_numpy()
    width = max(0, int(lengths[0])) if len(lengths) else 0
    if (lengths != width).any():
        rows = listing([str(row) for row in np.flatnonzero(lengths != width)])
        raise DataError(f"{path}: expected vectors of {width} numbers, as the first, got others in rows {rows}")
    flat = [part.flatten().to_numpy(zero_copy_only=False) for part in column.chunks]
    return np.concatenate(flat).reshape(len(lengths), width) if flat else np.zeros((0, 0))
