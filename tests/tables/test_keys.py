import datetime

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.id_values import id_values
from gnn2mlp.tables.keys import ALWAYS, NO_GROUP, group_keys, id_keys, time_keys


def test_an_id_has_the_same_key_wherever_it_stands() -> None:
    ids = [f"p{number}" for number in range(2000)]
    keys = id_keys(id_values(ids, "ids"))
    assert len(set(keys.tolist())) == 2000
    for other in (pa.array(ids[::-1]), pa.array(ids[::-1], pa.large_string()), pa.array(["x", *ids[::-1]])[1:]):
        np.testing.assert_array_equal(id_keys(id_values(other, "ids")), keys[::-1])


def test_keys_are_spread_over_63_bits() -> None:
    keys = id_keys(id_values([f"p{number}" for number in range(2000)], "ids"))
    assert keys.min() >= 0
    for bit in (0, 20, 40, 62):
        assert 800 < ((keys >> bit) & 1).sum() < 1200, bit


@pytest.mark.parametrize(
    "values",
    [["a", "b", None, "a"], [-1, 7, None, -1], [0.5, 1.0, None, 0.5], [True, False, None, True]],
)
def test_a_group_has_a_key_that_is_not_that_of_none(values: list) -> None:
    a, b, none, again = group_keys(pa.chunked_array([values]), "column 'g'").tolist()
    assert a == again != b
    assert none == NO_GROUP
    assert min(a, b) >= 0


def test_categories_and_dates_are_groups() -> None:
    words = pa.array(["a", "b", None])
    np.testing.assert_array_equal(group_keys(words.dictionary_encode(), "g"), group_keys(words, "g"))
    days = pa.array([datetime.date(2024, 1, day) for day in (1, 2, 1)])
    first, second, third = group_keys(days, "g").tolist()
    assert first == third != second


@pytest.mark.parametrize(
    "values",
    [
        pa.array([datetime.date(2024, 1, 2), None, datetime.date(2023, 1, 1)]),
        pa.array([datetime.datetime(2024, 1, 2), None, datetime.datetime(2023, 1, 1)]),
        pa.array([5, None, 3]),
        pa.array([0.25, None, 0.125]),
        pa.array(["2024-01-02", None, "2023-01-01 10:00:00"]),
    ],
)
def test_times_keep_their_order_and_a_gap_is_before_all(values: pa.Array) -> None:
    late, none, early = time_keys(pa.chunked_array([values]), "t").tolist()
    assert late > early > none == ALWAYS


@pytest.mark.parametrize("values", [pa.array(["soon"]), pa.array([True]), pa.array([["a"]])])
def test_what_has_no_order_in_time_is_refused(values: pa.Array) -> None:
    with pytest.raises(DataError, match="column 't': expected dates, times or numbers, got"):
        time_keys(values, "column 't'")
