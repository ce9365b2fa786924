"""Students of texts behind a server: answers, refusals, and that no text is told anywhere."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.serving import Settings, create_app
from gnn2mlp.serving.model import load_model
from gnn2mlp.serving.rows import rows_of
from gnn2mlp.serving.texts import TextColumns, TextStudent
from tests.deploy.texts import TEXTS, of_texts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student of texts."""
    made = tmp_path_factory.mktemp("served") / "texts"
    of_texts().save(made)
    return made


def test_requests_are_answered_as_the_student_answers(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    from fastapi.testclient import TestClient

    caplog.set_level(logging.DEBUG)
    student = of_texts()
    with TestClient(create_app(folder, Settings(watch=0))) as client:
        about = client.get("/model").json()
        assert [column["name"] for column in about["columns"]] == ["text"]
        assert client.post("/predict", json=about["example"]).status_code == 200
        found = client.post("/predict", json=[{"text": text, "id": n} for n, text in enumerate(TEXTS)]).json()
        assert [one["label"] for one in found["predictions"]] == student.predict(TEXTS).tolist()
        told = [client.post("/predict", json=one) for one in ({"text": None}, {"text": 3}, {"says": TEXTS[0]}, TEXTS)]
        told += [client.post("/explain", json={"text": TEXTS[0]})]
        assert all(400 <= one.status_code < 500 for one in told)
        assert "expected a text in 'text', got nothing" in told[0].text
        assert "reads one text" in told[-1].text
        said = "".join([one.text for one in told] + [client.get("/metrics").text, caplog.text])
        assert "secret" not in said


def test_requests_are_read_together_and_answered_as_alone(folder: Path) -> None:
    model = load_model(folder)
    assert isinstance(model.predictor, TextStudent)
    asked = [{"text": text} for text in TEXTS]
    together = model.judge([rows_of(one, model.predictor, 9) for one in [*asked, {"text": None}]])
    assert isinstance(together[-1], DataError)
    for one, found in zip(asked, together, strict=False):
        (alone,) = model.judge([rows_of(one, model.predictor, 9)])
        assert np.allclose(found.outputs, alone.outputs)  # type: ignore[union-attr]


def test_features_lie_beside_texts(tmp_path: Path) -> None:
    student = of_texts(features=True)
    student.save(tmp_path / "model")
    model = load_model(tmp_path / "model").predictor
    row: dict[str, Any] = {"text": TEXTS[:1], "features": [[1.0, 2.0]]}
    wanted = student.predict_proba({"texts": TEXTS[:1], "features": np.array([[1.0, 2.0]])})
    assert np.allclose(model.predict_proba(row), wanted)
    for spoilt in ([[1.0]], [["a secret", 1.0]], [None]):
        with pytest.raises(DataError, match="expected a list of 2 numbers in 'features'") as told:
            TextColumns(2).read({**row, "features": spoilt})
        assert "secret" not in str(told.value)
