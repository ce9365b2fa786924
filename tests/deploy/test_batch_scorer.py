"""A student as a function of record batches."""

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import BatchScorer, Calibration
from gnn2mlp.tasks.answers import LabelAnswers, ValueAnswers
from tests.deploy.scored import NAMES, numbers_of, student_of, student_of_columns

# An energy between those of random students' rows.
OUTLIER = -1.3


def batch_of(columns: dict[str, object]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def test_a_row_is_answered_as_predict_does_wherever_batches_are_cut() -> None:
    student = student_of(["a", "b", "c"])
    batch = batch_of(numbers_of(50))
    frame = batch.to_pandas()[NAMES]
    score = BatchScorer(student, keep=["id"], probabilities=True)
    whole = score(batch)
    assert whole["id"].to_pylist() == batch["id"].to_pylist()
    assert whole["prediction"].to_pylist() == student.predict(frame).tolist()
    expected = student.predict_proba(frame)
    for place, name in enumerate("abc"):
        np.testing.assert_allclose(whole[f"probability_{name}"], expected[:, place], rtol=1e-5)
    np.testing.assert_allclose(whole["confidence"], expected.max(1), rtol=1e-5)
    pieces = [pickle.loads(pickle.dumps(score))(batch.slice(at, 7)) for at in range(0, 50, 7)]
    together = pa.Table.from_batches(pieces)
    assert together["prediction"].to_pylist() == whole["prediction"].to_pylist()
    np.testing.assert_allclose(together["confidence"], whole["confidence"], rtol=1e-5)
    assert [*score.stream([batch])] == [whole]


def test_the_schema_is_known_before_any_row() -> None:
    score = BatchScorer(student_of([3, 1]), keep=["id"], errors="null")
    batch = batch_of(numbers_of(4))
    schema = score.output_schema(batch.schema)
    assert score(batch).schema == schema == score(batch.slice(0, 0)).schema
    kinds = [pa.string(), pa.int64(), pa.float32(), pa.string()]
    assert [(field.name, field.type) for field in schema] == [
        *zip(["id", "prediction", "confidence", "error"], kinds, strict=True)
    ]


def test_gaps_and_what_is_infinite_have_no_answer_and_a_reason() -> None:
    columns = {"likes": [1, None, 3, 4], "age": [0.5, 1.0, np.inf, np.nan], "old": [True, False, True, True]}
    batch, score = batch_of(columns), BatchScorer(student_of(["a", "b"]), errors="null", probabilities=True)
    found = score(batch).to_pylist()
    assert [row["error"] is None for row in found] == [True, False, False, False]
    for row in found[1:]:
        assert row["prediction"] is row["confidence"] is row["probability_a"] is None
    assert found[0] == score(batch.slice(0, 1)).to_pylist()[0]
    with pytest.raises(DataError, match="NaN or infinity in 3 of 4 rows"):
        BatchScorer(student_of(["a", "b"]))(batch)


def test_lists_of_numbers_are_rows() -> None:
    student = student_of(["a", "b"], names=None)
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    fixed = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), 3)
    free = pa.array([[*map(float, row)] for row in x])
    score = BatchScorer(student, errors="null")
    expected = student.predict(x).tolist()
    for lists in (fixed, free, fixed.slice(0, 6), pa.concat_arrays([fixed, fixed]).slice(6)):
        assert score(batch_of({"features": lists}))["prediction"].to_pylist() == expected
    gaps = pa.array([[1.0, 2.0, 3.0], None, [1.0, None, 3.0]])
    for lists in (gaps, gaps.cast(pa.list_(pa.float32(), 3))):
        found = score(batch_of({"features": lists}))
        assert [error is None for error in found["error"].to_pylist()] == [True, False, False]
        assert found["prediction"].to_pylist()[0] == student.predict([[1.0, 2.0, 3.0]])[0]
    for wrong in (pa.array([[1.0, 2.0]]), pa.FixedSizeListArray.from_arrays(pa.array([1.0, 2.0]), 2)):
        with pytest.raises(DataError, match="expected lists of 3 numbers in 'features', as in training, got .*2"):
            score(batch_of({"features": wrong}))


def test_columns_of_any_type_are_read_as_in_training() -> None:
    student, table = student_of_columns()
    batch = batch_of({**table, "more": [1, 2, 3, 4]})
    assert BatchScorer(student)(batch)["prediction"].to_pylist() == student.predict(table).tolist()
    odd = batch_of({"likes": [1.0, np.inf, None, 1e300], "kind": ["zoo", "bar", None, "bar"]})
    found = BatchScorer(student, errors="null")(odd)
    assert [error is None for error in found["error"].to_pylist()] == [True, False, True, False]
    assert found["prediction"].to_pylist()[2] == student.predict({"likes": [None], "kind": [None]})[0]
    with pytest.raises(DataError, match="infinite"):
        BatchScorer(student)(odd)


def test_all_bad_rows_of_a_column_are_found_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {
        "likes": [1.0, 5.0, 9.0, 3.0],
        "open": [True, False, True, True],
        "born": ["1990-01-01", "1991-01-01", "1992-01-01", "1993-01-01"],
        "vector": [[1.0, 2.0], [0.5, 1.0], [1.0, 1.0], [0.0, 1.0]],
    }
    student = student_of_columns(table, {"likes": "log"})[0]
    rows, calls, answer = 400, 0, student.outputs
    odd = {name: [*values] * (rows // 4) for name, values in table.items()}
    odd["open"] = [float(value) for value in odd["open"]]
    for row in range(0, rows, 2):
        name, value = [("likes", -1.0), ("open", 0.5), ("born", "tomorrow"), ("vector", [1.0, None])][row // 2 % 4]
        odd[name][row] = value

    def counted(X: object) -> np.ndarray:
        nonlocal calls
        calls += 1
        return answer(X)

    monkeypatch.setattr(student, "outputs", counted)
    found = BatchScorer(student, errors="null")(batch_of(odd))
    assert calls < 10
    reasons = found["error"].to_pylist()
    assert [row for row, reason in enumerate(reasons) if reason] == [*range(0, rows, 2)]
    told = [("likes", "at least 0"), ("open", "got 0.5"), ("born", "'tomorrow'"), ("vector", "NaN in some")]
    for row, (name, part) in zip(range(0, 8, 2), told, strict=True):
        assert reasons[row].startswith(f"column {name!r}: expected")
        assert part in reasons[row]
    good = pa.table(odd).take([*range(1, rows, 2)])
    assert found["prediction"].to_pylist()[1::2] == student.predict(good).tolist()


@pytest.mark.parametrize("errors", ["raise", "null"])
def test_what_is_wrong_with_columns_is_raised_in_any_case(errors: str) -> None:
    named, (columns, table) = student_of(["a", "b"]), student_of_columns()
    with pytest.raises(DataError, match="missing 'likes'; did you mean 'like'"):
        BatchScorer(named, errors=errors)(batch_of({"like": [1], "age": [2], "old": [True]}))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="expected numbers, got 'age' \\(string\\)"):
        BatchScorer(named, errors=errors)(batch_of({"likes": [1], "age": ["2"], "old": [True]}))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="missing 'kind'"):
        BatchScorer(columns, errors=errors)(batch_of({"likes": table["likes"]}))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="expected numbers, got 'likes' \\(string\\)"):
        BatchScorer(columns, errors=errors)(batch_of({**table, "likes": [*"1234"]}))  # type: ignore[arg-type]


def test_sets_and_outliers_are_those_of_the_predictor() -> None:
    calibration = Calibration(temperature=2.0, conformal={"0.9": 0.6}, outlier=OUTLIER)
    student, batch = student_of(["a", "b", "c"], calibration=calibration), batch_of(numbers_of(40))
    frame = batch.to_pandas()[NAMES]
    found = BatchScorer(student, coverage=0.9, outliers=True)(batch)
    sets = [
        [name for name, inside in zip("abc", row, strict=True) if inside] for row in student.predict_set(frame, 0.9)
    ]
    assert found["set"].to_pylist() == sets
    assert found["outlier"].to_pylist() == (student.outlier_score(frame) > OUTLIER).tolist()
    assert 0 < sum(found["outlier"].to_pylist()) < 40
    with pytest.raises(ConfigError, match="expected a calibrated predictor"):
        BatchScorer(student_of(["a", "b"]), coverage=0.9)
    with pytest.raises(ConfigError, match="no threshold for 0.8"):
        BatchScorer(student, coverage=0.8)


def test_several_labels_and_numbers() -> None:
    batch = batch_of(numbers_of(20))
    frame = batch.to_pandas()[NAMES]
    labels = student_of(LabelAnswers(["x", "y"]))
    found = BatchScorer(labels, probabilities=True)(batch)
    given = [[name for name, one in zip("xy", row, strict=True) if one] for row in labels.predict(frame)]
    assert found["prediction"].to_pylist() == given
    assert found.schema.names == ["prediction", "probability_x", "probability_y"]
    flat, two = student_of(ValueAnswers([2.0], [3.0], flat=True)), student_of(ValueAnswers([2.0, 0.0], [3.0, 1.0]))
    np.testing.assert_allclose(BatchScorer(flat)(batch)["prediction"], flat.predict(frame), rtol=1e-5)
    np.testing.assert_allclose(BatchScorer(two)(batch)["prediction"].to_pylist(), two.predict(frame), rtol=1e-5)
    with pytest.raises(ConfigError, match="answers numbers"):
        BatchScorer(flat, probabilities=True)


def test_columns_to_keep_exist_and_are_not_written_twice() -> None:
    batch = batch_of({**numbers_of(2), "prediction": [1, 2]})
    with pytest.raises(ConfigError, match="keep: the table has no column 'idd'; did you mean 'id'"):
        BatchScorer(student_of(["a", "b"]), keep=["idd"])(batch)
    with pytest.raises(ConfigError, match="got 'prediction'; rename"):
        BatchScorer(student_of(["a", "b"]), keep=["prediction"])(batch)
    with pytest.raises(ConfigError, match="expected 'raise' or 'null', got 'ignore'"):
        BatchScorer(student_of(["a", "b"]), errors="ignore")  # type: ignore[arg-type]


def test_a_table_of_chunks_is_one_batch() -> None:
    student = student_of(["a", "b"])
    table = pa.concat_tables([pa.table(numbers_of(3)), pa.table(numbers_of(4, seed=1))])
    assert BatchScorer(student)(table)["prediction"].to_pylist() == student.predict(table.to_pandas()[NAMES]).tolist()
    assert isinstance(table.to_pandas(), pd.DataFrame)
