"""Answers to requests that cannot be."""

import pytest

from gnn2mlp.serving.refusal import BUSY, RefusalError, busy, called


def test_a_refusal_knows_its_status_and_its_sentence() -> None:
    error = RefusalError(413, "too much", {"a": "b"})
    assert (error.status, str(error), error.headers) == (413, "too much", {"a": "b"})


def test_who_is_busy_says_when_to_come_again() -> None:
    assert (busy("later").status, busy("later").headers) == (BUSY, {"retry-after": "1"})


@pytest.mark.parametrize(
    ("value", "name"), [({}, "an object"), ([], "a list"), ("", "a text"), (True, "a truth value"), (1.5, "a number")]
)
def test_values_are_called_as_json_does(value: object, name: str) -> None:
    assert called(value) == name
