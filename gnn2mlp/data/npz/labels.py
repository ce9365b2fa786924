"""Labels of a file as class numbers, and the classes in the values that the user wrote."""

from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import repeated
from gnn2mlp.data.npz.arrays import Array, Arrays, texts
from gnn2mlp.tasks.classification import UNLABELLED

LABELS = ("y", "node_labels", "labels", "label")
CLASS_NAMES = "class_names"


class Labels(NamedTuple):
    """`codes` int64 (nodes,): position in `classes`, or -1; `classes`: one value for each, of one type."""

    codes: Array
    classes: list[Any]


def read_labels(arrays: Arrays) -> Labels:
    """Labels (nodes,) or (nodes, 1): integers, whole floats, booleans or text.

    Unlabelled are -1, NaN, and the empty text. Class names, where the file has them, are what class numbers count, and
    the order of text; without them the values that occur are the classes, in ascending order, whichever they are: files
    in circulation number their classes from 1, too, or leave numbers out.

    Raises:
        DataError: for labels that are none of these, or that class names do not fit.
    """
    key = arrays.one_of("labels", LABELS)
    if key is None:
        raise arrays.missing("labels", "y (or set dataset.target=links, where links are to be predicted)")
    values = _known_kind(_flat(arrays[key], key, arrays.name), key, arrays.name)
    unlabelled = values == ("" if values.dtype.kind == "U" else UNLABELLED)
    if values.size == 0:
        raise DataError(f"{arrays.name}: expected at least one node, got none")
    if unlabelled.all():
        raise DataError(f"{arrays.name}: every node is unlabelled (-1); expected some labelled nodes to train on")
    found = np.unique(values[~unlabelled])
    _check_found(found, bool(unlabelled.any()), key, arrays.name)
    names = _names(arrays)
    codes = np.full(values.size, UNLABELLED, dtype=np.int64)
    if names is None:
        codes[~unlabelled] = np.searchsorted(found, values[~unlabelled])
        return Labels(codes, found.tolist())
    if values.dtype.kind == "U":
        codes[~unlabelled] = _positions(values[~unlabelled], found, names, key, arrays.name)
    else:
        codes[~unlabelled] = values[~unlabelled]
    return Labels(codes, names)


def _flat(values: Array, key: str, name: str) -> Array:
    """(nodes,), from that or a single column."""
    if values.ndim == 2 and values.shape[1] == 1:
        return values[:, 0]
    if values.ndim == 2:
        raise DataError(
            f"{name}: expected one label per node, {key} of shape (nodes,), got {values.shape[1]} columns for each of "
            f"{values.shape[0]} nodes; keep the column to be predicted, {key}[:, 0], or turn one-hot rows into class "
            f"numbers, {key}.argmax(1); if a node may have several labels, set dataset.target=labels"
        )
    if values.ndim != 1:
        raise DataError(f"{name}: expected one label per node, {key} of shape (nodes,), got shape {values.shape}")
    return values


def _known_kind(values: Array, key: str, name: str) -> Array:
    """As int64, booleans or text."""
    if values.dtype.kind in "SU":
        return np.array(texts(values, f"{name}: {key}"), dtype=str)
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        whole = np.where(missing, UNLABELLED, values)
        fractions = whole[~np.isfinite(whole) | (whole != np.trunc(whole))]
        if fractions.size:
            raise DataError(
                f"{name}: {key} must hold classes, got values such as {fractions[0]:g}; labels must be integers or "
                "text, NaN or -1 for unknown: number the classes from 0; to predict the numbers themselves, set "
                "dataset.target=numbers"
            )
        return whole.astype(np.int64)
    if values.dtype.kind == "b":
        return values
    if values.dtype.kind not in "iu":
        raise DataError(f"{name}: {key} must hold classes as integers, booleans or text, got {values.dtype}")
    return values.astype(np.int64)


def _check_found(found: Array, some_unlabelled: bool, key: str, name: str) -> None:
    """Raise `DataError` for values that cannot be classes, or that may not mean what they seem to."""
    if found.dtype.kind == "U":
        if str(UNLABELLED) in found:
            raise DataError(
                f"{name}: {key} is text and holds {str(UNLABELLED)!r}, which may mean unlabelled or a class; write '' "
                "for unlabelled nodes, or give that class another name"
            )
    elif found.dtype.kind != "b":
        if found.min() < UNLABELLED:
            raise DataError(
                f"{name}: labels must be -1 (unknown) or a class from 0 upwards, got {found.min()}; number the classes "
                f"from 0: np.unique({key}, return_inverse=True)[1]"
            )
        if some_unlabelled and found.tolist() == [1]:
            raise DataError(
                f"{name}: {key} holds -1 and 1 alone; -1 means unlabelled, which leaves one class: for two classes "
                f"write 0 and 1, ({key} > 0).astype(int)"
            )


def _names(arrays: Arrays) -> list[Any] | None:
    """Names of the classes; numbers stay numbers."""
    if CLASS_NAMES not in arrays:
        return None
    given, what = arrays[CLASS_NAMES], f"{arrays.name}: {CLASS_NAMES}"
    listed = texts(given, what)
    if twice := repeated(listed):
        raise DataError(f"{what}: expected different names, got {twice} more than once; rename one of them")
    return listed if given.dtype.kind in "SU" else given.tolist()


def _positions(values: Array, found: Array, names: list[Any], key: str, name: str) -> Array:
    """Positions of text labels among the class names."""
    place = {str(given): number for number, given in enumerate(names)}
    if unknown := [value for value in found.tolist() if value not in place]:
        raise DataError(
            f"{name}: {key} holds {unknown[0]!r}, which class_names does not; expected labels among {', '.join(place)}"
        )
    return np.array([place[value] for value in values.tolist()], dtype=np.int64)
