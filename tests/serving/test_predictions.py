"""What outputs say, in JSON."""

from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.serving.predictions import Wanted, corrected, judged, predictions
from tests.deploy import models_of


def made(
    kind: str, wanted: Wanted | None = None, calibrated: bool = False
) -> tuple[BasePredictor, list[dict[str, Any]]]:
    predictor = models_of.model(kind, calibrated=calibrated)
    return predictor, predictions(predictor, judged(predictor, predictor.outputs(models_of.X)), wanted or Wanted())


def test_classes_come_with_all_that_the_model_can_tell() -> None:
    predictor, found = made("classes", Wanted(coverage=0.9), calibrated=True)
    probabilities = predictor.predict_proba(models_of.X)
    for number, one in enumerate(found):
        assert [*one] == ["label", "confidence", "probabilities", "set", "outlier"]
        assert one["label"] == predictor.predict(models_of.X)[number]
        assert [*one["probabilities"].values()] == pytest.approx(probabilities[number], abs=1e-6)
        assert one["confidence"] == max(one["probabilities"].values())
    sets = predictor.predict_set(models_of.X, 0.9)
    assert [one["set"] for one in found] == [predictor.classes_[row].tolist() for row in sets]
    assert [one["outlier"] for one in found] == predictor.outliers(predictor.outputs(models_of.X)).tolist()


def test_probabilities_are_left_out_where_they_are_not_wanted() -> None:
    _, found = made("classes", Wanted(probabilities=False))
    assert [*found[0]] == ["label", "confidence"]


def test_labels_and_numbers() -> None:
    predictor, found = made("labels")
    has = predictor.predict(models_of.X)
    assert [one["labels"] for one in found] == [predictor.classes_[row.astype(bool)].tolist() for row in has]
    predictor, found = made("values")
    assert found == [{"values": row} for row in predictor.predict(models_of.X).tolist()]


def test_a_coverage_that_was_not_made_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no threshold for 0\.5"):
        made("classes", Wanted(coverage=0.5), calibrated=True)


def test_a_teacher_answers_for_its_rows_and_its_sets_are_nobodys() -> None:
    predictor = models_of.model("classes", calibrated=True)
    found = judged(predictor, predictor.outputs(models_of.X))
    deferred = np.array([False, True, True, False, False, False])
    taught = corrected(predictor, found, np.array([1]), np.array([[0.0, 0.0, 1.0]]))
    taught = taught._replace(deferred=deferred, taught=np.arange(6) == 1, failed="gone")
    told = predictions(predictor, taught, Wanted(coverage=0.9))
    assert (told[1]["label"], told[1]["confidence"], told[1]["answered_by"], told[1]["set"]) == (
        "cat",
        1.0,
        "teacher",
        None,
    )
    assert (told[2]["answered_by"], told[2]["teacher"]) == ("student", "gone")
    assert told[0]["label"] == predictor.predict(models_of.X)[0]
    assert "teacher" not in told[0]
