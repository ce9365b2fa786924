"""Rows of a request: JSON to the columns that a student reads, with a sentence for whatever cannot be one."""

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np

from gnn2mlp.core.errors import listing, nearest
from gnn2mlp.deploy.onnx_predictor import OnnxPredictor
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.serving.graphs import GraphStudent
from gnn2mlp.serving.refusal import BAD_JSON, TOO_LARGE, UNREADABLE, RefusalError, called
from gnn2mlp.serving.texts import TextStudent

# Digits of a whole number: more do not fit into any float, and take long to read.
_DIGITS = 308
_NUMBERS = (int, float)
_PLAIN = frozenset({int, float, bool, str, type(None)})


class Rows(NamedTuple):
    """Checked rows of one request.

    Args:
        size: how many there are.
        columns: lists of values by name; or numbers (rows, features), where a student reads those.
        alike: equal where rows of two requests may be read together: then each is read as it is alone.
        given: the rows as they came, further columns included.
    """

    size: int
    columns: dict[str, list[Any]] | np.ndarray
    alike: Hashable
    given: Sequence[Mapping[str, Any]]

    @property
    def alone(self) -> bool:
        """Rows of several requests go through the network together."""
        return False


def parsed(body: bytes) -> Any:
    """What a body of JSON says; numbers are finite.

    Raises:
        RefusalError: if it is no JSON, or holds a number that is none.
    """
    try:
        return json.loads(body, parse_constant=_no_number, parse_int=_whole)
    except RefusalError:
        raise
    except RecursionError as error:
        raise RefusalError(
            BAD_JSON, "body: expected JSON, got one that is nested too deeply; GET /model has an example"
        ) from error
    except ValueError as error:  # of what is no JSON, and of bytes that are no text
        reason = " ".join(str(error).split())[:200]
        raise RefusalError(
            BAD_JSON, f"body: expected JSON, got something else ({reason}); GET /model has an example"
        ) from error


def _no_number(text: str) -> NoReturn:
    raise RefusalError(BAD_JSON, f"body: expected JSON, which has no {text}; send null where a value is missing")


def _whole(text: str) -> int:
    if len(text) > _DIGITS:
        raise RefusalError(
            BAD_JSON, f"body: expected numbers that fit into a float, got one of {len(text)} digits; mend it"
        )
    return int(text)


def rows_of(value: Any, predictor: OnnxPredictor | TextStudent | GraphStudent, most: int) -> Rows:
    """The rows of a request.

    Args:
        value: parsed JSON: a row as an object, or a list of such rows.
        predictor: that is asked.
        most: rows.

    Raises:
        RefusalError: if a row is no row, or has not the columns that the student reads.
        DataError: if a number cannot be a feature.
    """
    given = [value] if isinstance(value, dict) else value
    if not isinstance(given, list):
        raise RefusalError(
            UNREADABLE,
            f"body: expected a row as an object of its columns, or a list of rows, got {called(value)}; GET /model "
            "says which columns there are, and has an example",
        )
    if len(given) > most:
        raise RefusalError(
            TOO_LARGE,
            f"body: expected at most {most:,} rows in a request, got {len(given):,}; send fewer at a time, or score "
            "a table with: gnn2mlp score",
        )
    reads = (FEATURES,) if predictor.feature_names is None else predictor.feature_names
    needed = frozenset(reads)
    for number, row in enumerate(given):
        if not isinstance(row, dict):
            raise RefusalError(
                UNREADABLE, f"row {number}: expected an object of columns, got {called(row)}; GET /model has an example"
            )
        if not needed <= row.keys():
            raise _missing(number, row, reads)
    if isinstance(predictor, GraphStudent):  # which looks at each node itself
        return Rows(len(given), {name: [row[name] for row in given] for name in reads}, None, given)
    if len(given) == 1 and predictor.columns is not None and (one := _plain_row(given[0], reads)) is not None:
        return Rows(1, dict(zip(reads, one[0], strict=True)), one[1], given)
    columns = {name: [row[name] for row in given] for name in reads}
    if isinstance(predictor, OnnxPredictor) and predictor.columns is None:
        return Rows(len(given), _matrix(columns, predictor), None, given)
    return Rows(len(given), columns, tuple(_alike(name, values) for name, values in columns.items()), given)


def _plain_row(row: Mapping[str, Any], reads: Sequence[str]) -> tuple[list[list[Any]], Hashable] | None:
    """The columns of a row of plain values, and their types; `None` where a value has to be looked at more closely."""
    values = [row[name] for name in reads]
    types = tuple(map(type, values))
    if not _PLAIN.issuperset(types):
        return None
    # A sum is finite only if each number is.
    if not math.isfinite(sum(value for value in values if type(value) is float)):
        return None
    if not all(value.isascii() for value in values if type(value) is str):
        return None
    return [[value] for value in values], types


def _missing(number: int, row: Mapping[str, Any], reads: Sequence[str]) -> RefusalError:
    missing = [name for name in reads if name not in row]
    spare = [name for name in row if name not in reads]
    told = listing([f"{name!r}{nearest(name, spare)}" for name in missing])
    return RefusalError(
        UNREADABLE,
        f"row {number}: expected the {len(reads)} columns that the model reads, in any order; missing {told}; null "
        "stands for a value that is missing",
    )


def _alike(name: str, values: Sequence[Any]) -> Hashable:
    """Types of the values of a column, which decide how they are read; lists by what is in them."""
    kinds: set[Hashable] = set()
    for row, value in enumerate(values):
        if type(value) is list:
            for item in value:
                _check(item, name, row, within=True)
            numbers = {type(item) for item in value}
            kinds.add((frozenset(numbers), len(value) if numbers & {int, float, bool} else -1))
        else:
            _check(value, name, row)
            kinds.add(type(value))  # type: ignore[arg-type]
    return frozenset(kinds)


def _check(value: Any, name: str, row: int, within: bool = False) -> None:
    """Refuse what no column holds."""
    if type(value) is float:
        if not math.isfinite(value):
            raise RefusalError(
                UNREADABLE, f"column {name!r}, row {row}: expected a finite number, got one too large; mend it"
            )
    elif type(value) is str:
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise RefusalError(
                UNREADABLE, f"column {name!r}, row {row}: expected a text, got half a character; mend it"
            )
    elif type(value) is dict or (within and type(value) is list):
        raise RefusalError(
            UNREADABLE,
            f"column {name!r}, row {row}: expected a number, a text, a truth value, null or a list of these, got "
            f"{called(value)}",
        )


def _matrix(columns: Mapping[str, Sequence[Any]], predictor: OnnxPredictor) -> np.ndarray:
    """Numbers (rows, features) as the network takes them."""
    if predictor.feature_names is None:
        lists = columns[FEATURES]
        for row, values in enumerate(lists):
            if type(values) is not list or len(values) != predictor.num_features:
                got = f"a list of {len(values)}" if type(values) is list else called(values)
                raise RefusalError(
                    UNREADABLE,
                    f"row {row}: expected a list of {predictor.num_features} numbers in {FEATURES!r}, as in training, "
                    f"got {got}",
                )
            _check_numbers(values, FEATURES, [row] * len(values))
    else:
        for name, values in columns.items():
            _check_numbers(values, name, range(len(values)))
        lists = list(zip(*columns.values(), strict=True))
    rows = np.array(lists, dtype=np.float64).reshape(len(lists), predictor.num_features)
    found: np.ndarray = predictor.rows(rows, "predict")
    return found


def _check_numbers(values: Sequence[Any], name: str, rows: Sequence[int]) -> None:
    for row, value in zip(rows, values, strict=True):
        if type(value) not in _NUMBERS and type(value) is not bool:
            raise RefusalError(
                UNREADABLE,
                f"column {name!r}, row {row}: expected a number, got {called(value)}; give one, as in training",
            )
