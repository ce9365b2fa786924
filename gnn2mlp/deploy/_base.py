"""What every deployed student offers, whatever computes its outputs. Imports no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import call
from gnn2mlp.deploy.calibration import Calibration
from gnn2mlp.evaluate.conformal import conformal_sets
from gnn2mlp.evaluate.outliers import energy, joint_energy
from gnn2mlp.tasks.answers import Answers, ClassAnswers, answers_from

Answer = Callable[[Any], np.ndarray]


class BasePredictor(ABC):
    """Arrays in, answers out. Subclasses supply `_outputs`.

    Attributes:
        answers: how outputs become answers: classes, several labels, or numbers.
        num_features: width of a feature row.
        feature_names: column names of training, or `None`; data frames are checked against them.
        calibration: what makes probabilities honest, or `None`; thresholds of `answers` are of scaled probabilities.
    """

    answers: Answers
    num_features: int
    feature_names: tuple[str, ...] | None
    calibration: Calibration | None = None

    @abstractmethod
    def digest(self) -> str:
        """A digest of all that decides answers: what was made with one student is not gone on with by another."""

    def outputs(self, X: Any) -> np.ndarray:
        """What the network gives, before any calibration, float (rows, outputs); `X` as in `predict`.

        Raises:
            DataError: as `predict`.
        """
        return self._outputs(X, "outputs")

    def __repr__(self) -> str:
        answers = None if self.answers.classes is None else list(self.answers.classes)
        reads = {"features": self.num_features} | ({"columns": self.feature_names} if self.feature_names else {})
        return call(type(self).__name__, {**reads, "answers": "numbers" if answers is None else answers})

    @abstractmethod
    def _outputs(self, X: Any, name: str) -> np.ndarray:
        """Outputs (rows, outputs) of checked input; `name` is the method that was called, for messages."""

    @property
    def classes_(self) -> np.ndarray:
        """What the columns of `predict_proba` stand for: classes, or names of labels. Absent of numbers."""
        if self.answers.classes is None:
            raise AttributeError(f"{type(self).__name__} answers numbers, and has no classes")
        return self.answers.classes

    @property
    def predict_proba(self) -> Answer:
        """Probabilities, float (rows, outputs), in the order of `classes_`; `X` as in `predict`.

        Of one class each they add up to 1; of several labels each stands for itself. Divided by the temperature of
        `calibration` before, if there is one. Absent where numbers are answered.
        """
        _ = self.classes_
        return lambda X: self.answers.probabilities(self._scaled(X, "predict_proba"))

    @property
    def decision_function(self) -> Answer:
        """Logits, divided by the temperature of `calibration` if there is one, float (rows, outputs).

        `X` as in `predict`. Absent where numbers are answered.
        """
        _ = self.classes_
        return lambda X: self._scaled(X, "decision_function")

    def predict(self, X: Any) -> np.ndarray:
        """Answers, of the type of the labels in training: (rows,), or (rows, outputs) of several labels or targets.

        Args:
            X: (rows, features): numpy, scipy sparse, pandas, polars, Arrow, columns by name, or torch; zero rows are
                allowed. A table with column names must have those of training, in any order, if training had names.
                Of a student with encoders of columns: a table as `TableEncoder.transform` takes it, in which further
                columns are not looked at, or one row as a mapping.

        Raises:
            DataError: for the wrong number of features or other columns, NaN or infinite values, or, of columns that
                are encoded, values of another type than in training.
        """
        return self.answers.predict(self._scaled(X, "predict"))

    def predict_set(self, X: Any, coverage: float = 0.9) -> np.ndarray:
        """Sets of classes that hold the true one with probability `coverage`: bool (rows, classes).

        The columns are in the order of `classes_`. The promise is for rows like those that
        `calibration` was made with; it may fail for nodes that differ from them, such as later ones, and has to be
        measured there (`gnn2mlp.evaluate.coverage`). A set may be empty.

        Args:
            X: as in `predict`.
            coverage: one of those that `calibration` was made for.

        Raises:
            ConfigError: if there is no calibration, or none for this coverage, or answers are no single classes.
            DataError: as `predict`.
        """
        threshold = self.threshold(coverage)
        return conformal_sets(self.answers.probabilities(self._scaled(X, "predict_set")), threshold)

    def threshold(self, coverage: float) -> float:
        """A class is in the set of `predict_set` if 1 less its probability is at most this.

        Raises:
            ConfigError: as `predict_set`.
        """
        return self._calibration("predict_set").threshold(coverage)

    def outliers(self, outputs: np.ndarray) -> np.ndarray:
        """Which rows are more foreign to the student than 95 % of validation rows, bool (rows,), of `outputs`.

        Raises:
            ConfigError: if there is no calibration, or one without that score.
        """
        highest = self._calibration("outliers").outlier
        if highest is None:
            raise ConfigError("outliers: the calibration has no score of ordinary rows; calibrate anew")
        return self._energy(outputs) > highest

    @property
    def outlier_score(self) -> Answer:
        """How foreign each row is to the student, float (rows,): the energy of its logits, higher where more foreign.

        A row above `calibration.outlier`, if there is a calibration, scores higher than 95 % of validation rows did.
        `X` as in `predict`. Absent where numbers are answered.
        """
        _ = self.classes_
        return lambda X: self._energy(self._outputs(X, "outlier_score"))

    @property
    def _energy(self) -> Callable[[np.ndarray], np.ndarray]:
        return energy if isinstance(self.answers, ClassAnswers) else joint_energy

    def _scaled(self, X: Any, name: str) -> np.ndarray:
        outputs = self._outputs(X, name)
        return outputs if self.calibration is None else self.calibration.scaled(outputs)

    def _calibration(self, name: str) -> Calibration:
        if self.calibration is None:
            raise ConfigError(
                f"{name}: expected a calibrated predictor, got one without calibration; make one with "
                "gnn2mlp.deploy.calibrated(predictor, X, y) from labelled rows that trained nothing"
            )
        return self.calibration


def answers_of(card: Mapping[str, Any]) -> Answers:
    """The answers that a card describes; older ones know classes alone."""
    if "answers" in card:
        return answers_from(card["answers"])
    return ClassAnswers(np.asarray(card["classes"], dtype=np.dtype(card["classes_dtype"])))
