import pickle

import pytest

from gnn2mlp.core import errors


@pytest.mark.parametrize(
    ("error", "parent"),
    [
        (errors.ConfigError, ValueError),
        (errors.UnknownNameError, errors.ConfigError),
        (errors.DataError, ValueError),
        (errors.MissingKnowledgeError, KeyError),
        (errors.ArtefactError, OSError),
    ],
)
def test_one_root_and_standard_parents(error: type[Exception], parent: type[Exception]) -> None:
    assert issubclass(error, errors.Gnn2mlpError)
    assert issubclass(error, parent)
    assert str(error("what to do")) == "what to do"


def test_missing_knowledge_without_message() -> None:
    assert str(errors.MissingKnowledgeError()) == ""


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("temprature", "; did you mean 'temperature'?"),
        ("TEMPERATURE", "; did you mean 'temperature'?"),
        ("soft-labels", "; did you mean 'soft_labels'?"),
        ("zzz", ""),
    ],
)
def test_nearest(word: str, expected: str) -> None:
    assert errors.nearest(word, iter(["temperature", "soft_labels", "seed"])) == expected


def test_nearest_of_nothing() -> None:
    assert errors.nearest("x", []) == ""


@pytest.mark.parametrize(
    ("names", "expected"),
    [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more")],
)
def test_a_listing_is_cut_and_says_so(names: list[str], expected: str) -> None:
    assert errors.listing(names, most=2) == expected


def test_rows_that_cannot_be_read_have_a_reason_each() -> None:
    error = errors.RowsError("column 'a', row 1: got 3", [1, 4], lambda row: f"got {row + 2}")
    assert str(error) == "column 'a', row 1: got 3"
    assert (error.rows, error.reasons) == ([1, 4], ["got 3", "got 6"])
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.rows, again.reasons) == (str(error), error.rows, error.reasons)
