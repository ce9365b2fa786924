"""Bodies of requests, whole and broken."""

import json
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.rows import parsed, rows_of
from tests.serving import served


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "expected JSON, got something else"),
        (b"{'a': 1}", "expected JSON, got something else"),
        (b"\xff\xfe\x00", "expected JSON"),
        (b'{"a": NaN}', "no NaN; send null"),
        (b'{"a": -Infinity}', "no -Infinity"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": 1' + b"0" * 5000 + b"}", "one of 5001 digits"),
    ],
)
def test_what_is_no_json_is_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(RefusalError, match=sentence) as error:
        parsed(body)
    assert error.value.status == 400


def test_json_is_read() -> None:
    assert parsed(b'[{"a": 1.5, "b": null}]') == [{"a": 1.5, "b": None}]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (3, "expected a row as an object of its columns, or a list of rows, got a number"),
        ("x", "got a text"),
        (None, "got null"),
        ([served.ROW, 3], "row 1: expected an object of columns, got a number"),
        (
            {**{k: v for k, v in served.ROW.items() if k != "likes"}, "Likes": 3},
            "missing 'likes'; did you mean 'Likes'",
        ),
        ({**served.ROW, "likes": float("inf")}, "column 'likes', row 0: expected a finite number"),
        ({**served.ROW, "note": "\ud800"}, "column 'note', row 0: expected a text, got half a character"),
        ({**served.ROW, "likes": {"a": 1}}, "column 'likes', row 0: .* got an object"),
        ({**served.ROW, "tags": [["x"]]}, "column 'tags', row 0: .* got a list"),
        ({**served.ROW, "tags": [{}]}, "column 'tags', row 0: .* got an object"),
    ],
)
def test_what_is_no_row_is_a_sentence(model: ServedModel, value: Any, sentence: str) -> None:
    with pytest.raises(RefusalError, match=sentence) as error:
        rows_of(value, model.predictor, 10)
    assert error.value.status == 422


def test_too_many_rows_are_refused(model: ServedModel) -> None:
    with pytest.raises(RefusalError, match="at most 2 rows in a request, got 3") as error:
        rows_of([served.ROW] * 3, model.predictor, 2)
    assert error.value.status == 413


def test_rows_keep_what_the_model_does_not_read(model: ServedModel) -> None:
    rows = rows_of({**served.ROW, "id": "n7"}, model.predictor, 10)
    assert (rows.size, rows.given[0]["id"]) == (1, "n7")
    assert isinstance(rows.columns, dict)
    assert [*rows.columns] == [*served.TABLE]


def test_rows_whose_values_are_of_other_types_are_not_alike(model: ServedModel) -> None:
    changes: list[dict[str, Any]] = [{}, {"likes": 11}, {"likes": 1.5}, {"likes": None}]
    changes += [{"tags": []}, {"place": [1.0]}, {"place": [2, 1]}]
    alike = [rows_of({**served.ROW, **change}, model.predictor, 10).alike for change in changes]
    assert alike[0] == alike[1]
    assert len({json.dumps(str(one)) for one in alike}) == len(alike) - 1


def test_numbers_are_a_matrix_in_the_order_of_training(numbers: ServedModel) -> None:
    rows = rows_of([{"s": 4, "r": 3, "q": True, "p": 1.5, "other": "x"}], numbers.predictor, 10)
    assert isinstance(rows.columns, np.ndarray)
    assert rows.columns.tolist() == [[1.5, 1, 3, 4]]
    with pytest.raises(RefusalError, match="column 'q', row 0: expected a number, got a text"):
        rows_of({"p": 1, "q": "1", "r": 1, "s": 1}, numbers.predictor, 10)
    with pytest.raises(RefusalError, match="column 'q', row 0: expected a number, got null"):
        rows_of({"p": 1, "q": None, "r": 1, "s": 1}, numbers.predictor, 10)
    with pytest.raises(DataError, match="1 of 1 rows"):
        rows_of({"p": 1e300, "q": 1, "r": 1, "s": 1}, numbers.predictor, 10)


@pytest.mark.parametrize("features", [[1, 2], "x", None, [1, 2, 3, "4"], [1, 2, 3, [4]]])
def test_rows_without_names_have_their_width(tmp_path: Any, features: Any) -> None:
    plain = served.loaded(tmp_path / "plain", served.of_numbers(names=False))
    assert rows_of({"features": [1, 2, 3, 4]}, plain.predictor, 10).size == 1
    with pytest.raises(RefusalError, match="expected a (list of 4 )?number"):
        rows_of({"features": features}, plain.predictor, 10)
