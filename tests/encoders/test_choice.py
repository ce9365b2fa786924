import datetime as dt

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.encoders._choice import choose
from gnn2mlp.encoders.reading import read

WORDS = [f"the house number {number} of a street" for number in range(20)]
IDS = [f"user-{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("column", "encoder"),
    [
        ([1.5, 2.5, None], "number"),
        ([1, 0, 1, None], "raw"),
        ([0.0, 1.0], "raw"),
        ([1, 2, 3], "number"),
        ([True, False], "boolean"),
        ([True, True], "drop"),
        ([True, None], "boolean"),
        ([3, 3], "drop"),
        ([3, None, 3], "raw"),
        (["a", "a"], "drop"),
        (["a", None], "category"),
        ([None, None], "drop"),
        (["a", "b", "a"], "category"),
        (["New York", "Rome", "New York"], "category"),
        ([f"city {number % 150}" for number in range(3000)], "text"),
        ([f"city{number % 150}" for number in range(3000)], "category"),
        (WORDS, "text"),
        (IDS, "drop"),
        (["2020-01-01", "2021-05-06T12:30:00Z", None], "date"),
        ([dt.date(2020, 1, 1), dt.date(2021, 1, 1)], "date"),
        ([dt.date(2020, 1, 1)], "drop"),
        ([["a"], ["b", "c"], []], "bag"),
        ([[1, 2], [3]], "bag"),
        ([[0.5, 2], [3, 1]], "vector"),
        ([[0.5, 2], [3]], "drop"),
        ([[], []], "drop"),
        (np.eye(3), "vector"),
        ([b"x", b"y"], "drop"),
        (pd.Series(["a", "b", "a", "b"], dtype="category"), "category"),
    ],
)
def test_the_encoder_by_the_values(column: object, encoder: str) -> None:
    choice = choose(read(column), "column")
    assert choice.encoder == encoder
    assert choice.reason


def test_ids_are_dropped_with_a_way_to_keep_them() -> None:
    assert "keep it with the encoder 'category' or 'text'" in choose(read(IDS), "name").warning
    assert choose(read([4, 2, 9]), "user_id").encoder == "drop"
    assert "keep it with the encoder 'number'" in choose(read([4, 2, 9]), "userId").warning
    for name in ("paid", "grid", "valid", "price"):
        assert choose(read([4, 2, 9]), name).encoder == "number"
    assert choose(read([4, 2, 2]), "region_id").encoder == "number"


def test_numbers_written_as_text_are_warned_of() -> None:
    assert "numbers written as text" in choose(read(["1", "2.5", "2.5", "1"]), "price").warning
    assert choose(read(["1a", "2b", "2b"]), "price").warning is None


def test_few_whole_numbers_may_be_codes() -> None:
    assert "'category'" in choose(read([1, 2, 3, 1]), "level").reason
    assert choose(read(list(range(40))), "level").reason == "numbers"


def test_few_very_large_numbers_are_told_of() -> None:
    assert "'log'" in choose(read([1.5, 2.0, 3.0, 1000.0]), "income").reason
    assert choose(read([1.5, 2.0, 3.0]), "income").reason == "numbers"
    assert choose(read([-1.5, 2.0, 3000.0]), "income").reason == "numbers"


def test_categories_that_no_observed_row_has_do_not_count() -> None:
    column = pd.Series(pd.Categorical(["a", "a"], categories=["a", "b"]))
    assert choose(read(column), "x").reason == "always 'a'"
