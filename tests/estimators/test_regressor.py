"""Numbers of nodes: learnt from the graph, predicted without it, saved, and as scikit-learn expects."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone, is_regressor
from sklearn.exceptions import NotFittedError

from gnn2mlp import NodeRegressor, Predictor
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.spec import Spec
from tests.estimators.conftest import Tiny


def quick(**options: object) -> NodeRegressor:
    """A regressor that trains for a few epochs; `options` win."""
    settings = {
        "teacher": Spec("sage", epochs=80, hidden=16),
        "student": Spec("mlp", hidden=16),
        "distill": {"epochs": 200},
        "device": "cpu",
    }
    return NodeRegressor(**{**settings, **options})


@pytest.fixture(scope="module")
def y(tiny: Tiny) -> np.ndarray:
    """Three levels in the thousands, by class; a third is not known."""
    return np.where(np.arange(90) < 60, 1000.0 * (1 + tiny.truth), np.nan)


@pytest.fixture(scope="module")
def fitted(tiny: Tiny, y: np.ndarray) -> NodeRegressor:
    return quick().fit(tiny.X, y, edge_index=tiny.edges)


def test_it_learns_in_the_units_of_the_targets(tiny: Tiny, fitted: NodeRegressor) -> None:
    answers = fitted.predict(tiny.X)
    assert answers.shape == (90,)
    assert fitted.score(tiny.X, 1000.0 * (1 + tiny.truth)) > 0.3  # R²: the mean has 0
    assert fitted.validation_score_ < 0  # minus the mean absolute error
    assert is_regressor(fitted)
    assert not hasattr(fitted, "classes_")
    assert not hasattr(fitted, "predict_proba")


def test_it_is_saved_and_loaded(tiny: Tiny, fitted: NodeRegressor, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    loaded = NodeRegressor.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(tiny.X), fitted.predict(tiny.X))
    np.testing.assert_array_equal(Predictor.load(tmp_path).predict(tiny.X), fitted.predict(tiny.X))
    assert loaded.get_params()["metric"] == "mae"
    from gnn2mlp import NodeClassifier

    with pytest.raises(ArtefactError, match="expected a saved NodeClassifier"):
        NodeClassifier.load(tmp_path)


def test_several_targets(tiny: Tiny, y: np.ndarray) -> None:
    both = np.stack([y, -y], axis=1)
    model = quick(metric="r2", distill={"epochs": 5}).fit(tiny.X, both, edge_index=tiny.edges)
    assert model.predict(tiny.X).shape == (90, 2)


def test_clones_and_what_comes_before_fit(tiny: Tiny) -> None:
    model = clone(quick(metric="rmse"))
    assert model.get_params()["metric"] == "rmse"
    with pytest.raises(NotFittedError):
        model.predict(tiny.X)


def test_what_cannot_be_is_refused(tiny: Tiny, y: np.ndarray) -> None:
    with pytest.raises(DataError, match="'reliable_neighbours' compares distributions over classes"):
        quick(method="krd").fit(tiny.X, y, edge_index=tiny.edges)
    with pytest.raises(ConfigError, match="task.metric: expected one of mae"):
        quick(metric="accuracy").fit(tiny.X, y, edge_index=tiny.edges)
    with pytest.raises(DataError, match="two different values"):
        quick().fit(tiny.X, np.ones(90), edge_index=tiny.edges)
