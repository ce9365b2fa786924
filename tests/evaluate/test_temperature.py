"""Temperature scaling: scikit-learn's against a search of our own, and data on which a plain one fails."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.evaluate import expected_calibration_error, fit_temperature, fit_temperatures
from gnn2mlp.evaluate.temperature import HIGHEST, LOWEST
from gnn2mlp.tasks.answers import sigmoid, softmax


def drawn(classes: int, rows: int, factor: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax; then the logits are multiplied, which T = factor undoes."""
    random = np.random.default_rng(seed)
    logits = 2 * random.normal(size=(rows, classes))
    return factor * logits, np.array([random.choice(classes, p=p) for p in softmax(logits)])


def log_loss(temperature: float, logits: np.ndarray, labels: np.ndarray) -> float:
    return -float(log_softmax(logits / temperature, axis=1)[np.arange(len(labels)), labels].mean())


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("factor", [0.3, 1.0, 6.0])
def test_it_minimises_the_log_loss(classes: int, factor: float) -> None:
    logits, labels = drawn(classes, 400, factor)
    found = minimize_scalar(
        lambda log_t: log_loss(np.exp(log_t), logits, labels), bounds=(-5, 5), options={"xatol": 1e-10}
    )
    assert fit_temperature(logits, labels) == pytest.approx(np.exp(found.x), rel=1e-5)
    assert fit_temperature(logits, labels) == pytest.approx(factor, rel=0.25)


def test_an_overconfident_network_becomes_honest() -> None:
    logits, labels = drawn(4, 4000, 5.0)
    before, after = (
        expected_calibration_error(torch.from_numpy(z), torch.from_numpy(labels))
        for z in (logits, logits / fit_temperature(logits[:1000], labels[:1000]))
    )
    assert before > 0.15
    assert after < 0.03


def test_a_shift_of_all_logits_changes_nothing() -> None:
    logits, labels = drawn(3, 100, 2.0)
    shifted = logits + np.linspace(-50, 50, 100)[:, None]
    assert fit_temperature(shifted, labels) == pytest.approx(fit_temperature(logits, labels), rel=1e-6)


def test_logits_that_look_like_probabilities_are_logits() -> None:
    logits, labels = drawn(3, 200, 1.0)
    between = softmax(logits)
    best = minimize_scalar(lambda log_t: log_loss(np.exp(log_t), between, labels), bounds=(-5, 5))
    assert fit_temperature(between, labels) == pytest.approx(np.exp(best.x), rel=1e-4)


def test_classes_that_no_row_has() -> None:
    logits, labels = drawn(5, 300, 3.0)
    few = labels < 2
    best = minimize_scalar(lambda log_t: log_loss(np.exp(log_t), logits[few], labels[few]), bounds=(-5, 5))
    assert fit_temperature(logits[few], labels[few]) == pytest.approx(np.exp(best.x), rel=1e-4)
    assert fit_temperature(logits, np.where(few, labels, -1)) == fit_temperature(logits[few], labels[few])


@pytest.mark.parametrize("rows", [10, 50, 1000])
def test_rows_that_are_all_right_promise_no_certainty(rows: int) -> None:
    labels = np.arange(rows) % 3
    logits = 4.0 * np.eye(3)[labels] + 0.1 * np.random.default_rng(0).normal(size=(rows, 3))
    temperature = fit_temperature(logits, labels)
    assert temperature > LOWEST
    assert softmax(logits / temperature).max(axis=1).mean() == pytest.approx((rows + 1) / (rows + 2))


def test_one_class_alone_is_bounded_too() -> None:
    logits = np.random.default_rng(0).normal(size=(40, 3)) + np.array([3.0, 0, 0])
    assert LOWEST < fit_temperature(logits, np.zeros(40, dtype=int)) < HIGHEST


def test_a_network_that_is_worse_than_chance_is_told_to_doubt() -> None:
    logits, labels = drawn(2, 200, 1.0)
    assert fit_temperature(-logits, labels) == HIGHEST


def test_equal_logits_have_nothing_to_scale() -> None:
    assert fit_temperature(np.ones((30, 3)), [0, 1, 2] * 10) == 1.0
    assert fit_temperature(np.ones((30, 1)), [0] * 30) == 1.0


def test_few_rows_leave_probabilities_alone_and_say_so() -> None:
    logits, labels = drawn(3, 9, 5.0)
    with pytest.warns(DataWarning, match="at least 10 labelled rows to fit it to, got 9"):
        assert fit_temperature(logits, labels) == 1.0
    with pytest.warns(DataWarning, match="got 0"):
        assert fit_temperature(np.zeros((0, 3)), np.zeros(0, dtype=int)) == 1.0


def test_each_of_several_labels_has_its_own() -> None:
    random = np.random.default_rng(0)
    logits = 2 * random.normal(size=(500, 3))
    labels = (random.random(logits.shape) < sigmoid(logits)).astype(float)
    labels[:100, 0] = np.nan
    labels[5:, 2] = np.nan
    with pytest.warns(DataWarning, match="got 5"):
        found = fit_temperatures(logits * [4.0, 0.5, 3.0], labels)
    best = minimize_scalar(
        lambda log_t: np.logaddexp(0, (1 - 2 * labels[:, 1]) * logits[:, 1] * 0.5 / np.exp(log_t)).mean(),
        bounds=(-5, 5),
    )
    assert found[0] == pytest.approx(4, rel=0.3)
    assert found[1] == pytest.approx(np.exp(best.x), rel=1e-4)
    assert found[2] == 1.0


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="finite logits"):
        fit_temperature([[np.nan, 0.0]], [0])
    with pytest.raises(DataError, match="one shape"):
        fit_temperatures(np.zeros((3, 2)), np.zeros((3, 1)))
