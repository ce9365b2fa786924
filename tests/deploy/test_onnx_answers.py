from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.onnx_answers import add_answers
from gnn2mlp.deploy.onnx_parts import Part
from gnn2mlp.tasks.answers import Answers, ClassAnswers, LabelAnswers, ValueAnswers
from tests.deploy.test_onnx_parts import ran

LOGITS = np.array([[0.5, -1, 2], [3, 2.999, -40], [0, 0, 0]], np.float64)


def answered(answers: Answers, real: Any = np.float32, temperature: float = 1.0) -> dict[str, np.ndarray]:
    """What the model gives for `LOGITS`, as many columns of them as there are outputs."""
    part = Part("answers", real)
    add_answers(part, part.input("x", real, answers.num_outputs), answers, temperature)
    return ran(part.model(), x=LOGITS[:, : answers.num_outputs].astype(real))


@pytest.mark.parametrize(
    "classes", [["a", "b", "ü"], np.array([3, 1, 2], np.int32), [0.5, 1.5, 2.5], np.array(["a", "b", "c"], object)]
)
@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_classes(classes: Any, real: Any) -> None:
    answers, got = ClassAnswers(classes), answered(ClassAnswers(classes), real)
    assert list(got) == ["label", "probabilities"]
    np.testing.assert_allclose(got["probabilities"], answers.probabilities(LOGITS), rtol=1e-6)
    assert got["label"].tolist() == answers.predict(LOGITS).tolist()
    assert got["probabilities"].dtype == real


def test_truth_values_stay_truth_values() -> None:
    assert answered(ClassAnswers(np.array([False, True])))["label"].tolist() == [False, False, False]


@pytest.mark.parametrize("threshold", [0.1, 0.4, 0.6])
def test_two_classes_are_told_by_the_threshold(threshold: float) -> None:
    answers = ClassAnswers(["no", "yes"], threshold)
    assert answered(answers)["label"].tolist() == answers.predict(LOGITS[:, :2]).tolist()


def test_a_temperature_divides_logits_and_leaves_labels() -> None:
    answers, got = ClassAnswers(["a", "b", "c"]), answered(ClassAnswers(["a", "b", "c"]), temperature=2.5)
    np.testing.assert_allclose(got["probabilities"], answers.probabilities(LOGITS / 2.5), rtol=1e-6)
    assert got["label"].tolist() == answers.predict(LOGITS).tolist()


def test_several_labels() -> None:
    answers, got = LabelAnswers(["x", "y"], [0.2, 0.9]), answered(LabelAnswers(["x", "y"], [0.2, 0.9]))
    assert list(got) == ["probabilities"]
    np.testing.assert_allclose(got["probabilities"], answers.probabilities(LOGITS[:, :2]), rtol=1e-6)


@pytest.mark.parametrize(("flat", "shape"), [(True, (3,)), (False, (3, 1))])
def test_numbers_are_in_the_units_of_training(flat: bool, shape: tuple[int, ...]) -> None:
    answers = ValueAnswers([100.0], [20.0], flat)
    got = answered(answers)
    assert list(got) == ["prediction"]
    np.testing.assert_allclose(got["prediction"], answers.predict(LOGITS[:, :1]), rtol=1e-6)
    assert got["prediction"].shape == shape


def test_other_answers_are_refused() -> None:
    class Others(ClassAnswers):
        pass

    assert list(answered(Others(["a", "b"]))) == ["label", "probabilities"]  # a kind of classes is one

    class Ranks(Answers):
        kind = "ranks"
        num_outputs = 2

        def predict(self, outputs: np.ndarray) -> np.ndarray:
            return outputs

        def facts(self) -> dict[str, Any]:
            return {}

    with pytest.raises(ConfigError, match="expected answers of classes, labels or values, got 'ranks'"):
        answered(Ranks())
