"""What makes a student's probabilities honest, and says how sure its answers are; made from validation rows.

Imports no torch, and scikit-learn only where a calibration is made.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, listing
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.conformal import conformal_threshold
from gnn2mlp.evaluate.known import known_rows
from gnn2mlp.evaluate.outliers import energy, joint_energy
from gnn2mlp.tasks.answers import DEFAULT_THRESHOLD, Answers, ClassAnswers, LabelAnswers, sigmoid, softmax

if TYPE_CHECKING:
    from gnn2mlp.deploy.predictor import Predictor

COVERAGES = (0.9, 0.95)
# The share of validation rows whose outlier score is not above `Calibration.outlier`.
ORDINARY = 0.95


@dataclass(frozen=True)
class Calibration:
    """How outputs become honest probabilities, sets of classes, and a warning of foreign rows.

    Args:
        temperature: what logits are divided by: one number, or one for each of several labels.
        conformal: by nominal coverage, such as `"0.9"`: a class is in the set if 1 less its probability is at most
            this, see `gnn2mlp.evaluate.conformal_threshold`.
        outlier: the energy score that 95 % of validation rows do not exceed; `None` if it was not measured.
        rows: how many labelled rows all of this was made from.

    Raises:
        ConfigError: for a temperature that is not above 0, or thresholds that are no numbers.

    Example:
        >>> calibration = Calibration(temperature=2.0, conformal={"0.9": 0.6})
        >>> calibration.scaled(np.array([[4.0, 0.0]])).tolist()
        [[2.0, 0.0]]
        >>> Calibration.of(calibration.facts()) == calibration
        True
    """

    temperature: float | tuple[float, ...] = 1.0
    conformal: Mapping[str, float] = field(default_factory=dict)
    outlier: float | None = None
    rows: int = 0

    __repr__ = short_repr

    def __post_init__(self) -> None:
        values = np.asarray(self.temperature, dtype=np.float64)
        if values.ndim > 1 or not values.size or not (np.isfinite(values) & (values > 0)).all():
            raise ConfigError(f"temperature: expected a number above 0, or one for each label, got {self.temperature}")
        thresholds = {_key(float(coverage)): float(value) for coverage, value in self.conformal.items()}
        if any(not 0 <= value <= 1 for value in thresholds.values()):
            raise ConfigError(f"conformal: expected thresholds from 0 to 1, got {dict(self.conformal)}")
        # Frozen: what came as a list or as a number of another type is settled once.
        object.__setattr__(self, "temperature", float(values) if values.ndim == 0 else tuple(values.tolist()))
        object.__setattr__(self, "conformal", thresholds)

    def scaled(self, outputs: np.ndarray) -> np.ndarray:
        """Logits (rows, outputs) divided by the temperature, of the same type."""
        return outputs / np.asarray(self.temperature, outputs.dtype)  # type: ignore[no-any-return]

    def threshold(self, coverage: float) -> float:
        """The threshold of the sets with this nominal coverage.

        Raises:
            ConfigError: if there is none.
        """
        found = self.conformal.get(_key(coverage))
        if found is None:
            there = listing(list(self.conformal)) or "none, as of several labels there are no sets of classes"
            raise ConfigError(
                f"coverage: no threshold for {coverage!r} was made (there are: {there}); calibrate with coverages="
                f"[{coverage!r}]"
            )
        return found

    def check_fits(self, answers: Answers) -> None:
        """Raise `ConfigError` if there are not as many temperatures as outputs, or outputs are no logits."""
        count = 1 if isinstance(self.temperature, float) else len(self.temperature)
        if answers.classes is None or (count not in (1, answers.num_outputs)):
            outputs = "numbers" if answers.classes is None else f"{answers.num_outputs} outputs"
            raise ConfigError(f"calibration: expected one of this student's {outputs}, got {count} temperatures")

    def facts(self) -> dict[str, Any]:
        """All that `of` needs, JSON-able."""
        several = isinstance(self.temperature, tuple)
        return {
            "temperature": list(self.temperature) if several else self.temperature,  # type: ignore[arg-type]
            "conformal": dict(self.conformal),
            "outlier": self.outlier,
            "rows": self.rows,
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """What `facts` described; entries of later releases are not read.

        Raises:
            ConfigError: if they describe none.
        """
        try:
            outlier = facts.get("outlier")
            temperature, conformal, rows = facts["temperature"], facts.get("conformal", {}), int(facts.get("rows", 0))
            return cls(temperature, conformal, None if outlier is None else float(outlier), rows)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"expected the facts of a calibration, got {facts!r} ({error})") from error


def calibrate(outputs: Any, labels: Any, coverages: Iterable[float] = COVERAGES) -> Calibration:
    """Make a calibration from outputs for rows that trained nothing, such as validation nodes.

    Args:
        outputs: logits (rows, outputs).
        labels: int (rows,), columns of the outputs, -1 where unknown; or, of several labels each, 0, 1 or NaN (rows,
            labels). Those have a temperature each, and no sets.
        coverages: nominal ones, for `predict_set`.

    Returns:
        Temperature by scikit-learn, thresholds of the scaled probabilities, and the outlier score that 95 % of the rows
        do not exceed. With fewer than 10 labelled rows probabilities stay as they are, with a `DataWarning`; with too
        few for a coverage its sets hold all classes.

    Raises:
        DataError: if the two do not fit.
        ConfigError: for a coverage that is not between 0 and 1.

    Example:
        >>> random = np.random.default_rng(0)
        >>> labels = random.integers(3, size=500)
        >>> logits = 6 * (np.eye(3)[labels] + random.normal(size=(500, 3)))  # far too sure of themselves
        >>> made = calibrate(logits, labels, coverages=[0.9])
        >>> f"{made.temperature:.1f}", f"{made.threshold(0.9):.2f}"
        ('5.4', '0.82')
    """
    from gnn2mlp.evaluate.temperature import fit_temperature, fit_temperatures

    z, y = np.asarray(outputs, np.float64), np.asarray(labels)
    if y.ndim == 2:
        temperatures = tuple(fit_temperatures(z, y))
        known = ~np.isnan(y.astype(np.float64)).all(axis=1)
        return Calibration(temperatures, {}, _ordinary(joint_energy(z[known])), int(known.sum()))
    z, y = known_rows(z, y)
    temperature = fit_temperature(z, y)
    probabilities = softmax(z / temperature)
    thresholds = {_key(each): conformal_threshold(probabilities, y, each) for each in coverages}
    return Calibration(temperature, thresholds, _ordinary(energy(z)), len(y))


def calibrated(predictor: "Predictor", X: Any, y: Any, coverages: Iterable[float] = COVERAGES) -> "Predictor":
    """A copy of a student with honest probabilities, from labelled rows that trained nothing. Its answers stay.

    Args:
        predictor: any; a calibration that it has is replaced.
        X: rows, as `predict` takes them.
        y: their labels (rows,), in the user's own values, `None` or NaN where unknown; or 0, 1 and NaN (rows, labels).
        coverages: as in `calibrate`.

    Raises:
        DataError: if there is not one label per row, or one that the student does not know.
        ConfigError: if the student answers numbers.

    Example:
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> predictor = Predictor(student, student.build(2, 2), num_features=2, task=["cat", "dog"])
        >>> made = calibrated(predictor, np.eye(2).repeat(50, axis=0), ["cat", "dog"] * 50, coverages=[0.8])
        >>> made.predict_set(np.eye(2), coverage=0.8).shape
        (2, 2)
    """
    if predictor.answers.classes is None:
        raise ConfigError("calibrate: expected a student that answers with classes, got one that answers numbers")
    raw = predictor.calibrated(None)
    outputs = raw.decision_function(X)
    labels = _positions(y, raw.classes_) if isinstance(raw.answers, ClassAnswers) else np.asarray(y, np.float64)
    if len(labels) != len(outputs):
        raise DataError(f"calibrate: expected a label for each of {len(outputs)} rows, got {len(labels)}")
    return predictor.calibrated(calibrate(outputs, labels, coverages))


def calibration_of(card: Mapping[str, Any], answers: Answers) -> Calibration | None:
    """The calibration that a card describes, for these answers; older cards have none.

    Raises:
        ConfigError: if it is one of other answers, or none at all.
    """
    if card.get("calibration") is None:
        return None
    found = Calibration.of(card["calibration"])
    found.check_fits(answers)
    return found


def rescaled(answers: Answers, before: Calibration | None, after: Calibration | None) -> Answers:
    """Answers whose thresholds, of probabilities under `before`, say the same of probabilities under `after`."""
    ratio = np.asarray(1.0 if before is None else before.temperature) / np.asarray(
        1.0 if after is None else after.temperature
    )
    if isinstance(answers, ClassAnswers) and answers.threshold is not None:
        return ClassAnswers(answers.classes, float(_moved(answers.threshold, ratio)))
    if isinstance(answers, LabelAnswers) and answers.thresholds is not None:
        return LabelAnswers(answers.classes, _moved(answers.thresholds, ratio).tolist())
    return answers


def _moved(threshold: float | Sequence[float], ratio: np.ndarray) -> np.ndarray:
    t = np.asarray(threshold, np.float64)
    with np.errstate(divide="ignore"):  # 0 and 1 stay where they are
        logit = np.log(t) - np.log1p(-t)
    return np.where(t == DEFAULT_THRESHOLD, t, sigmoid(logit * ratio))


def _positions(y: Any, classes: np.ndarray) -> np.ndarray:
    """Where each label is among the classes, -1 where it is unknown."""
    place = {value: position for position, value in enumerate(classes.tolist())}
    values = [None if value is None or value != value else value for value in np.asarray(y).tolist()]
    if foreign := sorted({str(value) for value in values if value is not None and value not in place}):
        raise DataError(
            f"calibrate: expected labels that the student knows ({listing(list(map(str, place)))}), got "
            f"{listing(foreign)}"
        )
    return np.array([-1 if value is None else place[value] for value in values], dtype=np.int64)


def _ordinary(scores: np.ndarray) -> float | None:
    return float(np.quantile(scores, ORDINARY)) if len(scores) else None


def _key(coverage: float) -> str:
    return f"{coverage:g}"
