"""`.npz` files: read without pickle, with a memory of which arrays have been used, and the CSR matrices in them."""

import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gnn2mlp.core.errors import ConfigError, DataError, nearest
from gnn2mlp.nn.csr import CSR

Array = np.ndarray[Any, Any]
_CSR_PARTS = ("data", "indices", "indptr", "shape")


class Arrays(Mapping[str, Array]):
    """Named arrays that remember which of them have been read, so that none is left out without a word.

    Args:
        arrays: by name.
        name: of the data set, for messages.

    Example:
        >>> arrays = Arrays({"x": np.eye(2), "views": np.ones(2)}, "mine")
        >>> arrays["x"].shape, arrays.unread
        ((2, 2), ['views'])
    """

    def __init__(self, arrays: Mapping[str, Array], name: str):
        self.name = name
        self._arrays = dict(arrays)
        self._read: set[str] = set()

    def __getitem__(self, key: str) -> Array:
        found = self._arrays[key]
        self._read.add(key)
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def holds_text(self, key: str) -> bool:
        """Whether an array is there and holds text; it does not count as read for that."""
        return key in self._arrays and self._arrays[key].dtype.kind in "SU"

    @property
    def unread(self) -> list[str]:
        """Names of the arrays that nobody has read."""
        return [key for key in self._arrays if key not in self._read]

    def leave_out(self, keys: Collection[str]) -> None:
        """Forget arrays that the user does not want.

        Raises:
            ConfigError: if there is none of that name.
        """
        for key in keys:
            if key not in self._arrays:
                raise ConfigError(
                    f"dataset.ignore: {self.name} has no array {key!r}{nearest(key, self._arrays)} "
                    f"(it has {', '.join(sorted(self._arrays))})"
                )
            del self._arrays[key]

    def mark_read(self, *keys: str) -> None:
        """Count arrays as read that are left unused on purpose."""
        self._read.update(keys)

    def one_of(self, what: str, keys: Collection[str]) -> str | None:
        """The one of `keys` that is there, if any.

        Raises:
            DataError: if there are two, which need not say the same.
        """
        present = [key for key in keys if key in self._arrays]
        if len(present) > 1:
            raise DataError(
                f"{self.name}: expected {what} in one array, got {' and '.join(present)}; remove all but one, "
                f"or name the others in dataset.ignore=[{','.join(present[1:])}]"
            )
        return present[0] if present else None

    def missing(self, what: str, keys: str) -> DataError:
        """The error for something that is not there under any of its names."""
        present = ", ".join(sorted(self._arrays)) or "none"
        return DataError(f"{self.name}: expected {what} in the arrays {keys}; the file has {present}")


def read_arrays(path: Path, name: str, only: Collection[str] | None = None) -> Arrays:
    """The arrays of an `.npz` file.

    Args:
        path: of the file.
        name: of the data set, for messages.
        only: those that are wanted, where others may hold Python objects; those of them that are there are read.

    Raises:
        DataError: if the file is damaged, is no `.npz`, or holds Python objects (which only pickle could read).
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            wanted = [key for key in file.files if only is None or key in only]
            return Arrays({key: _plain(file, key, name) for key in wanted}, name)
    except DataError:
        raise
    # A lone array (.npy) is an ndarray, which is no context manager: AttributeError or TypeError by Python version.
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise DataError(f"{name}: expected an .npz file of plain arrays at {path}, got: {error}") from error


def _plain(file: Any, key: str, name: str) -> Array:
    try:
        return file[key]  # type: ignore[no-any-return]
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        raise DataError(
            f"{name}: expected plain arrays, got Python objects in {key!r}, which only pickle could read; write it as "
            "numbers, or as text of one type (np.array(values, dtype=str)), with lists of one length"
        ) from error


def has_csr(arrays: Arrays, prefix: str) -> bool:
    """Whether parts of a sparse matrix of that name are there."""
    return any(f"{prefix}_{part}" in arrays for part in ("data", "indptr"))


def csr_keys(prefix: str) -> list[str]:
    """What the arrays of a sparse matrix of that name are called."""
    return [f"{prefix}_{part}" for part in _CSR_PARTS]


def csr_from_parts(arrays: Arrays, prefix: str) -> Any:
    """The `scipy.sparse.csr_matrix` in `<prefix>_data`, `<prefix>_indices`, `<prefix>_indptr` and `<prefix>_shape`.

    Raises:
        DataError: if a part is missing, or the parts do not fit together.
    """
    keys = csr_keys(prefix)
    if missing := [key for key in keys if key not in arrays]:
        raise DataError(
            f"{arrays.name}: expected the arrays {', '.join(keys)} of a sparse matrix, got none called {missing[0]}"
        )
    from scipy.sparse import csr_matrix

    data, indices, indptr, shape = (arrays[key] for key in keys)
    try:
        matrix = csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))
        matrix.check_format(full_check=True)
    except (ValueError, TypeError) as error:
        raise DataError(f"{arrays.name}: the arrays {', '.join(keys)} form no sparse matrix: {error}") from error
    return matrix


def csr_parts(matrix: CSR, prefix: str) -> dict[str, Array]:
    """The arrays that `csr_from_parts` reads."""
    arrays = (matrix.values, matrix.indices, matrix.indptr, torch.tensor(matrix.shape))
    return {key: values.cpu().numpy() for key, values in zip(csr_keys(prefix), arrays, strict=True)}


def texts(values: Array, what: str) -> list[str]:
    """Names as text: bytes are read as UTF-8.

    Args:
        values: (names,) of text, bytes or numbers.
        what: for messages.

    Raises:
        DataError: for another shape, or bytes that are no UTF-8.
    """
    if values.ndim != 1:
        raise DataError(f"{what}: expected one name after another, got an array of shape {values.shape}")
    if values.dtype.kind != "S":
        return [str(value) for value in values.tolist()]
    try:
        return [value.decode() for value in values.tolist()]
    except UnicodeDecodeError as error:
        raise DataError(
            f"{what}: expected text, or bytes in UTF-8, got {error.object!r}; decode them with the encoding that they "
            "were written in, e.g. np.char.decode(names, 'latin-1')"
        ) from error
