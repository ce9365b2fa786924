"""An estimator that searches: what differs from its defaults is kept, and what ships knows how it was found."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from gnn2mlp.core.errors import ConfigError, SearchWarning
from gnn2mlp.core.spec import Spec
from gnn2mlp.estimators import NodeClassifier, NodeRegressor
from gnn2mlp.estimators.searching import Searching
from gnn2mlp.pipeline.searching.search import Search
from gnn2mlp.pipeline.searching.settings import Auto
from tests.helpers import tiny_arrays
from tests.pipeline.searching.conftest import space_file

__all__ = ["space_file"]


@pytest.fixture
def auto(space_file: str) -> dict[str, Any]:
    return {
        "name": "auto", "trials": 3, "rehearsals": 1, "finalists": 0, "methods": ["glnn"], "space": space_file,
    }  # fmt: skip


def estimator(auto: Any, **more: Any) -> NodeClassifier:
    return NodeClassifier({"name": "gcn", "hidden": 8, "epochs": 8}, auto, distill={"epochs": 8}, **more)


def fitted(auto: Any, **more: Any) -> NodeClassifier:
    x, y, edges = tiny_arrays(nodes=90)
    with pytest.warns(SearchWarning, match="within chance of"):
        return estimator(auto, **more).fit(x, y, edge_index=edges)


def test_it_finds_and_learns(auto: dict[str, Any]):
    model = fitted(auto)
    x, y, _ = tiny_arrays(nodes=90)
    assert model.score(x, y) > 0.6
    best = model.leaderboard_.best
    assert model.predictor_.card["method"] == best["method"]
    assert model.predictor_.card["search"]["tried"] == 3
    assert best["teacher"] is None or best["teacher"]["hidden"] == 8
    assert len(model.leaderboard_.frame()) == 3
    assert np.array_equal(fitted(auto).predict_proba(x), model.predict_proba(x))


def test_what_is_saved_needs_no_search(auto: dict[str, Any], tmp_path: Path):
    model, (x, _, _) = fitted(auto), tiny_arrays(nodes=90)
    model.save(tmp_path / "model")
    loaded = NodeClassifier.load(tmp_path / "model")
    assert np.array_equal(loaded.predict_proba(x), model.predict_proba(x))
    assert loaded.method == Spec.parse({**Auto().spec().to_dict(), **auto}) or loaded.method.name == "auto"
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict(x), model.predict(x))
    assert not hasattr(again, "leaderboard_")
    assert clone(model).method == model.method


def test_a_folder_keeps_the_search(auto: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    kept = {**auto, "folder": str(tmp_path / "search")}
    model = fitted(kept)
    assert (tmp_path / "search" / "leaderboard.html").exists()
    from gnn2mlp.pipeline.searching import judging

    def fail(*arguments: Any, **options: Any) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(judging, "distil_student", fail)
    assert fitted(kept).leaderboard_.rows[0]["scores"] == model.leaderboard_.rows[0]["scores"]


def test_without_a_search_there_is_no_board():
    x, y, edges = tiny_arrays(nodes=90)
    model = estimator("glnn").fit(x, y, edge_index=edges)
    assert model.leaderboard_ is None
    assert "search" not in model.predictor_.card


def test_options_of_the_search_are_parameters(auto: dict[str, Any]):
    model = estimator("auto")
    assert model.get_params()["method__budget"] is None
    model.set_params(method__budget="2m", method__trials=3)
    assert model.method == Spec("auto", budget="2m", trials=3)
    assert estimator(Auto(trials=2)).set_params(method__trials=4).method == Auto(trials=4)
    with pytest.raises(ConfigError, match="did you mean 'trials'"):
        model.set_params(method__trial=3)


def test_what_is_not_a_default_is_kept():
    given = {"teacher": "sage", "student": {"name": "mlp", "hidden": 7}, "inputs": "features"}
    assert Searching.make("auto", given, None).named == {"student": Spec("mlp", hidden=7)}


def test_numbers_are_searched_for_as_well(auto: dict[str, Any]):
    x, y, edges = tiny_arrays(nodes=60)
    model = NodeRegressor({"name": "gcn", "hidden": 8, "epochs": 8}, auto, distill={"epochs": 8})
    with pytest.warns(SearchWarning):
        model.fit(x, y.astype(float), edge_index=edges)
    assert model.leaderboard_.facts["metric"]["greater_is_better"] is False
    assert model.leaderboard_.best["score"] < 0


def test_wrong_settings_fail_before_the_data_are_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Search, "run", None)
    with pytest.raises(ConfigError, match="budget: expected a duration"):
        estimator({"name": "auto", "budget": "soon"}).fit(None, None)
