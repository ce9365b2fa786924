"""scikit-learn's contract: its own checks as a user calls them, and the tools that build on it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from gnn2mlp import NodeClassifier, NodeRegressor
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.estimators import linking
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.teachers.gcn import GCN
from tests.estimators.conftest import NODES, Tiny, quick


@parametrize_with_checks([NodeClassifier(), NodeRegressor()])
def test_scikit_learn_accepts_them(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def frame(tiny: Tiny) -> pd.DataFrame:
    """The tiny graph's nodes as a table, whose index is their ids; two columns are no numbers."""
    columns = pd.DataFrame(tiny.X, columns=[f"f{i}" for i in range(12)])
    columns["age"] = np.linspace(0, 50, NODES)
    columns["kind"] = np.where(np.arange(NODES) % 3 > 0, "bar", "shop")
    columns.index = pd.Index([f"p{i}" for i in range(NODES)], name="page")
    return columns


@pytest.fixture(scope="module")
def truth(tiny: Tiny, frame: pd.DataFrame) -> pd.Series:
    """Every node's label, by id."""
    return pd.Series(np.array(["a", "b", "c"])[tiny.truth], frame.index)


@pytest.fixture(scope="module")
def edges(tiny: Tiny, frame: pd.DataFrame) -> pd.DataFrame:
    """Edges by id, two of which lead to no node."""
    table = pd.DataFrame(frame.index.to_numpy()[tiny.edges].T, columns=["source", "target"])
    return pd.concat([table, pd.DataFrame({"source": ["p1", "x"], "target": ["x", "y"]})], ignore_index=True)


def test_a_table_and_edges_by_id(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame, tmp_path: Path) -> None:
    model = quick().fit(frame, truth, edges=edges)
    assert model.edges_["dangling"] == 2
    assert (model.n_features_in_, model.feature_names_in_.tolist()) == (14, [*frame.columns])
    assert model.graph_.num_nodes == NODES
    model.save(tmp_path / "model")
    loaded = NodeClassifier.load(tmp_path / "model")
    assert (loaded.predict_proba(frame) == model.predict_proba(frame)).all()
    assert loaded.edges_ == model.edges_
    assert not hasattr(loaded, "graph_")
    one = frame.iloc[0].to_dict()
    assert loaded.predict(one).tolist() == model.predict(frame[:1]).tolist()
    with pytest.raises(DataError, match="missing 'kind'"):
        loaded.predict(frame.drop(columns="kind"))


def test_other_libraries_tables_give_the_same(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame) -> None:
    expected = quick().fit(frame, truth, edges=edges).predict_proba(frame)
    told = frame.assign(label=truth).reset_index()
    for table in (told, pl.from_pandas(told), pl.from_pandas(told).to_arrow()):
        model = quick(id_column="page").fit(table, "label", edges=pl.from_pandas(edges))
        np.testing.assert_allclose(model.predict_proba(table), expected, atol=1e-4)
        assert model.score(table, "label") == pytest.approx((expected.argmax(1) == truth.map("abc".index)).mean())


def test_columns_are_overridden(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame, tmp_path: Path) -> None:
    model = quick(columns={"kind": "drop", "f0": "raw"}).fit(frame, truth, edges=edges)
    encoders = {column.name: column.encoder.name for column in model.predictor_.columns.columns}
    assert (encoders["kind"], encoders["f0"], encoders["age"]) == ("drop", "raw", "number")
    model.save(tmp_path / "model")
    assert NodeClassifier.load(tmp_path / "model").columns == {"kind": "drop", "f0": "raw"}
    with pytest.raises(ConfigError, match="the table has no column 'kin'; did you mean 'kind'"):
        quick(columns={"kin": "drop"}).fit(frame, truth, edges=edges)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The graphs that any `fit` has learnt from."""
    graphs, real = [], linking.linked
    monkeypatch.setattr(linking, "linked", lambda *given: graphs.append(real(*given)) or graphs[-1])
    return graphs


def test_a_fold_keeps_the_edges_within_it(
    frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame, seen: list[Any]
) -> None:
    """Held-out rows are no nodes of the graph that a fold learns from, and their values change nothing."""
    folds = KFold(3, shuffle=True, random_state=0)
    found = cross_validate(quick(), frame, truth, cv=folds, params={"edges": edges}, return_estimator=True)
    assert found["test_score"].mean() > 0.5
    inside = edges[edges.isin(frame.index).all(axis=1)]
    for (train, test), graph, model in zip(folds.split(frame), seen[:3], found["estimator"], strict=True):
        ids = frame.index[train]
        within = inside[inside.isin(ids).all(axis=1)]
        assert graph.graph.num_nodes == len(train)
        assert {tuple(sorted(edge)) for edge in ids.to_numpy()[graph.graph.edge_index.T.numpy()].tolist()} == {
            tuple(sorted(edge)) for edge in within.to_numpy().tolist()
        }
        spoilt, other = frame.copy(), truth.copy()
        spoilt.iloc[test, :12] = 1e6
        other.iloc[test] = "c"
        again = quick().fit(spoilt.iloc[train], other.iloc[train], edges=edges)
        assert (again.predict_proba(frame) == model.predict_proba(frame)).all()


def test_row_numbers_do_not_survive_a_fold(tiny: Tiny) -> None:
    with pytest.raises(DataError, match="expected row numbers of X in 0..44, got .* as is needed in cross-validation"):
        cross_val_score(quick(), tiny.X, tiny.truth, cv=2, params={"edges": tiny.edges}, error_score="raise")


def test_settings_are_searched(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame) -> None:
    grid = {"teacher__hidden": [4, 8], "distill__epochs": [2, 20]}
    search = GridSearchCV(quick(), grid, cv=2).fit(frame, truth, edges=edges)
    assert search.best_params_["distill__epochs"] == 20
    assert search.best_estimator_.teacher_.hidden == search.best_params_["teacher__hidden"]
    assert search.score(frame, truth) > 0.5


def test_edges_and_weights_are_routed(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame) -> None:
    weight = pd.Series(np.linspace(0.5, 2, NODES), frame.index)
    with config_context(enable_metadata_routing=True):
        model = quick().set_fit_request(edges=True, sample_weight=True).set_score_request(sample_weight=True)
        scores = cross_val_score(model, frame, truth, cv=2, params={"edges": edges, "sample_weight": weight})
        scale = StandardScaler().set_output(transform="pandas").set_fit_request(sample_weight=True)
        piped = make_pipeline(scale, model)
        numbers = frame.drop(columns=["age", "kind"])
        piped.fit(numbers, truth, edges=edges, sample_weight=weight)
    assert scores.shape == (2,)
    assert piped.predict(numbers).shape == (NODES,)


def test_a_pipeline_keeps_the_index(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame) -> None:
    numbers = frame.drop(columns=["age", "kind"])
    piped = make_pipeline(StandardScaler(), quick()).set_output(transform="pandas")
    piped.fit(numbers, truth, nodeclassifier__edges=edges)
    assert piped[-1].edges_["kept"] == len(edges) - 2
    assert piped.score(numbers, truth) > 0.5


def test_probabilities_are_calibrated(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame) -> None:
    fitted = quick().fit(frame[:60], truth[:60], edges=edges)
    later = truth[60:].to_numpy()  # scikit-learn 1.9 asks a series for its element 0, whatever its index
    scaled = CalibratedClassifierCV(FrozenEstimator(fitted), method="temperature").fit(frame[60:], later)
    assert (scaled.predict(frame) == fitted.predict(frame)).all()
    folded = CalibratedClassifierCV(quick(), cv=2).fit(frame, truth, edges=edges)
    assert folded.predict_proba(frame).shape == (NODES, 3)


def test_nodes_without_a_label_are_not_scored(
    frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame, tiny: Tiny
) -> None:
    partly = truth.where(np.arange(NODES) % 2 == 0, None)
    model = quick().fit(frame, partly, edges=edges)
    assert model.score(frame, partly) == model.score(frame[::2], truth[::2])
    scores = cross_val_score(quick(), frame, partly, cv=KFold(2, shuffle=True, random_state=0), params={"edges": edges})
    assert ((scores > 0.3) & (scores <= 1)).all()
    numbers = np.where(partly.notna(), tiny.X[:, 0], np.nan)
    assert (
        NodeRegressor(teacher=Spec("sage", epochs=2), distill={"epochs": 2})
        .fit(frame, numbers, edges=edges)
        .score(frame, numbers)
        < 1
    )


def test_several_labels_and_numbers_of_tables(frame: pd.DataFrame, edges: pd.DataFrame, tiny: Tiny) -> None:
    labels = pd.DataFrame({"one": tiny.truth == 0, "other": tiny.truth > 0}, index=frame.index)
    model = quick().fit(frame, labels.astype(float), edges=edges)
    assert model.classes_.tolist() == ["one", "other"]
    assert model.predict(frame).shape == (NODES, 2)
    assert 0 <= model.score(frame, labels) <= 1
    several = MultiOutputClassifier(quick()).fit(frame, labels, edges=edges)
    assert several.predict(frame).shape == (NODES, 2)
    number = NodeRegressor(teacher=Spec("sage", epochs=20), distill={"epochs": 60})
    assert cross_val_score(number, frame, frame["f0"], cv=2, params={"edges": edges}).shape == (2,)


@pytest.mark.parametrize("teacher", ["gcn", Spec("gcn"), {"name": "gcn"}, GCN()])
def test_options_of_components_are_parameters(teacher: Any) -> None:
    model = NodeClassifier(teacher, GLNN())
    assert model.get_params()["teacher__hidden"] == GCN().hidden
    assert "teacher__hidden" not in model.get_params(deep=False)
    copied = clone(model.set_params(teacher__hidden=64, method__temperature=2.0))
    assert (copied.get_params()["teacher__hidden"], copied.method.temperature) == (64, 2.0)
    assert copied.set_params(teacher="sage", teacher__hidden=7).teacher == Spec("sage", hidden=7)
    with pytest.raises(ConfigError, match="teacher__hiden: .* did you mean 'hidden'"):
        model.set_params(teacher__hiden=3)
    with pytest.raises(ValueError, match="Invalid parameter 'teecher'"):
        model.set_params(teecher__hidden=3)


def test_random_states_of_numpy(tiny: Tiny, tmp_path: Path) -> None:
    model = quick(random_state=np.random.RandomState(0))
    first, second = (model.fit(tiny.X, tiny.y, edges=tiny.edges).predict_proba(tiny.X) for _ in range(2))
    again = quick(random_state=np.random.RandomState(0)).fit(tiny.X, tiny.y, edges=tiny.edges)
    assert (first != second).any()
    assert (again.predict_proba(tiny.X) == first).all()
    model.save(tmp_path / "model")
    assert NodeClassifier.load(tmp_path / "model").random_state is None


def test_balanced_weights(frame: pd.DataFrame, truth: pd.Series, edges: pd.DataFrame) -> None:
    model = quick(class_weight="balanced").fit(frame, truth == "a", edges=edges)
    assert (model.predict(frame)).mean() >= quick().fit(frame, truth == "a", edges=edges).predict(frame).mean()


def test_it_says_what_was_changed() -> None:
    assert repr(NodeClassifier("gcn", k=3)) == "NodeClassifier(k=3, teacher='gcn')"
