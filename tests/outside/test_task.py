"""A task that lives outside the package: one class, and everything trains, chooses, answers and ships by it."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Views, graph_from_arrays
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import Metric, Task
from gnn2mlp.tasks.answers import Answers, ValueAnswers
from gnn2mlp.teachers.sage import SAGE
from tests.helpers import tiny_arrays


class Median(Task):
    """A number of each node whose median is predicted: absolute errors in place of squares."""

    name = "median"
    citation = "Koenker and Bassett, Regression Quantiles, Econometrica 1978"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "mae": Metric(
            "absolute error", lambda task, output, labels: (output - labels).abs().mean().item(), False, False
        )
    }
    metric = "mae"

    @property
    def num_outputs(self) -> int:
        return 1

    @property
    def answers(self) -> Answers:
        return ValueAnswers([0.0], [1.0], flat=True)

    def loss(self, output: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        each = (output - labels.nan_to_num()).abs().where(~labels.isnan(), 0).sum(-1)
        return each if weight is None else each * weight

    def divergence(self, teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
        return (teacher - student).abs().sum(-1) / temperature**2

    def agreement(self, student: Tensor, teacher: Tensor) -> float:
        return -(student - teacher).abs().mean().item()


@pytest.fixture(scope="module")
def views() -> Views:
    x, classes, edges = tiny_arrays()
    graph = graph_from_arrays(x, classes.astype(float), edges, task=Median(), name="mine")
    split = Spec("fraction", train=0.5, valid=0.2).build(SPLITTERS).split(graph, 0)
    return Views.of(graph, split)


def test_it_goes_all_the_way(views: Views, tmp_path: Path) -> None:
    observed, full = views
    teacher = SAGE(hidden=16, epochs=40)
    history = teacher.fit(observed)
    assert all(score <= 0 for score in history.valid)  # minus the error
    knowledge = teacher.export(observed)
    assert knowledge["logits"].shape == (60, 1)
    objective = 0.5 * HardLabels() + 0.5 * SoftLabels()
    result = Distiller(epochs=60).fit(MLPStudent(hidden=16), objective, observed, knowledge)
    assert isinstance(result.task, Median)
    made = Predictor(MLPStudent(hidden=16), result.module, 12, result.task)
    rows = full.graph.features.numpy()
    errors = np.abs(made.predict(rows) - full.labels[:, 0].numpy())
    assert errors.mean() < 0.6  # that of the median is 2/3
    made.save(tmp_path)
    np.testing.assert_array_equal(Predictor.load(tmp_path).predict(rows), made.predict(rows))


def test_it_ships_to_onnx(views: Views, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    module = MLPStudent(hidden=8).build(12, 1).eval()
    made = Predictor(MLPStudent(hidden=8), module, 12, Median())
    made.to_onnx(tmp_path)
    rows = views.full.graph.features.numpy()
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path).predict(rows), made.predict(rows), atol=1e-5)


def test_test_labels_do_not_reach_training(views: Views) -> None:
    hidden = torch.ones(60, dtype=torch.bool)
    hidden[torch.cat([views.full.split.train, views.full.split.valid])] = False
    assert views.observed.graph.labels[hidden].isnan().all()
