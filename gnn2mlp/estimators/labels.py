"""Labels as people have them, strings or numbers with gaps, as class codes."""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.tasks.classification import UNLABELLED


class Encoded(NamedTuple):
    """`codes` int64 (nodes,): position in `classes`, or -1; `classes`: the sorted different labels."""

    codes: np.ndarray[Any, Any]
    classes: np.ndarray[Any, Any]


def encode_labels(y: Any) -> Encoded:
    """Number the classes of `y` from 0 in sorted order.

    Unlabelled are: -1, NaN, the empty text, and among objects also `None` and pandas' `NA`. Whole floats are read as
    integers. Labels that are -1 and 1 alone, without a gap, are two classes, as elsewhere in scikit-learn; a warning
    says so.

    Args:
        y: (nodes,) of integers, whole floats, booleans or strings: list, numpy, pandas or torch.

    Raises:
        DataError: if `y` is not one-dimensional; for fractions, integers below -1, the text "-1", labels of several
            types; or if fewer than two classes are labelled.
    """
    values = flat_labels(y)
    missing = missing_labels(values)
    if _of_two_signs(values, missing):
        missing[:] = False
    known = _typed(values[~missing])
    classes, places = np.unique(known, return_inverse=True)
    if len(classes) < 2:
        named = f"one class, {classes[0].item()!r}" if len(classes) else "no labelled node"
        raise DataError(
            f"y: expected labelled nodes of at least two classes, got {named} ({UNLABELLED} means unlabelled); "
            f"label nodes of another class{_if_a_class(known, missing)}"
        )
    codes = np.full(len(values), UNLABELLED, dtype=np.int64)
    codes[~missing] = places
    return Encoded(codes, classes)


def _of_two_signs(values: np.ndarray[Any, Any], missing: np.ndarray[Any, Any]) -> bool:
    """Whether the labels are -1 and 1, each of them there: what else could be one class alone, which nobody learns."""
    if missing.all() or not missing.any():
        return False
    if values.dtype.kind in "if":
        signs = bool(((values == 1) | (values == UNLABELLED)).all())
    else:
        signs = all(isinstance(value, int | float | np.number) and value in (1, UNLABELLED) for value in values)
    if not signs:
        return False
    warnings.warn(
        f"y: labels are {UNLABELLED} and 1 alone, and are taken as two classes; where {UNLABELLED} means unlabelled, "
        "write None or NaN",
        DataWarning,
        stacklevel=4,
    )
    return True


def _if_a_class(known: np.ndarray[Any, Any], missing: np.ndarray[Any, Any]) -> str:
    """What helps those whose two classes are -1 and another number."""
    meant = known.dtype.kind in "iu" and len(known) and missing.any()
    return f", or, if {UNLABELLED} is a class of yours, write y as booleans: y == {known[0].item()}" if meant else ""


def flat_labels(y: Any) -> np.ndarray[Any, Any]:
    """One-dimensional; a sequence keeps its elements as they are, since numpy would turn ["a", -1] into text."""
    if y is None:
        raise DataError("fit requires y to be passed, but the target y is None; give one label per node")
    if hasattr(y, "detach"):  # a torch tensor, wherever it is
        y = y.detach().cpu().numpy()
    try:
        values = np.asarray(y, dtype=object if isinstance(y, Sequence) else None)
    except ValueError as error:
        raise DataError(f"y: expected one label per node, got rows of different lengths ({error})") from error
    if values.ndim != 1:
        raise DataError(f"y: expected one label per node, an array of shape (nodes,), got shape {values.shape}")
    return values


def missing_labels(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Where `values` say that the label is unknown, bool (nodes,)."""
    if values.dtype.kind in "iuf":  # at once: there may be millions
        return np.asarray(np.isnan(values) | (values == UNLABELLED))
    return np.fromiter((_is_missing(value) for value in values), dtype=bool, count=len(values))


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value) or bool(value == ("" if isinstance(value, str) else UNLABELLED))
    except TypeError:  # pandas' NA is neither equal to itself nor different
        return True


def _typed(known: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Labelled values as one array of integers, booleans or text."""
    if known.dtype == object:
        kinds = {_kind(value) for value in known}
        if len(kinds) > 1:
            raise DataError(f"y: expected labels of one type, got {' and '.join(sorted(kinds))}; convert them to one")
        known = np.array(known.tolist())
    if known.dtype.kind == "f":
        known = _whole(known)
    if known.dtype.kind not in "iubU":
        raise DataError(f"y: expected labels that are integers, booleans or text, got {known.dtype}")
    if known.dtype.kind == "i" and known.size and known.min() < UNLABELLED:
        raise DataError(
            f"y: expected labels from 0 upwards, or {UNLABELLED} for unlabelled nodes, got {known.min()}; "
            f"write {UNLABELLED} where the label is unknown"
        )
    if known.dtype.kind == "U" and str(UNLABELLED) in known:
        raise DataError(
            f"y: got the text {str(UNLABELLED)!r} as a label; numpy turns the number into text beside other text: "
            f"use an array of dtype object with {UNLABELLED} or None for unlabelled nodes"
        )
    return known


def _kind(value: Any) -> str:
    for kind, types in (("text", str), ("booleans", (bool, np.bool_)), ("numbers", (int, float, np.number))):
        if isinstance(value, types):
            return kind
    return type(value).__name__


def _whole(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    wrong = values[~np.isfinite(values) | (values != np.trunc(values))]
    if wrong.size:
        raise DataError(f"y: expected class labels, got continuous values such as {wrong[0]}; number the classes")
    return values.astype(np.int64)
