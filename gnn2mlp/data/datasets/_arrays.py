"""`.npz` files: read without pickle, and the CSR parts in them."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError

Arrays = Mapping[str, np.ndarray[Any, Any]]


def read_arrays(path: Path, name: str) -> dict[str, np.ndarray[Any, Any]]:
    """All arrays of an `.npz` file.

    Raises:
        DataError: if the file is damaged, is no `.npz`, or holds Python objects (which only pickle could read).
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    # A lone array (.npy) is an ndarray, which is no context manager: AttributeError or TypeError by Python version.
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise DataError(f"{name}: expected an .npz file of plain arrays at {path}, got: {error}") from error


def csr_from_parts(arrays: Arrays, prefix: str, name: str) -> Any:
    """The `scipy.sparse.csr_matrix` in `<prefix>_data`, `<prefix>_indices`, `<prefix>_indptr` and `<prefix>_shape`.

    Raises:
        DataError: if a part is missing, or the parts do not fit together.
    """
    from scipy.sparse import csr_matrix

    keys = [f"{prefix}_{part}" for part in ("data", "indices", "indptr", "shape")]
    if missing := [key for key in keys if key not in arrays]:
        raise DataError(
            f"{name}: expected the arrays {', '.join(keys)} of a sparse matrix, got none called {missing[0]}"
        )
    data, indices, indptr, shape = (arrays[key] for key in keys)
    try:
        matrix = csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))
        matrix.check_format(full_check=True)
    except ValueError as error:
        raise DataError(f"{name}: the arrays {', '.join(keys)} form no sparse matrix: {error}") from error
    return matrix
