"""Outputs as columns: by hand."""

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import Calibration
from gnn2mlp.deploy.answer_columns import Asked, answer_columns
from gnn2mlp.tasks.answers import LabelAnswers, ValueAnswers
from tests.deploy.scored import student_of


def test_classes_by_hand() -> None:
    outputs = np.log(np.array([[0.25, 0.75], [0.9, 0.1]], np.float32))
    calibration = Calibration(temperature=1.0, conformal={"0.9": 0.8}, outlier=-0.5)
    found = answer_columns(student_of(["a", "b"], calibration=calibration), outputs, Asked(True, 0.9, True))
    assert {name: column.to_pylist() for name, column in found.items() if name in ("prediction", "set", "outlier")} == {
        "prediction": ["b", "a"],
        "set": [["a", "b"], ["a"]],  # whose probability is at least 1 - 0.8
        "outlier": [True, True],  # the energy of both is -log 1, which is above -0.5
    }
    np.testing.assert_allclose(found["probability_b"], [0.75, 0.1], rtol=1e-6)
    np.testing.assert_allclose(found["confidence"], [0.75, 0.9], rtol=1e-6)


def test_a_temperature_divides_outputs() -> None:
    student = student_of([1, 2], calibration=Calibration(temperature=2.0))
    found = answer_columns(student, np.log(np.array([[1.0, 9.0]], np.float32)), Asked())
    assert found["prediction"].to_pylist() == [2]
    np.testing.assert_allclose(found["confidence"], [0.75], rtol=1e-6)


def test_labels_and_numbers_by_hand() -> None:
    labels = answer_columns(student_of(LabelAnswers(["x", "y"])), np.array([[1.0, -1.0], [2.0, 3.0]]), Asked())
    assert labels["prediction"].to_pylist() == [["x"], ["x", "y"]]
    flat = answer_columns(student_of(ValueAnswers([1.0], [2.0], flat=True)), np.array([[3.0]]), Asked())
    assert flat["prediction"].to_pylist() == [7.0]
    several = answer_columns(student_of(ValueAnswers([1.0, 0.0], [2.0, 1.0])), np.array([[3.0, 4.0]]), Asked())
    assert several["prediction"].to_pylist() == [[7.0, 4.0]]
    assert several["prediction"].type == pa.list_(pa.float32(), 2)
    with pytest.raises(ConfigError, match="no probabilities, sets or outliers"):
        answer_columns(student_of(ValueAnswers([1.0], [2.0])), np.zeros((1, 1)), Asked(outliers=True))


def test_sets_of_several_labels_are_refused() -> None:
    student = student_of(LabelAnswers(["x", "y"]), calibration=Calibration(temperature=1.0))
    with pytest.raises(ConfigError, match="no threshold for 0.9"):
        answer_columns(student, np.zeros((1, 2)), Asked(coverage=0.9))
