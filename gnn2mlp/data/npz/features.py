"""Node features of a file, and the names of their columns."""

from typing import Any, Literal

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import check_feature_names
from gnn2mlp.data.npz.arrays import Arrays, csr_from_parts, csr_keys, has_csr, texts
from gnn2mlp.data.npz.codes import code_names, one_hot_codes
from gnn2mlp.data.npz.hyperedges import has_hyperedges

Form = Literal["own", "codes", "degree", "one_hot", "noisy_labels", "words"]
_DENSE = ("x", "node_features", "features")
_SPARSE = ("x", "attr")
_NAMES = "feature_names"


def read_features(arrays: Arrays, form: Form) -> tuple[Any, tuple[str, ...] | None]:
    """Features (nodes, features), and a name for each if the file names them.

    Args:
        arrays: of the file.
        form: `"own"`, as they stand, or `"codes"`, integers that name categories, one-hot encoded by column.

    Raises:
        DataError: if there are none, two of them, or names that do not fit.
    """
    names = texts(arrays[_NAMES], f"{arrays.name}: {_NAMES}") if _NAMES in arrays else None
    x = _matrix(arrays, form)
    if x.ndim != 2:
        raise DataError(f"{arrays.name}: expected features of shape (nodes, features), got {tuple(x.shape)}")
    columns = check_feature_names(names, x.shape[1], arrays.name)
    if form != "codes":
        return x, columns
    return one_hot_codes(x, arrays.name), None if columns is None else code_names(x, columns)


def count_nodes(arrays: Arrays) -> int:
    """How many rows of features there are."""
    return int(_matrix(arrays, "own").shape[0])


def pass_over_features(arrays: Arrays) -> None:
    """Count features and their names as read where constructed ones take their place."""
    parts = [key for prefix in _SPARSE for key in csr_keys(prefix)]
    arrays.mark_read(*_DENSE, *parts, _NAMES)


def _matrix(arrays: Arrays, form: Form) -> Any:
    dense = arrays.one_of("features", _DENSE)
    sparse = [prefix for prefix in _SPARSE if has_csr(arrays, prefix)]
    if form == "codes" and dense is None:
        raise arrays.missing("category codes", "x")
    if len(sparse) + (dense is not None) > 1:
        found = [*([dense] if dense else []), *(f"{prefix}_data" for prefix in sparse)]
        raise DataError(f"{arrays.name}: expected features once, got {' and '.join(found)}; remove all but one")
    if dense is not None:
        return arrays[dense]
    if sparse:
        return csr_from_parts(arrays, sparse[0])
    degree = "degree, " if has_hyperedges(arrays) else ""  # which in a graph would tell of nodes that are not there yet
    raise arrays.missing(
        "features",
        f"x, or x_data, x_indices, x_indptr and x_shape (or constructed ones: --set dataset.features={degree}one_hot, "
        "noisy_labels, or words where nodes have texts)",
    )
