"""Calibrations by hand, on students, in files and on ONNX Runtime."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, DataWarning
from gnn2mlp.deploy import Calibration, OnnxPredictor, Predictor, calibrate, calibrated
from gnn2mlp.deploy.calibration import rescaled
from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.evaluate import conformal_threshold, energy, fit_temperature, joint_energy
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression
from gnn2mlp.tasks.answers import ClassAnswers, LabelAnswers, softmax
from tests.deploy.test_predictor import X, make

MANY = np.random.default_rng(1).normal(size=(300, 6)).astype(np.float32)


def labelled(made: Predictor, seed: int = 0) -> np.ndarray:
    """Labels for `MANY` that make the student four times too sure: drawn from a quarter of its logits."""
    random = np.random.default_rng(seed)
    return np.array([random.choice(made.classes_, p=p) for p in softmax(made.decision_function(MANY) / 4)])


@pytest.fixture
def sure() -> Predictor:
    """A student of three classes that is far surer than an untrained one."""
    made = make()
    made.module.head.weight.data *= 20
    return made


def test_a_student_becomes_honest_and_keeps_its_answers(sure: Predictor) -> None:
    labels = labelled(sure)
    made = calibrated(sure, MANY, labels)
    assert 2.5 < made.calibration.temperature < 6
    positions = np.searchsorted(sure.classes_, labels)
    logits = sure.decision_function(MANY)
    assert made.calibration.temperature == fit_temperature(logits, positions)
    np.testing.assert_allclose(made.decision_function(X), sure.decision_function(X) / made.calibration.temperature)
    np.testing.assert_allclose(made.predict_proba(X), softmax(made.decision_function(X)))
    assert made.predict_proba(X).dtype == np.float32
    assert (made.predict(X) == sure.predict(X)).all()
    assert sure.calibration is None  # it was not changed


def test_sets_and_outliers(sure: Predictor) -> None:
    labels = labelled(sure)
    made = calibrated(sure, MANY, labels, coverages=[0.9, 0.5])
    scaled, positions = made.predict_proba(MANY), np.searchsorted(sure.classes_, labels)
    logits = sure.decision_function(MANY).astype(np.float64)
    q = conformal_threshold(softmax(logits / made.calibration.temperature), positions, 0.9)
    assert made.calibration.conformal["0.9"] == q
    sets = made.predict_set(MANY)
    assert sets.dtype == bool
    assert (sets == (1 - scaled.astype(np.float64) <= q)).all()
    assert 0.9 <= sets[np.arange(300), positions].mean() < 0.93
    assert made.predict_set(MANY, 0.5).sum() < sets.sum()
    np.testing.assert_allclose(made.outlier_score(X), energy(sure.decision_function(X)), rtol=1e-5)
    np.testing.assert_allclose(sure.outlier_score(X), made.outlier_score(X))  # it needs no calibration
    assert (made.outlier_score(MANY) <= made.calibration.outlier).mean() == pytest.approx(0.95, abs=0.005)
    assert made.predict_set(np.zeros((0, 6))).shape == (0, 3)


def test_what_cannot_be_said_is_refused(sure: Predictor) -> None:
    with pytest.raises(
        ConfigError, match=r"predict_set: expected a calibrated predictor.*calibrated\(predictor, X, y\)"
    ):
        sure.predict_set(X)
    made = calibrated(sure, MANY, labelled(sure))
    with pytest.raises(ConfigError, match=r"no threshold for 0.8 was made \(there are: 0.9, 0.95\).*coverages=\[0.8\]"):
        made.predict_set(X, coverage=0.8)


def test_it_is_saved_and_loaded(sure: Predictor, tmp_path: Path) -> None:
    made = calibrated(sure, MANY, labelled(sure))
    made.save(tmp_path)
    loaded = Predictor.load(tmp_path)
    assert loaded.calibration == made.calibration
    assert (loaded.predict_proba(X) == made.predict_proba(X)).all()
    assert (loaded.predict_set(X) == made.predict_set(X)).all()
    assert json.loads(json.dumps(made.facts()))["calibration"] == made.calibration.facts()
    assert made.to("cpu").calibration == made.calibration


def test_older_files_have_none(tmp_path: Path) -> None:
    made = make()
    assert "calibration" not in made.facts()
    made.save(tmp_path)
    assert Predictor.load(tmp_path).calibration is None


@pytest.mark.parametrize("facts", [{}, [1], {"temperature": 0}, {"temperature": "hot"}, {"temperature": [1.0, 2.0]}])
def test_a_file_with_another_calibration_is_refused(facts: object, tmp_path: Path) -> None:
    made = make()
    path = tmp_path / STUDENT
    artefact.save(path, "student", made.module.state_dict(), {**made.facts(), "calibration": facts})
    with pytest.raises(ArtefactError, match="calibration|temperature"):
        Predictor.load(tmp_path)


def test_onnx_answers_alike(sure: Predictor, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    made = calibrated(sure, MANY, labelled(sure))
    made.to_onnx(tmp_path)
    loaded = OnnxPredictor.load(tmp_path)
    np.testing.assert_allclose(loaded.predict_proba(X), made.predict_proba(X), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(loaded.outlier_score(X), made.outlier_score(X), rtol=1e-4)
    assert (loaded.predict_set(X) == made.predict_set(X)).all()


def test_a_threshold_moves_with_the_probabilities() -> None:
    made = make()
    two = Predictor(made.student, made.student.build(6, 2), 6, NodeClassification(["no", "yes"], threshold=0.3))
    scaled = two.calibrated(Calibration(temperature=3.0))
    assert scaled.answers.threshold == pytest.approx(1 / (1 + (0.7 / 0.3) ** (1 / 3)))
    assert (scaled.predict(MANY) == two.predict(MANY)).all()
    assert (scaled.predict_proba(MANY)[:, 1] >= scaled.answers.threshold).tolist() == (
        scaled.predict(MANY) == "yes"
    ).tolist()
    again = scaled.calibrated(Calibration(temperature=0.5)).calibrated(None)
    assert again.answers.threshold == pytest.approx(0.3)
    assert again.calibration is None


def test_thresholds_at_the_ends_stay() -> None:
    for end in (0.0, 0.5, 1.0):
        assert rescaled(ClassAnswers([0, 1], end), None, Calibration(4.0)).threshold == end


def test_several_labels_have_a_temperature_each() -> None:
    made = make()
    task = MultiLabel(["x", "y", "z"], threshold=[0.2, 0.5, 0.7])
    several = Predictor(made.student, made.module, 6, task)
    labels = (np.random.default_rng(0).random((300, 3)) < 0.4).astype(float)
    labels[0] = np.nan
    scaled = calibrated(several, MANY, labels)
    assert len(scaled.calibration.temperature) == 3
    assert scaled.calibration.rows == 299
    assert (scaled.predict(MANY) == several.predict(MANY)).all()
    np.testing.assert_allclose(scaled.outlier_score(X), joint_energy(several.decision_function(X)), rtol=1e-5)
    with pytest.raises(ConfigError, match="of several labels there are no sets"):
        scaled.predict_set(X)
    assert Calibration.of(json.loads(json.dumps(scaled.calibration.facts()))) == scaled.calibration
    assert rescaled(LabelAnswers(["x"]), None, Calibration((2.0,))).thresholds is None


def test_numbers_have_no_probabilities_to_scale() -> None:
    made = make()
    numbers = Predictor(made.student, made.module, 6, Regression(["a", "b", "c"]))
    with pytest.raises(ConfigError, match="got one that answers numbers"):
        calibrated(numbers, MANY, np.zeros((300, 3)))
    with pytest.raises(ConfigError, match="one of this student's numbers"):
        Predictor(made.student, made.module, 6, Regression(["a", "b", "c"]), calibration=Calibration())
    assert not hasattr(numbers, "outlier_score")


def test_labels_in_every_form(sure: Predictor) -> None:
    labels = labelled(sure)
    expected = calibrated(sure, MANY, labels).calibration
    assert calibrated(sure, MANY, labels.tolist()).calibration == expected
    assert calibrated(sure, MANY, pd.Series(labels)).calibration == expected
    gaps = [None if row % 3 else label for row, label in enumerate(labels)]
    assert calibrated(sure, MANY, gaps).calibration.rows == 100
    assert calibrated(sure, MANY, gaps).calibration == calibrated(sure, MANY[::3], labels[::3]).calibration


def test_labels_that_cannot_be_are_named(sure: Predictor) -> None:
    with pytest.raises(DataError, match=r"labels that the student knows \(a, b, c\), got z"):
        calibrated(sure, MANY, ["z"] * 300)
    with pytest.raises(DataError, match="a label for each of 300 rows, got 2"):
        calibrated(sure, MANY, ["a", "b"])


def test_few_rows_promise_little(sure: Predictor) -> None:
    with pytest.warns(DataWarning, match="at least 10 labelled rows"):
        made = calibrated(sure, MANY[:5], labelled(sure)[:5])
    assert made.calibration.temperature == 1.0
    assert made.predict_set(X).all()  # five rows cannot promise 90 %
    with pytest.warns(DataWarning, match="got 0"):
        assert calibrate(np.zeros((0, 3)), np.zeros(0, dtype=int)) == Calibration(1.0, {"0.9": 1.0, "0.95": 1.0}, None)


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1}, {"temperature": ()}, {"conformal": {0.9: 1.5}}, {"temperature": np.inf}]
)
def test_impossible_calibrations(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="temperature|conformal"):
        Calibration(**wrong)


def test_facts_of_later_releases_are_read() -> None:
    assert Calibration.of({"temperature": 2, "conformal": {"0.90": 0.5}, "news": 1}) == Calibration(2.0, {0.9: 0.5})
