"""Rows of record batches as a network reads them."""

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.row_reader import RowReader, check_errors, column_of
from tests.deploy.linked import linked_model


def test_columns_are_read_by_their_names() -> None:
    model = linked_model()
    outputs, reasons = RowReader(model, model.embed, 4).outputs(
        pa.table({"age": [3, 4], "id": [7, 8], "likes": [1, 2]})
    )
    assert np.allclose(outputs, model.embed(np.array([[1.0, 3.0], [2.0, 4.0]], np.float32)))
    assert reasons == [None, None]


def test_a_row_that_cannot_be_read_has_a_reason_or_raises() -> None:
    model, batch = linked_model(), pa.table({"age": [3.0, None], "likes": [1.0, 2.0]})
    outputs, reasons = RowReader(model, model.embed, 4, "null").outputs(batch)
    assert outputs[1].tolist() == [0, 0, 0, 0]
    assert reasons == [None, "a feature is missing, NaN or infinite"]
    with pytest.raises(DataError, match="row 1"):
        RowReader(model, model.embed, 4).outputs(batch)


def test_missing_columns_and_texts_are_refused() -> None:
    reader = RowReader(linked_model(), linked_model().embed, 4)
    with pytest.raises(DataError, match="missing 'age'"):
        reader.check(pa.schema({"likes": pa.int64()}))
    with pytest.raises(DataError, match=r"expected numbers, got 'age' \(string\)"):
        reader.check(pa.schema({"likes": pa.int64(), "age": pa.string()}))


def test_features_without_names_are_one_column_of_lists() -> None:
    model = linked_model(None)
    reader = RowReader(model, model.embed, 4)
    assert reader.reads == ("features",)
    outputs, _ = reader.outputs(pa.table({"features": [[1.0, 2.0], [3.0, 4.0]]}))
    assert np.allclose(outputs, model.embed(np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)))
    assert np.array_equal(reader.nothing(2), np.zeros((2, 4)))


def test_a_column_is_one_array_of_a_table_and_of_a_batch() -> None:
    table = pa.concat_tables([pa.table({"a": [1]}), pa.table({"a": [2]})])
    assert column_of(table, "a").to_pylist() == [1, 2]
    assert column_of(table.to_batches()[0], "a").to_pylist() == [1]


def test_what_to_do_about_bad_rows_is_one_of_two_words() -> None:
    check_errors("raise")
    check_errors("null")
    with pytest.raises(ConfigError, match="errors: expected 'raise' or 'null', got 'ignore'"):
        check_errors("ignore")
