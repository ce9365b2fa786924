import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import (
    Calibration,
    GraphPredictor,
    NodeFields,
    Predictor,
    graph_predictor,
    verify,
    write_directory,
)
from gnn2mlp.deploy import _graphs as module
from gnn2mlp.students import MLPStudent, SetMLP
from gnn2mlp.tasks.answers import ClassAnswers, LabelAnswers
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=20)


def make(pool: str = "mean+size") -> GraphPredictor:
    torch.manual_seed(0)
    student = SetMLP(hidden=8, pool=pool)  # type: ignore[arg-type]
    return GraphPredictor(student, student.network(5, 2), NodeFields.of(GRAPHS), ClassAnswers(["no", "yes"]), {})


def arrays() -> list[np.ndarray]:
    assert GRAPHS.node_codes is not None
    return [GRAPHS.node_codes[a:b].numpy() for a, b in zip(GRAPHS.node_offsets, GRAPHS.node_offsets[1:], strict=False)]


def test_edges_are_not_read() -> None:
    predictor = make()
    torch.testing.assert_close(predictor.predict_proba(GRAPHS), predictor.predict_proba(arrays()))
    assert set(predictor.predict(arrays())) <= {"no", "yes"}


def test_graphs_are_answered_alone_as_in_company(monkeypatch: pytest.MonkeyPatch) -> None:
    predictor, whole = make(), make().outputs(GRAPHS)
    monkeypatch.setattr(module, "CHUNK", 5)
    torch.testing.assert_close(predictor.outputs(GRAPHS), whole)
    alone = np.concatenate([predictor.outputs([graph]) for graph in arrays()])
    torch.testing.assert_close(alone, whole)
    assert predictor.outputs([]).shape == (0, 2)


def test_weights_that_change_change_the_answers() -> None:
    predictor = make()
    before = predictor.outputs(GRAPHS)
    with torch.no_grad():
        predictor.module.head.head.bias.add_(1)  # type: ignore[union-attr, operator]
    np.testing.assert_allclose(predictor.outputs(GRAPHS), before + 1, atol=1e-6)
    predictor.module.double()
    assert predictor.outputs(GRAPHS).dtype == np.float64
    copied = pickle.loads(pickle.dumps(predictor))
    assert np.array_equal(copied.outputs(GRAPHS), predictor.outputs(GRAPHS))


def test_on_another_device_the_network_itself_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = make()
    monkeypatch.setattr(graph_predictor, "on_cpu", lambda _: False)
    np.testing.assert_allclose(predictor.outputs(GRAPHS), make().outputs(GRAPHS), atol=1e-6)


def test_what_is_saved_answers_the_same(tmp_path: Path) -> None:
    predictor = make()
    predictor.save(tmp_path / "model", {"name": "Graphs"})
    loaded = GraphPredictor.load(tmp_path / "model")
    assert np.array_equal(loaded.outputs(GRAPHS), predictor.outputs(GRAPHS))
    assert loaded.fields == predictor.fields
    assert loaded.digest() == predictor.digest()
    assert verify(tmp_path / "model")["fields"]["code_sizes"] == [3, 2]
    write_directory(tmp_path / "model", loaded, {"summary": "again"})
    assert GraphPredictor.load(tmp_path / "model").about["name"] == "Graphs"
    assert "codes=[3, 2]" in repr(loaded)


def test_models_of_other_units_are_told_apart(tmp_path: Path) -> None:
    make().save(tmp_path / "graphs")
    with pytest.raises(
        ArtefactError, match=r"got one that answers for whole graphs: load it with GraphPredictor\.load"
    ):
        Predictor.load(tmp_path / "graphs")
    student = MLPStudent(hidden=4)
    Predictor(student, student.build(2, 2), 2, ["a", "b"]).save(tmp_path / "nodes")
    with pytest.raises(ArtefactError, match=r"expected a model of whole graphs in .*Predictor\.load"):
        GraphPredictor.load(tmp_path / "nodes")
    with pytest.raises(ConfigError, match="expected a network that reads sets of nodes"):
        GraphPredictor(student, student.build(5, 2), NodeFields.of(GRAPHS), ClassAnswers(["a", "b"]))


def test_several_tasks_have_a_probability_each() -> None:
    student = SetMLP(hidden=8)
    made = GraphPredictor(student, student.network(5, 3), NodeFields.of(GRAPHS), LabelAnswers(["a", "b", "c"]))
    assert made.predict(GRAPHS).shape == (20, 3)


def test_a_calibration_scales_probabilities_and_changes_no_answer(tmp_path: Path) -> None:
    plain = make()
    calibration = Calibration(temperature=3.0, conformal={"0.9": 0.5}, rows=40)
    found = plain.calibrated(calibration)
    assert found.predict(GRAPHS).tolist() == plain.predict(GRAPHS).tolist()
    assert found.predict_proba(GRAPHS).max() < plain.predict_proba(GRAPHS).max()
    found.save(tmp_path / "model")
    again = GraphPredictor.load(tmp_path / "model")
    assert again.calibration == calibration
    np.testing.assert_allclose(again.predict_proba(GRAPHS), found.predict_proba(GRAPHS))
    np.testing.assert_allclose(again.calibrated(None).predict_proba(GRAPHS), plain.predict_proba(GRAPHS))
    with pytest.raises(ConfigError, match="expected one of this student's 2 outputs, got 3"):
        plain.calibrated(Calibration(temperature=(1.0, 2.0, 3.0)))
