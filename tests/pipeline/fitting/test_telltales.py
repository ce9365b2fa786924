import datetime

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.pipeline.fitting.telltales import explained, telltales

RANDOM = np.random.default_rng(0)
CODES = RANDOM.integers(3, size=600)
NAMES = np.array(["x", "y", "z"])[CODES]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(NAMES),
        pa.array(NAMES).dictionary_encode(),
        pa.array(CODES * 100 + RANDOM.integers(50, size=600)),
        pa.array(CODES * 10.0 + RANDOM.random(600)),
        pa.array([datetime.date(2020 + c, 1, 1 + i % 20) for i, c in enumerate(CODES.tolist())]),
    ],
)
def test_a_column_that_tells_the_label_is_found(column: pa.Array) -> None:
    assert telltales(pa.table({"a": column}), CODES, ["a"]) == {"a": 1.0}


@pytest.mark.parametrize(
    "column",
    [
        pa.array(RANDOM.choice(["x", "y"], 600)),
        pa.array(RANDOM.random(600)),
        pa.array([f"p{row}" for row in range(600)]),  # an id, whose every value is one row's
        pa.array([[1]] * 600),
        pa.array([None] * 600, pa.float64()),
        pa.array(np.where(RANDOM.random(600) < 0.8, NAMES, "x")),  # tells much, as a feature may
    ],
)
def test_other_columns_are_not(column: pa.Array) -> None:
    assert telltales(pa.table({"a": column}), CODES, ["a"]) == {}


def test_unlabelled_rows_and_other_columns_do_not_count() -> None:
    codes = np.where(np.arange(600) < 300, CODES, -1)
    column = np.where(np.arange(600) < 300, NAMES, "w")
    table = pa.table({"a": column, "b": column})
    assert telltales(table, codes, ["b"]) == {"b": 1.0}


def test_what_the_commonest_class_tells_is_no_merit() -> None:
    labels = np.array([0] * 98 + [1, 1])
    assert explained(np.zeros(100, dtype=np.int64), labels) == 0
    assert explained(labels, labels) == 1
    assert explained(np.array([0] * 99 + [1]), labels) == 0.5
