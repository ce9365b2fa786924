"""Conformal sets: the six lines against MAPIE, by hand, and what is promised against what is measured."""

import subprocess
import sys

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.evaluate import conformal_sets, conformal_threshold, coverage, share_interval
from gnn2mlp.tasks.answers import softmax


def drawn(rows: int, classes: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and labels drawn from sharper ones."""
    random = np.random.default_rng(seed)
    logits = 1.5 * random.normal(size=(rows, classes))
    return softmax(logits), np.array([random.choice(classes, p=p) for p in softmax(1.3 * logits)])


@pytest.mark.parametrize("nominal", [0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("rows", [60, 199, 1000])
def test_sets_are_those_of_mapie(rows: int, nominal: float) -> None:
    classification = pytest.importorskip("mapie.classification")
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Given(ClassifierMixin, BaseEstimator):
        """Rows are probabilities already."""

        classes_, fitted_ = np.arange(4), True

        def fit(self, X, y):
            return self

        def predict_proba(self, X):
            return X

        def predict(self, X):
            return X.argmax(axis=1)

    p, y = drawn(rows + 500)
    theirs = classification.SplitConformalClassifier(Given(), nominal, conformity_score="lac", prefit=True)
    theirs.conformalize(p[:rows], y[:rows])
    expected = theirs.predict_set(p[rows:])[1][:, :, 0]
    threshold = conformal_threshold(p[:rows], y[:rows], nominal)
    np.testing.assert_array_equal(conformal_sets(p[rows:], threshold), expected)


def test_a_threshold_by_hand() -> None:
    # Scores .1 .. .4 of four rows: the ⌈5 · 0.6⌉ = third smallest.
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    assert conformal_threshold(p, [0, 0, 0, 0], 0.6) == pytest.approx(0.3)
    assert conformal_threshold(p, [0, 0, -1, 0], 0.6) == pytest.approx(0.4)
    # A row that sets the threshold is in its own set, whatever rounding does.
    assert conformal_sets(p, conformal_threshold(p, [0, 0, 0, 0], 0.6))[:, 0].tolist() == [True, True, True, False]


def test_too_few_rows_make_sets_of_all_classes() -> None:
    p, y = drawn(8)
    assert conformal_threshold(p, y, 0.9) == 1.0
    assert conformal_sets([[1.0, 0.0]], 1.0).all()
    assert conformal_threshold(np.zeros((0, 3)), np.zeros(0, dtype=int), 0.5) == 1.0
    assert conformal_threshold(*drawn(9), 0.9) < 1.0  # ⌈10 · 0.9⌉ = 9 rows are enough


def test_the_promise_is_kept_on_rows_of_the_same_kind() -> None:
    found = []
    for seed in range(200):
        p, y = drawn(199, seed=seed)
        found.append(
            coverage(conformal_sets(p[100:], conformal_threshold(p[:100], y[:100], 0.9)), y[100:], 0.9).measured
        )
    assert np.mean(found) == pytest.approx(91 / 101, abs=0.01)  # what the theory says without ties


def test_coverage_by_hand() -> None:
    sets = np.array([[1, 1, 0], [0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=bool)
    found = coverage(sets, [0, 1, 0, -1], 0.9)
    assert (found.measured, found.size, found.empty, found.rows) == pytest.approx((2 / 3, 1, 1 / 3, 3))
    assert not found.falls_short  # of three rows nothing can be said
    assert found.warning("unseen nodes") == ""


def test_a_promise_that_fails_is_said_plainly() -> None:
    found = coverage(np.eye(2, dtype=bool)[np.zeros(200, dtype=int)], np.arange(200) % 5 == 0, 0.9)
    assert found.measured == 0.8
    assert found.falls_short
    text = found.warning("unseen nodes")
    assert "90% of cases do so in 80.0% of unseen nodes (73.8% to 85.3%, 200 cases)" in text
    assert "label some of them and calibrate" in text


def test_no_rows_say_nothing() -> None:
    found = coverage(np.zeros((2, 3), dtype=bool), [-1, -1], 0.9)
    assert np.isnan(found.measured)
    assert found.rows == 0
    assert not found.falls_short


def test_intervals_reach_the_ends() -> None:
    assert share_interval(0, 10)[0] == 0.0
    assert share_interval(10, 10)[1] == 1.0
    assert share_interval(10, 10)[0] == pytest.approx(0.025 ** (1 / 10))


@pytest.mark.parametrize("nominal", [0, 1, 1.5, -0.1])
def test_impossible_coverages(nominal: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        conformal_threshold(*drawn(20), nominal)


def test_shapes_that_do_not_fit() -> None:
    p, y = drawn(5)
    with pytest.raises(DataError, match="probabilities .* a label for each row"):
        conformal_threshold(p, y[:4])
    with pytest.raises(DataError, match="sets .* a label for each row"):
        coverage(p > 0.5, y[:4], 0.9)


def test_what_ships_loads_neither_torch_nor_scipy_for_it() -> None:
    command = (
        "import gnn2mlp.evaluate.conformal, gnn2mlp.evaluate.outliers, sys; "
        "print(*{'torch', 'scipy', 'sklearn', 'gnn2mlp.data'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
