"""Answers in the user's own values, without torch; and back from their facts."""

import json
import subprocess
import sys

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.tasks.answers import Answers, ClassAnswers, LabelAnswers, ValueAnswers, answers_from, sigmoid, softmax

OUTPUTS = np.array([[0.0, 1.0], [2.0, -1.0]], dtype=np.float32)


@pytest.mark.parametrize("classes", [["a", "b"], [3, 7], [False, True], [0.5, 1.5], np.array([1, 2], np.int8)], ids=str)
def test_classes_keep_their_values_and_type(classes: object) -> None:
    answers = ClassAnswers(np.asarray(classes))
    assert answers.predict(OUTPUTS).tolist() == [np.asarray(classes).tolist()[1], np.asarray(classes).tolist()[0]]
    assert answers.predict(OUTPUTS).dtype == np.asarray(classes).dtype
    np.testing.assert_allclose(answers.probabilities(OUTPUTS).sum(-1), 1, rtol=1e-6)


def test_a_threshold_decides_between_two_classes() -> None:
    outputs = np.log([[0.7, 0.3], [0.8, 0.2]])
    assert ClassAnswers([0, 1]).predict(outputs).tolist() == [0, 0]
    assert ClassAnswers([0, 1], threshold=0.25).predict(outputs).tolist() == [1, 0]


def test_labels_are_answered_each_for_itself() -> None:
    assert LabelAnswers(["x", "y"]).predict(OUTPUTS).tolist() == [[1, 1], [1, 0]]
    assert LabelAnswers(["x", "y"], [0.6, 0.8]).predict(OUTPUTS).tolist() == [[0, 0], [1, 0]]
    np.testing.assert_allclose(LabelAnswers(["x", "y"]).probabilities(OUTPUTS), 1 / (1 + np.exp(-OUTPUTS)), rtol=1e-6)


def test_values_are_turned_back_into_the_units_of_the_labels() -> None:
    answers = ValueAnswers([10, 20], [1, 2])
    assert answers.predict(OUTPUTS).tolist() == [[10, 22], [12, 18]]
    assert ValueAnswers([10], [5], flat=True).predict(OUTPUTS[:, :1]).tolist() == [10, 20]
    assert answers.predict(OUTPUTS).dtype == np.float32
    with pytest.raises(ConfigError, match="no probabilities"):
        answers.probabilities(OUTPUTS)


@pytest.mark.parametrize(
    "answers",
    [
        ClassAnswers(np.array(["a", "bc"]), 0.3),
        ClassAnswers(np.array([1, 2], np.int16)),
        LabelAnswers(["a", "b"], [0.5, 0.25]),
        ValueAnswers([1.5, 2], [1, 3]),
        ValueAnswers([1], [3], flat=True),
    ],
)
def test_facts_are_json_and_lead_back(answers: Answers) -> None:
    again = answers_from(json.loads(json.dumps(answers.facts())))
    assert again == answers
    outputs = OUTPUTS[:, : answers.num_outputs]
    np.testing.assert_array_equal(again.predict(outputs), answers.predict(outputs))
    assert again.predict(outputs).dtype == answers.predict(outputs).dtype


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ConfigError, match="'classes', 'labels', 'values' or 'embeddings', got 'ranks'"):
        answers_from({"kind": "ranks"})


def test_extreme_outputs_do_not_overflow() -> None:
    extreme = np.array([[-1e4, 1e4]], np.float32)
    with np.errstate(over="raise", invalid="raise"):
        assert softmax(extreme).tolist() == [[0, 1]]
        assert sigmoid(extreme).tolist() == [[0, 1]]


def test_answers_need_no_torch() -> None:
    code = "import sys, gnn2mlp.tasks.answers; assert 'torch' not in sys.modules, 'torch was imported'"
    subprocess.run([sys.executable, "-c", code], check=True)
