"""Routing by memory as a student: training, files, ONNX, options."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.evaluate import accuracy
from gnn2mlp.objectives import HardLabels
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.students.routing_by_memory import RoutingByMemory
from tests.tiny import tiny_views


def test_learns_and_answers_alike_from_its_file_and_in_onnx(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    views = tiny_views()
    student = RoutingByMemory(hidden=16, experts=4, top=2, dropout=0.1)
    result = Distiller(epochs=60).fit(student, HardLabels(), views.observed)
    graph, test = views.full.graph, views.full.split.test
    assert result.history.loss[-1] < 0.5 * result.history.loss[0]
    assert accuracy(result.module(graph.features).logits[test], graph.labels[test]) > 0.5  # chance is 1/3
    x = np.asarray(graph.features)
    made = Predictor(student, result.module, x.shape[1], ["a", "b", "c"])
    made.save(tmp_path / "model")
    np.testing.assert_array_equal(Predictor.load(tmp_path / "model").predict_proba(x), made.predict_proba(x))
    made.to_onnx(tmp_path / "onnx")
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path / "onnx").predict_proba(x), made.predict_proba(x), atol=1e-4)


def test_processes_cannot_share_its_batches() -> None:
    assert RoutingByMemory().one_process
    assert AveragedStudent(RoutingByMemory()).one_process
    assert not AveragedStudent("mlp").one_process


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top": 9}, r"student\.top: expected at most as many as there are experts, 8, got 9"),
        ({"experts": 0}, r"student\.experts: expected at least 1, got 0"),
        ({"momentum": 1.0}, r"student\.momentum: expected a number from 0 to below 1, got 1\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RoutingByMemory(**options)
