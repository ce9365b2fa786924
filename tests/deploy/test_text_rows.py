"""Tables with a column of texts: what is asked, what is refused, and that no message shows a text."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, RowsError
from gnn2mlp.deploy import BatchScorer, OnnxPredictor
from gnn2mlp.deploy.monitoring import Profile
from gnn2mlp.deploy.table_scoring import score_table
from gnn2mlp.deploy.text_rows import TextRowReader
from tests.deploy.texts import TEXTS, of_texts

VALUES = [[1.0, 2.0], [0.0, 1.0], [3.0, 0.5]]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_table_is_answered_as_its_texts_are(kind: pa.DataType) -> None:
    student = of_texts()
    table = pa.table({"id": [1, 2, 3], "says": pa.array(TEXTS).cast(kind)})
    found = BatchScorer(student, keep=["id"], probabilities=True, text="says")(table)
    assert found.column("prediction").to_pylist() == student.predict(TEXTS).tolist()
    assert np.allclose(found.column("probability_wine"), student.predict_proba(TEXTS)[:, 0])
    for row, text in enumerate(TEXTS):  # a row does not depend on the others
        alone = BatchScorer(student, text="says")(pa.table({"says": [text]}))
        assert alone.column("prediction")[0] == found.column("prediction")[row]


def test_features_lie_beside_the_texts() -> None:
    student, table = of_texts(features=True), pa.table({"text": TEXTS, "features": VALUES})
    scorer = BatchScorer(student, errors="null")
    assert scorer.reads == ("text", "features")
    asked = {"texts": TEXTS, "features": np.array(VALUES)}
    assert scorer(table).column("prediction").to_pylist() == student.predict(asked).tolist()
    gaps = pa.table({"text": [TEXTS[0], None, TEXTS[2]], "features": [VALUES[0], VALUES[1], [float("nan"), 1.0]]})
    found = scorer(gaps)
    assert found.column("error").to_pylist() == [None, "the text is missing", "a feature is missing, NaN or infinite"]
    with pytest.raises(DataError, match="expected lists of 2 numbers"):
        scorer(pa.table({"text": TEXTS, "features": [[1.0]] * 3}))
    with pytest.raises(DataError, match="expected 2 features beside each text, as in training, got 3"):
        student.predict({"texts": TEXTS, "features": np.zeros((3, 3))})
    with pytest.raises(ConfigError, match="expected another column than 'features'"):
        TextRowReader(student, text="features")


def test_a_row_without_a_text_has_a_reason_or_raises() -> None:
    table = pa.table({"text": [TEXTS[0], None]})
    found = BatchScorer(of_texts(), errors="null")(table)
    assert found.column("error").to_pylist() == [None, "the text is missing"]
    assert found.column("prediction").is_valid().to_pylist() == [True, False]
    with pytest.raises(RowsError, match="row 1: the text is missing") as told:
        BatchScorer(of_texts())(table)
    assert told.value.rows == [1]
    assert "secret" not in str(told.value)
    assert BatchScorer(of_texts(), errors="null")(pa.table({"text": [None]})).column("prediction").null_count == 1


def test_columns_that_cannot_be_are_refused_without_what_they_hold() -> None:
    scorer = BatchScorer(of_texts())
    for table, said in [
        ({"texts": TEXTS}, "a column 'text' .*; did you mean 'texts'.*--text COLUMN"),
        ({"text": [1, 2]}, "expected texts in the column 'text', got int64"),
    ]:
        with pytest.raises(DataError, match=said) as told:
            scorer(pa.table(table))
        assert "secret" not in str(told.value)


def test_a_file_is_scored_in_a_stream_and_the_column_is_part_of_what_is_asked(tmp_path: Path) -> None:
    source, student = tmp_path / "pages.parquet", of_texts()
    pq.write_table(pa.table({"id": range(300), "says": TEXTS * 100, "other": TEXTS[::-1] * 100}), source, 100)
    scorer = BatchScorer(student, keep=["id"], text="says")
    done = score_table(scorer, source, tmp_path / "answers.parquet", part_rows=100)
    found = pq.read_table(done.out)
    assert found.column("prediction").to_pylist() == student.predict(TEXTS * 100).tolist()
    assert "secret" not in str(found)
    assert scorer.identity != BatchScorer(student, keep=["id"], text="other").identity


def test_an_onnx_file_of_it_is_the_network_alone_and_says_so(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    student = of_texts()
    model = OnnxPredictor.load(student.to_onnx(tmp_path / "model.onnx"))
    rows = student.inputs.asked_rows(TEXTS).to_dense().numpy()  # type: ignore[attr-defined]
    assert model.predict(rows).tolist() == student.predict(TEXTS).tolist()
    with pytest.raises(DataError, match="expected rows that the encoder of this student makes of texts") as told:
        model.predict(TEXTS)
    assert "secret" not in str(told.value)
    with pytest.raises(ConfigError, match="has the network alone"):
        BatchScorer(model)


def test_monitoring_says_what_it_has_not(tmp_path: Path) -> None:
    of_texts().save(tmp_path / "model")
    with pytest.raises(ArtefactError, match="reads texts, of which no profile is kept"):
        Profile.load(tmp_path / "model")
